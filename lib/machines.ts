/** Kinds of machines in the words of releases, with what `uname -m` calls them. */
export const MACHINES = { amd64: "x86_64", arm64: "aarch64", armv7: "armv7l" } as const;

export type Machine = keyof typeof MACHINES;
