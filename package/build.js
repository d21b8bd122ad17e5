// Builds the package that other Pulumi programs depend on: `npm run package`, then `npm pack ./bin/package`.
//
//   node package/build.js [DIRECTORY] [--no-types]     default: bin/package
//
//   --no-types    without the declarations of types, which take most of the time
const { execFileSync } = require("node:child_process");
const { cpSync, mkdirSync, rmSync, writeFileSync } = require("node:fs");
const { dirname, join, resolve } = require("node:path");

const ROOT = join(__dirname, "..");

/** What is shipped beside the code (lib/assets.ts), and what a package has to say of itself. */
const SHIPPED = [
  "versions.json",
  "certificates",
  "grafana-api",
  "influxdb-api",
  "templates",
  "host",
  "dashboards/json",
  "docs/runbooks",
  "LICENSE",
];

/** Shared with the program that uses the package: resources belong to the SDK that runs it. */
const SDK = "@pulumi/pulumi";

const options = process.argv.slice(2);
const [directory = join(ROOT, "bin", "package")] = options.filter((option) => !option.startsWith("--"));
build(resolve(directory), !options.includes("--no-types"));

function build(directory, withTypes) {
  rmSync(directory, { recursive: true, force: true });
  mkdirSync(directory, { recursive: true });
  const packages = bundle(join(directory, "index.js"));
  if (withTypes) declareTypes(directory);
  for (const path of SHIPPED) {
    mkdirSync(dirname(join(directory, path)), { recursive: true });
    cpSync(join(ROOT, path), join(directory, path), { recursive: true });
  }
  writeFileSync(join(directory, "schema.json"), schema());
  cpSync(join(ROOT, "docs/as-a-package.md"), join(directory, "README.md"));
  writeFileSync(join(directory, "package.json"), `${JSON.stringify(describe(packages), null, 2)}\n`);
}

function declareTypes(directory) {
  const compiler = require.resolve("typescript/bin/tsc");
  execFileSync(process.execPath, [compiler, "--project", __dirname, "--outDir", directory], {
    stdio: "inherit",
  });
}

/** Compiles our own code into one file; gives the packages that it needs. */
function bundle(file) {
  const { metafile } = require("esbuild").buildSync({
    absWorkingDir: ROOT,
    entryPoints: ["package/index.ts"],
    outfile: file,
    bundle: true,
    metafile: true,
    packages: "external",
    platform: "node",
    target: "node20",
    logLevel: "warning",
  });
  const imported = Object.values(metafile.outputs).flatMap(({ imports }) =>
    imports.map(({ path }) => nameOf(path)),
  );
  // certificates/make.js is shipped as it is.
  return [...new Set([...imported, "@peculiar/x509", "reflect-metadata"])]
    .filter((name) => name in require("../package.json").dependencies)
    .sort();
}

/** The package's schema, printed by the code that knows the settings. */
function schema() {
  const program =
    'console.log(JSON.stringify(require("./package/schema").packageSchema(require("./package.json").version), null, 2))';
  const { outputFiles } = require("esbuild").buildSync({
    absWorkingDir: ROOT,
    stdin: { contents: program, resolveDir: ROOT },
    bundle: true,
    write: false,
    packages: "external",
    platform: "node",
    target: "node20",
    logLevel: "warning",
  });
  return execFileSync(process.execPath, ["-"], { cwd: ROOT, input: outputFiles[0].text, maxBuffer: 1 << 24 });
}

/** `zod` of `zod/v4`, `@pulumi/command` of `@pulumi/command/remote`. */
function nameOf(path) {
  return path.split("/", path.startsWith("@") ? 2 : 1).join("/");
}

/** Fewer dependencies than the repository, which also deploys and compiles. */
function describe(packages) {
  const { name, version, description, license, engines, dependencies } = require("../package.json");
  const own = packages.filter((other) => other !== SDK);
  return {
    name,
    version,
    description,
    license,
    engines,
    main: "index.js",
    types: "package/index.d.ts",
    exports: {
      ".": { types: "./package/index.d.ts", default: "./index.js" },
      "./certificates/hostKey": "./certificates/hostKey.js",
      "./certificates/make": "./certificates/make.js",
      "./grafana-api/apply": "./grafana-api/apply.js",
      "./influxdb-api/reader": "./influxdb-api/reader.js",
      "./package.json": "./package.json",
    },
    dependencies: Object.fromEntries(own.map((other) => [other, dependencies[other]])),
    peerDependencies: { [SDK]: `^${dependencies[SDK]}` },
  };
}
