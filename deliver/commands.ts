import { comment } from "./comment/command";
import { notify } from "./notify/command";
import { preview } from "./preview/command";

/** A command takes its arguments and returns the exit code. */
export const COMMANDS: Readonly<Record<string, (args: readonly string[]) => Promise<number>>> = {
  preview,
  comment: (args) => comment(args),
  notify: (args) => notify(args),
};
