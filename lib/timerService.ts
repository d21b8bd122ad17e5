import type { RunnerWords } from "./runner";

/** Work that the runner does by a calendar; the runner's own commands do it. */
export interface TimerService {
  readonly kind: "timer";
  /** Name of the service, e.g. `backup`. */
  readonly name: string;
  /** One line for `systemctl status`. */
  readonly description: string;
  /** When, in the grammar of systemd.time(7) "Calendar events". */
  readonly schedule: string;
  /** At most so many seconds later, at random. */
  readonly randomDelay: number;
  /** What is done. */
  readonly runs: RunnerWords;
  /** What is done after it, whether it succeeded, failed or was killed. */
  readonly ends: RunnerWords;
  /** How long it may take, in seconds. */
  readonly within: number;
  /** Image of the containers that do the work. */
  readonly image: string;
  /** Names of the secrets that these read. */
  readonly secrets: readonly string[];
  /** Files for the runner, by path. */
  readonly files: Readonly<Record<string, string>>;
  /** Directories of the host that have to be there. */
  readonly directories: readonly string[];
  /** Scripts that run on the host, where `$PODWATCH_RUNNER` is the runner: after a change, and before the removal. */
  readonly hooks: { readonly started: string; readonly removed: string };
  /** What users can do about errors, by topic. */
  readonly advice: Readonly<Record<string, string>>;
}
