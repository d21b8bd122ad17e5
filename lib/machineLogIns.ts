/** What services of other hosts do at a front with log-ins, for each of which they have a token of its own. */
export const MACHINE_LOG_INS = ["queries", "metrics", "samples", "alerts"] as const;

export type MachineLogIn = (typeof MACHINE_LOG_INS)[number];

/** The tokens, which nobody has to know. */
export type MachineTokens<Secret> = Readonly<Record<MachineLogIn, Secret>>;
