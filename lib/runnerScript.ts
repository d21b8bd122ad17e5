// How the program that runs on a host is put together. How it is called: runner.ts.
import { formerAdvice } from "./advice";
import { assetsIn, readAsset } from "./assets";

/** The parts of the program that runs on a host, in the order in which they are put together; `kinds/` is all of them. */
const PARTS = [
  "main",
  "lock",
  "owners",
  "bundle",
  "notes",
  "units",
  "engine",
  "podman",
  "docker",
  "kinds",
  "kinds/",
  "prove",
  "quadlet",
  "images",
  "build",
  "firewall",
  "disk",
  "taken",
  "range",
  "masquerade",
  "shield",
  "confine",
  "ssh",
  "confirm",
  "tell",
  "program",
  "account",
  "fit",
  "strangers",
  "apply",
  "remove",
  "secret",
  "install",
  "inspect",
  "data",
  "import",
  "backup",
  "save",
  "saved",
  "acme",
  "advice",
] as const;

/** Those needed to check whether a host is suitable. */
const PARTS_OF_FIT = [
  "main",
  "bundle",
  "units",
  "engine",
  "podman",
  "docker",
  "kinds",
  "kinds/",
  "disk",
  "taken",
  "fit",
  "strangers",
  "advice",
] as const;

/** The runner as one script. */
export function runnerScript(): string {
  return joined(PARTS, formerAdvice());
}

/** The part of it that checks whether a host is suitable, for one without a runner. */
export function fitScript(): string {
  return joined(PARTS_OF_FIT);
}

/** A script that begins when all of it has arrived. */
function joined(parts: ReadonlyArray<(typeof PARTS)[number]>, ...more: readonly string[]): string {
  const texts = parts
    .flatMap((part) =>
      part === "kinds/" ? assetsIn("host/kinds").map((file) => part + file) : [`${part}.sh`],
    )
    .map((file) => readAsset(`host/${file}`));
  return withoutComments([...texts, ...more, readAsset("host/start.sh")].join("\n"));
}

/**
 * Comments are for those who read the sources, but for the first, which says what it is. The state holds the text twice,
 * and Pulumi writes all of the state with each change.
 */
function withoutComments(script: string): string {
  const [head = ""] = /^(#.*\n)+/.exec(script) ?? [];
  return head + script.slice(head.length).replace(/^[ \t]*#.*\n/gm, "");
}
