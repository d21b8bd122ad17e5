/** Its name, as for the runner. */
export const STORAGE = "storage" as const;
