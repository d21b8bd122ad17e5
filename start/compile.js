// Compiles the TypeScript program into one file, bin/program.js, whenever one of its sources has changed, and never
// otherwise: finding out takes a few milliseconds, checking the types more than ten seconds.
const { createHash } = require("node:crypto");
const { mkdirSync, readFileSync, renameSync, writeFileSync } = require("node:fs");
const Module = require("node:module");
const { join } = require("node:path");

const ENTRY = "index.ts";

/** Other inputs of the compilation; some do not exist everywhere. */
const SETTINGS = ["tsconfig.json", "start/compile.js", "node_modules/.package-lock.json"];

/**
 * The program's exports, compiled again if necessary.
 *
 * Types are checked unless PULUMI_NODEJS_TRANSPILE_ONLY is `true`, as Pulumi itself would have it.
 *
 * @param {string} root directory of the program
 * @throws Error with the compiler's errors; the program does not run then
 */
function compiled(root) {
  const file = join(root, "bin", "program.js");
  const checked = process.env.PULUMI_NODEJS_TRANSPILE_ONLY !== "true";
  const text = upToDate(root, file, checked) ?? compile(root, file, checked);
  // Not `require`: where bin/ cannot be written there is no file.
  const program = new Module(file, module);
  program.filename = file;
  program.paths = module.paths;
  program._compile(text, file);
  return program.exports;
}

/** The compiled program, if its inputs are unchanged. Its first line has their digest. */
function upToDate(root, file, checked) {
  try {
    const text = readFileSync(file, "utf8");
    const made = JSON.parse(text.slice(2, text.indexOf("\n")));
    const same = Object.entries(made.from).every(([path, digest]) => digestOf(root, path) === digest);
    return same && (made.checked || !checked) ? text : undefined;
  } catch {
    return undefined;
  }
}

function compile(root, file, checked) {
  const { outputFiles, metafile } = require("esbuild").buildSync({
    absWorkingDir: root,
    entryPoints: [ENTRY],
    outfile: file,
    bundle: true,
    write: false,
    metafile: true,
    platform: "node",
    target: "node20",
    // The SDK must be the one that started the program; ssh2 is rarely needed.
    external: ["@pulumi/*", "ssh2"],
    sourcemap: "linked",
    logLevel: "silent",
  });
  const sources = Object.keys(metafile.inputs).filter((path) => !path.startsWith("node_modules/"));
  const from = Object.fromEntries([...sources, ...SETTINGS].map((path) => [path, digestOf(root, path)]));
  if (checked) checkTypes(root);
  const [map, program] = [".map", ".js"].map((end) => outputFiles.find(({ path }) => path.endsWith(end)));
  // Our first line replaces that of esbuild, so that the source map stays correct.
  const text = `//${JSON.stringify({ checked, from })}\n${program.text.replace(/^"use strict";\n/, "")}`;
  keep(`${file}.map`, map.text);
  keep(file, text);
  return text;
}

function digestOf(root, path) {
  try {
    return createHash("sha256")
      .update(readFileSync(join(root, path)))
      .digest("hex")
      .slice(0, 16);
  } catch {
    return "";
  }
}

/** @throws Error with all type errors; its name makes Pulumi show it without a stack trace */
function checkTypes(root) {
  const ts = require("typescript");
  const { config, error } = ts.readConfigFile(join(root, "tsconfig.json"), ts.sys.readFile);
  const { options } = ts.convertCompilerOptionsFromJson(config?.compilerOptions ?? {}, root);
  const program = ts.createProgram([join(root, ENTRY)], { ...options, noEmit: true });
  const complaints = error ? [error] : ts.getPreEmitDiagnostics(program);
  if (complaints.length > 0) {
    const names = {
      getCurrentDirectory: () => root,
      getCanonicalFileName: (name) => name,
      getNewLine: () => "\n",
    };
    throw Object.assign(new Error(ts.formatDiagnostics(complaints, names)), { name: "TSError" });
  }
}

/** Concurrent runs replace the file atomically; if it cannot be written, each run compiles. */
function keep(file, text) {
  try {
    mkdirSync(join(file, ".."), { recursive: true });
    writeFileSync(`${file}.${process.pid}`, text);
    renameSync(`${file}.${process.pid}`, file);
  } catch {}
}

module.exports = { compiled };
