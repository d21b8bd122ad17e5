// Sets of defaults for a kind of machine: what a stack file says itself comes first. docs/raspberry-pi.md says why each is
// so; the values stand with the services.
import type { Tree } from "../walk";
import { choice, setting } from "./words";

const NAMES = ["raspberry-pi"] as const;

export type PresetName = (typeof NAMES)[number];

/**
 * How much memory a program in Go may have, as the keys of its unit.
 *
 * @param limit in MiB; above 80 % of it, the program cleans up harder
 */
export function goMemory(limit: number): Tree {
  return {
    Container: { Environment: `GOMEMLIMIT=${Math.floor(limit * 0.8)}MiB` },
    Service: { MemoryMax: `${limit}M` },
  };
}

export const preset = () =>
  setting(
    choice(NAMES).optional(),
    "Defaults for a kind of machine; every setting in the stack file overrides them. `raspberry-pi`: little memory, and an SD card that wears out; [docs/raspberry-pi.md](raspberry-pi.md) lists them.",
    { example: "raspberry-pi" },
  );
