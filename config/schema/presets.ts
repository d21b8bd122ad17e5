// Sets of defaults for a kind of machine, which a stack file overrides. docs/raspberry-pi.md explains each;
// the values are defined with the services.
import type { Tree } from "../walk";
import { choice, setting } from "./words";

const NAMES = ["raspberry-pi"] as const;

export type PresetName = (typeof NAMES)[number];

/**
 * Unit keys that limit the memory of a program in Go.
 *
 * @param limit in MiB; above 80 % of it, garbage collection is more aggressive
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
