// From the files of a set-up to a draft of the stack file.
import { readFileSync } from "node:fs";
import { dirname, resolve } from "node:path";
import type { Problem } from "../config/problem";
import { takeAlertmanager } from "./alertmanager";
import { settle } from "./check";
import { Draft } from "./draft";
import { Files } from "./files";
import { takePrometheus } from "./prometheus";
import { readSource } from "./source";
import { Spot } from "./spot";
import { stackFile } from "./stackFile";

/** The files to import, as the user named them. */
export interface Given {
  readonly prometheus?: string | undefined;
  readonly alertmanager?: string | undefined;
}

export interface Imported {
  readonly draft: Draft;
  readonly text: string;
  readonly problems: readonly Problem[];
}

/** Writes nothing. */
export function importFiles(given: Given, project: string, stack: string): Imported {
  const draft = new Draft();
  const spot = (file: string) => {
    const files = new Files(project, dirname(resolve(file)), [], `imported/${stack}`, draft);
    return new Spot(draft, readSource(file, read(file)), files);
  };
  if (given.alertmanager !== undefined) takeAlertmanager(spot(given.alertmanager));
  if (given.prometheus !== undefined) takePrometheus(spot(given.prometheus));
  // Only hosts of roq's have gateways.
  draft.settings.gateways ??= { enabled: false };
  const text = () => stackFile(draft);
  const problems = settle(draft, project, stack, text);
  return { draft, text: text(), problems };
}

function read(file: string): string {
  try {
    return readFileSync(file, "utf8");
  } catch {
    throw new Error(`${file} cannot be read; write the path of a file on this computer`);
  }
}
