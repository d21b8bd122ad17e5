// Plugins that are built on demand: where there is one, tests with it are run, and at night.
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { CHECKOUT } from "./lab";
import { isNight } from "./nightly";

const choice = join(CHECKOUT, ".pulumi-state/toolchain");
const tools = existsSync(choice) ? /^tools=(.*)$/m.exec(readFileSync(choice, "utf8"))?.[1] : undefined;

export function hasPlugin(name: string, version: string): boolean {
  const places = [`home/plugins/resource-${name}-v${version}`, `bin/pulumi-resource-${name}`];
  return isNight && tools !== undefined && places.some((place) => existsSync(join(tools, place)));
}
