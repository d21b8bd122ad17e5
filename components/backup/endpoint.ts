/** Name of the service. */
export const BACKUP = "backup";
