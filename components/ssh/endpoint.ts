/** Its name, as for the runner. */
export const SSH = "ssh" as const;
