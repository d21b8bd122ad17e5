// The cases of every shipped alert, found by the name of its group: `cases/host.ts` exports `hostCases`.
import { existsSync } from "node:fs";
import { join } from "node:path";
import type { AlertCases, GroupCases } from "./model";

export function casesOf(group: string, alert: string): AlertCases | undefined {
  const path = join(__dirname, "cases", `${group}.ts`);
  if (!existsSync(path)) return undefined;
  const exported = require(path) as Readonly<Record<string, GroupCases | undefined>>;
  return exported[`${group}Cases`]?.[alert];
}
