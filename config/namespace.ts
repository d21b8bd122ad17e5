/** The namespace of every key in a stack file. */
export const namespace = "podwatch";
