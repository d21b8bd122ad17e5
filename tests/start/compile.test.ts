import { execFileSync } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

const COMPILE = join(__dirname, "..", "..", "start", "compile.js");

let root: string;

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), "podwatch-start-"));
  write(
    "tsconfig.json",
    '{ "compilerOptions": { "target": "es2022", "module": "commonjs", "lib": ["es5"], "strict": true, "skipLibCheck": true, "types": [] } }',
  );
  write("index.ts", 'import { word } from "./word";\nexport const said: string = word;\n');
  write("word.ts", 'export const word = "one";\n');
});

afterEach(() => rmSync(root, { recursive: true, force: true }));

test("compiles once, and anew when a source has changed", () => {
  expect(run({ checked: true })).toBe("one");
  const first = statSync(program()).ino;
  expect(run({ checked: true })).toBe("one");
  expect(statSync(program()).ino).toBe(first);
  write("word.ts", 'export const word = "two";\n');
  expect(run()).toBe("two");
});

test("a setting of the compiler and a source that is gone count as changes", () => {
  run();
  const first = statSync(program()).ino;
  write("tsconfig.json", '{ "compilerOptions": { "target": "es2021", "module": "commonjs", "types": [] } }');
  run();
  expect(statSync(program()).ino).not.toBe(first);
  rmSync(join(root, "word.ts"));
  expect(() => run()).toThrow(/Could not resolve "\.\/word"/);
});

test("types are checked before anything runs or is kept", () => {
  write("index.ts", 'export const said: number = "one";\nthrow new Error("it ran");\n');
  const wrong = /^TSError: index\.ts\(1,14\): error TS2322: .*not assignable to type 'number'/m;
  const output = refused();
  expect(output).toMatch(wrong);
  expect(output).not.toContain("it ran");
  expect(existsSync(program())).toBe(false);
});

test("PULUMI_NODEJS_TRANSPILE_ONLY leaves the check out, and what was not checked is checked later", () => {
  write("index.ts", 'export const said: number = "one";\n');
  expect(run()).toBe("one");
  expect(refused()).toContain("TS2322");
});

test("a file that was spoiled is made anew, and where none can be written the program runs all the same", () => {
  run();
  writeFileSync(program(), readFileSync(program(), "utf8").slice(0, 20));
  expect(run()).toBe("one");
  rmSync(join(root, "bin"), { recursive: true });
  write("bin", "in the way");
  expect(run()).toBe("one");
});

function program(): string {
  return join(root, "bin", "program.js");
}

function write(name: string, text: string): void {
  writeFileSync(join(root, name), text);
}

/** Runs the program in a Node.js of its own, as Pulumi does; jest's modules are not Node's. */
function run({ checked = false } = {}): string {
  const script = `process.stdout.write(require(${JSON.stringify(COMPILE)}).compiled(${JSON.stringify(root)}).said)`;
  return execFileSync(process.execPath, ["-e", script], {
    encoding: "utf8",
    stdio: ["ignore", "pipe", "pipe"],
    env: { ...process.env, PULUMI_NODEJS_TRANSPILE_ONLY: String(!checked) },
  });
}

function refused(): string {
  try {
    return `it succeeded: ${run({ checked: true })}`;
  } catch (error) {
    const { stdout, stderr } = error as { stdout: string; stderr: string };
    return stdout + stderr;
  }
}
