// From the files of a set-up to a draft of the stack file.
import { readFileSync } from "node:fs";
import { dirname, relative, resolve } from "node:path";
import type { Problem } from "../config/problem";
import { takeAlertmanager } from "./alertmanager";
import { takeAnsible } from "./ansible";
import { addModules } from "./blackbox";
import { settle } from "./check";
import { takeCompose } from "./compose";
import { Draft } from "./draft";
import { Files, type Mount } from "./files";
import { ruleFile, takePrometheus } from "./prometheus";
import { combined, readSource } from "./source";
import { Spot } from "./spot";
import { stackFile } from "./stackFile";

/** The files to import, as the user named them. */
export interface Given {
  readonly prometheus?: string | undefined;
  readonly alertmanager?: string | undefined;
  readonly compose?: string | undefined;
  /** Later ones override earlier ones, as host_vars do group_vars. */
  readonly "ansible-vars"?: readonly string[] | undefined;
  /** Rule files besides those that Prometheus' configuration names. */
  readonly rules?: readonly string[] | undefined;
}

export interface Imported {
  readonly draft: Draft;
  readonly text: string;
  readonly problems: readonly Problem[];
}

/** Writes nothing. */
export function importFiles(given: Given, project: string, stack: string): Imported {
  const draft = new Draft();
  const open = (file: string, mounts: readonly Mount[]) => {
    const files = new Files(project, dirname(resolve(file)), mounts, `imported/${stack}`, draft);
    return new Spot(draft, readSource(shown(file, project), read(file)), files);
  };
  const variables = (given["ansible-vars"] ?? []).map((file) => open(file, []));
  if (variables[0] !== undefined)
    takeAnsible(new Spot(draft, combined(variables.map(({ source }) => source)), variables[0].files));
  const composed = given.compose === undefined ? undefined : takeCompose(open(given.compose, []), open);
  const mounts = composed?.mounts ?? [];
  const alertmanager = given.alertmanager ?? composed?.alertmanager;
  const prometheus = given.prometheus ?? composed?.prometheus;
  if (alertmanager !== undefined) takeAlertmanager(open(alertmanager, mounts));
  if (prometheus !== undefined) takePrometheus(open(prometheus, mounts));
  for (const file of given.rules ?? []) ruleFile(open(file, []), file);
  addModules(draft);
  // Only hosts of roq's have gateways.
  draft.settings.gateways ??= { enabled: false };
  const text = () => stackFile(draft);
  const problems = settle(draft, project, stack, text);
  return { draft, text: text(), problems };
}

/** As the user would name it. */
function shown(file: string, project: string): string {
  const inside = relative(project, resolve(file));
  return inside.startsWith("..") ? file : inside;
}

function read(file: string): string {
  try {
    return readFileSync(file, "utf8");
  } catch {
    throw new Error(`${file} cannot be read; write the path of a file on this computer`);
  }
}
