/** Name of the service. */
export const TIME = "time";
