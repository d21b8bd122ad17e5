import { comment } from "./comment/command";
import { production } from "./cycle/production";
import { staging } from "./cycle/staging";
import { notify } from "./notify/command";
import { preview } from "./preview/command";

/** A command takes its arguments and returns the exit code. */
export const COMMANDS: Readonly<Record<string, (args: readonly string[]) => Promise<number>>> = {
  preview,
  comment: (args) => comment(args),
  staging,
  production,
  notify: (args) => notify(args),
};
