// The settings of hosts, each with where it comes from, as the stack file says them: no host is asked.
import { join } from "node:path";
import { readExportedOrigins } from "../config/load";
import type { Arguments } from "./arguments";
import type { Report } from "./outcome";
import { askPulumi } from "./pulumi";
import { table } from "./table";

/** Longer values are cut in the table; JSON has them whole. */
const WIDTH = 60;

/** @throws Error that lists the problems of the stack file */
export async function settings({
  stack,
  host,
  configFile,
}: Pick<Arguments, "stack" | "host" | "configFile">): Promise<Report> {
  const place = [
    ...(stack === undefined ? [] : ["--stack", stack]),
    ...(configFile === undefined ? [] : ["--config-file", configFile]),
  ];
  const exported = await askPulumi(["config", "--json", "--show-secrets", ...place]);
  const all = readExportedOrigins(exported, join(__dirname, ".."), stack ?? "");
  const names = all.map(({ name }) => name);
  if (host !== undefined && !names.includes(host))
    throw new Error(`--host ${JSON.stringify(host)} is none of ${names.join(", ")}`);
  const chosen = all.filter(({ name }) => host === undefined || name === host);
  const rows = chosen.flatMap(({ name, origins }) =>
    origins.map(({ setting, value, from }) => [name, setting, short(value), from]),
  );
  return {
    text: table(["HOST", "SETTING", "VALUE", "FROM"], rows),
    json: { hosts: chosen.map(({ name, groups = [], origins }) => ({ name, groups, settings: origins })) },
    exitCode: 0,
  };
}

function short(value: unknown): string {
  const text = typeof value === "string" ? value.replaceAll("\n", " ") : JSON.stringify(value);
  return text.length > WIDTH ? `${text.slice(0, WIDTH - 3)}...` : text;
}
