// What users add to a container: what the check of its files has to see as well, whatever the engine.
import { ownFile } from "../lib/additions";
import type { Service } from "../lib/service";
import { quote } from "../lib/shell";
import { sorted } from "../lib/sorted";
import type { Header } from "./bundle";

/** The service's arguments, the user's last. */
export function allArguments({ args, added }: Service): readonly string[] | undefined {
  return added?.arguments.length ? [...(args ?? []), ...added.arguments] : args;
}

/**
 * What the check of the files has to see: `own-file <path among the files> <path in the container>`, and
 * `own-volume <volume>`, whose path on the host has to be there.
 */
export function addedHeaders({ added }: Service): Header[] {
  if (added === undefined) return [];
  return [
    ...sorted(added.files).map(([path, content]): Header => ["own-file", `${ownFile(content)} ${path}`]),
    ...added.volumes.map((volume): Header => ["own-volume", volume]),
  ];
}

/** The check of the files, and before it the program's own of its arguments, if the user adds any. */
export function checkWithArguments(service: Service): string | undefined {
  const { trial, added, hooks } = service;
  if (trial === undefined || !added?.arguments.length) return hooks.check;
  const [program, flag] = trial;
  const words = [program, ...(allArguments(service) ?? []).filter((word) => word !== program), flag];
  return `${words.map(quote).join(" ")} >/dev/null || exit\n${hooks.check ?? ""}`;
}
