/** Its name, as for the runner. */
export const ENGINE = "engine";
