// The sizes that panels come in: shares of a dashboard's 24 columns.
export const HALF = { width: 12, height: 8 };
export const THIRD = { width: 8, height: 8 };
/** For a number: four of them, six, or eight fill a row. */
export const QUARTER = { width: 6, height: 4 };
export const SIXTH = { width: 4, height: 4 };
export const EIGHTH = { width: 3, height: 4 };
