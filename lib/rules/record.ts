import { toYaml } from "../yaml";

/** A recording rule. */
export interface Recording {
  readonly record: string;
  readonly expr: string;
}

/** Recording rules that are evaluated in this order, at the same instants. */
export interface RecordingGroup {
  /** Name of the group, and of its file. */
  readonly name: string;
  readonly interval: string;
  readonly rules: readonly Recording[];
}

/** Rule files by path below `rules/`. */
export function recordingFiles(groups: readonly RecordingGroup[]): Record<string, string> {
  return Object.fromEntries(
    groups.map(({ name, interval, rules }) => [
      `recorded/${name}.yml`,
      toYaml({ groups: [{ name, interval, rules }] }),
    ]),
  );
}
