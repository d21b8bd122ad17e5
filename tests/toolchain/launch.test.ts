import { execFileSync } from "node:child_process";
import { copyFileSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { CHECKOUT } from "../integration/support/lab";

let directory: string;

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), "podwatch-launch-"));
  copyFileSync(join(CHECKOUT, "lab/toolchain/launch.js"), join(directory, "plugin"));
});

afterEach(() => rmSync(directory, { recursive: true }));

const kept = () => join(directory, "plugin.cache");

/** Runs a program of that text by the launcher, so long that its compiled code may be kept. */
function launch(text: string): string {
  writeFileSync(join(directory, "plugin.js"), `${text}; setTimeout(() => {}, 1500);`);
  return execFileSync("node", [join(directory, "plugin"), "127.0.0.1:1"], { encoding: "utf8" });
}

const PROGRAM = 'console.log(require("node:path").basename(__filename), process.argv[2], typeof exports)';
const PRINTED = "plugin.js 127.0.0.1:1 object\n";

test("a stand-in starts from the code that a run before has compiled, and prints the same", () => {
  expect(launch(PROGRAM)).toBe(PRINTED);
  const compiled = readFileSync(kept());
  expect(launch(PROGRAM)).toBe(PRINTED);
  expect(readFileSync(kept())).toEqual(compiled);
});

test("code of another program, or none at all, is compiled anew", () => {
  launch(PROGRAM);
  const compiled = readFileSync(kept());
  expect(launch('console.log("another")')).toBe("another\n");
  expect(readFileSync(kept())).not.toEqual(compiled);
  writeFileSync(kept(), "not compiled code");
  expect(launch(PROGRAM)).toBe(PRINTED);
  expect(readFileSync(kept()).length).toBeGreaterThan(100);
});

test("where nothing can be written it starts all the same", () => {
  writeFileSync(join(directory, "plugin.js"), PROGRAM);
  const text = readFileSync(join(directory, "plugin"), "utf8");
  writeFileSync(join(directory, "plugin"), text.replace("${__filename}.cache", "/proc/none"));
  expect(launch(PROGRAM)).toBe(PRINTED);
  expect(existsSync(kept())).toBe(false);
});
