// Runs one Pulumi program in a Node process of its own.
import { spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import type language from "@pulumi/pulumi/proto/language_pb";

/** With this the program says that it has told the user what is wrong; nothing is to be added. */
const ALREADY_REPORTED = 32;

/** What the project file says under `runtime.options`. */
export interface RuntimeOptions {
  typescript?: boolean;
  tsconfig?: string;
  nodeargs?: string;
}

export interface Outcome {
  error: string;
  bail: boolean;
}

/** Programs now running, so that none outlives this process. */
export const running = new Set<ReturnType<typeof spawn>>();

export async function runProgram(request: language.RunRequest, engineAddress: string): Promise<Outcome> {
  const info = request.getInfo();
  const directory = info?.getProgramDirectory() || request.getPwd();
  const options = (info?.getOptions()?.toJavaScript() ?? {}) as RuntimeOptions;
  const runner = findRunner(directory);
  if (!runner) {
    return {
      error: "It looks like the Pulumi SDK has not been installed. Have you run npm install or yarn install?",
      bail: false,
    };
  }
  const words = (options.nodeargs ?? "").split(/\s+/).filter((word) => word !== "");
  const child = spawn(process.execPath, [...words, runner, ...programArguments(request, engineAddress)], {
    stdio: ["ignore", "inherit", "inherit"],
    env: { ...process.env, ...programEnvironment(request, options) },
  });
  running.add(child);
  return new Promise((resolve) => {
    child.once("error", (error) =>
      resolve({
        error: `Problem executing program (could not run language executor): ${error.message}`,
        bail: false,
      }),
    );
    child.once("exit", (code) => {
      running.delete(child);
      if (code === 0) resolve({ error: "", bail: false });
      else if (code === ALREADY_REPORTED) resolve({ error: "", bail: true });
      // A program ended by a signal has no code; the real host shows -1.
      else resolve({ error: `Program exited with non-zero exit code: ${code ?? -1}`, bail: false });
    });
  });
}

function findRunner(directory: string): string | undefined {
  try {
    return createRequire(join(directory, "package.json")).resolve("@pulumi/pulumi/cmd/run");
  } catch {
    return undefined;
  }
}

function programArguments(request: language.RunRequest, engineAddress: string): string[] {
  const named: [string, string | undefined][] = [
    ["monitor", request.getMonitorAddress()],
    ["engine", engineAddress],
    ["organization", request.getOrganization()],
    ["project", request.getProject()],
    ["root-directory", request.getInfo()?.getRootDirectory()],
    ["stack", request.getStack()],
    ["pwd", request.getPwd()],
    ["parallel", String(request.getParallel())],
  ];
  const flags = named.flatMap(([name, value]) => (value ? [`--${name}`, value] : []));
  if (request.getDryrun()) flags.push("--dry-run");
  return [
    ...flags,
    request.getInfo()?.getEntryPoint() || request.getProgram() || ".",
    ...request.getArgsList(),
  ];
}

function programEnvironment(request: language.RunRequest, options: RuntimeOptions): Record<string, string> {
  const configuration = Object.fromEntries(request.getConfigMap().toArray());
  const tsconfig = options.tsconfig && join(request.getInfo()?.getRootDirectory() ?? "", options.tsconfig);
  return {
    PULUMI_CONFIG: JSON.stringify(configuration),
    PULUMI_CONFIG_SECRET_KEYS: JSON.stringify(request.getConfigsecretkeysList()),
    ...(options.typescript !== false && { PULUMI_NODEJS_TYPESCRIPT: "true" }),
    ...(tsconfig && existsSync(tsconfig) && { PULUMI_NODEJS_TSCONFIG_PATH: tsconfig }),
  };
}
