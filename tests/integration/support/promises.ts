// What each engine promises, as tests have shown it: the table of docs/engines.md. `make engines` writes it.
import { readFileSync, writeFileSync } from "node:fs";
import { betweenMarkers } from "../../markedPage";
import { withDocker } from "./engine";

export const ENGINES = ["podman", "podman, rootless", "docker", "docker-api"] as const;
export type PromisingEngine = (typeof ENGINES)[number];

/** The rows of the table. */
export const PROMISES = {
  check: "files are checked before they go live",
  reload: "changed files are taken in by a reload, where the service can",
  rollBack: "a release that does not come up is rolled back",
  drift: "drift is found and repaired",
  secret: "secrets are files, which `inspect` does not show",
  rootless: "no root is needed",
  reboot: "containers come back after a reboot",
} as const;
export type Promised = keyof typeof PROMISES;

export type Cells = Readonly<Record<string, string>>;

const BEGIN = "<!-- made by the tests: make engines -->";
const END = "<!-- end of what the tests made -->";
export const NOT_SHOWN = "**not shown**";

/**
 * Declares what a file's tests show of an engine, with what the table then says. The returned function is called at the end of the test
 * that shows it. With REPORT=docs/engines.md it writes the cell, which until then says that it was not shown.
 */
export function promises<Name extends Promised>(
  engine: PromisingEngine,
  told: Readonly<Record<Name, string>>,
): (promise: Name) => void {
  const page = process.env.REPORT;
  // Tests of podman that `make docker` runs with Docker.
  if (page === undefined || (withDocker && engine.startsWith("podman"))) return () => {};
  const write = (promise: Name, text: string) => {
    const before = readFileSync(page, "utf8");
    writeFileSync(page, table(before, { ...cells(before), [`${engine}: ${promise}`]: text }));
  };
  for (const promise of Object.keys(told) as Name[]) write(promise, NOT_SHOWN);
  return (promise) => write(promise, told[promise]);
}

/** The cells of the table on a page. */
export function cells(page: string): Cells {
  const [, rest = ""] = page.split(BEGIN);
  const rows = (rest.split(END)[0] ?? "")
    .split("\n")
    .filter((line) => line.startsWith("| "))
    .map((line) => line.split(" | ").map((cell) => cell.replace(/^\| | \|$/g, "")));
  return Object.fromEntries(
    Object.entries(PROMISES).flatMap(([promise, name]) =>
      (rows.find(([first]) => first === name) ?? [])
        .slice(1)
        .map((cell, index) => [`${ENGINES[index]}: ${promise}`, cell]),
    ),
  );
}

/** The page with these cells. */
export function table(page: string, all: Cells): string {
  const rows = Object.entries(PROMISES).map(([promise, name]) => [
    name,
    ...ENGINES.map((engine) => all[`${engine}: ${promise}`] ?? NOT_SHOWN),
  ]);
  const heads = ["promise", ...ENGINES];
  const lines = [heads, heads.map(() => "---"), ...rows].map((line) => `| ${line.join(" | ")} |\n`);
  return betweenMarkers(page, BEGIN, END, lines.join(""));
}
