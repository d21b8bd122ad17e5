import { PassThrough } from "node:stream";
import { everywhere } from "./everywhere";
import type { DeployedHost } from "./state";

export interface LogOptions {
  readonly service?: string | undefined;
  readonly lines: number;
  readonly follow: boolean;
}

/** Prints logs of services; each line begins with its host and service. */
export async function logs(hosts: readonly DeployedHost[], options: LogOptions): Promise<number> {
  const { lines, follow } = options;
  const doing = { doing: "logs", ...(follow ? { quiet: true } : {}) };
  const answers = await everywhere(hosts, doing, async (host) => {
    const names = host.deployed.services.map(({ name }) => name);
    const wanted = names.filter((name) => options.service === undefined || name === options.service);
    if (wanted.length === 0) {
      throw new Error(`there is no service ${JSON.stringify(options.service)}: use ${names.join(", ")}`);
    }
    await Promise.all(
      wanted.map(async (name) => {
        const output = prefixed(`${host.deployed.name} ${name} | `);
        await host.call(["logs", name, String(lines), ...(follow ? ["follow"] : [])], { output });
        output.end();
      }),
    );
  });
  for (const { host, error } of answers) {
    if (error !== undefined) {
      process.stderr.write(`podwatch: host ${host.name}: ${error}\n`);
    }
  }
  return answers.some(({ error }) => error !== undefined) ? 1 : 0;
}

/** Whole lines only, so that those of several services do not mix. */
function prefixed(prefix: string): PassThrough {
  const through = new PassThrough({ encoding: "utf8" });
  let rest = "";
  through.on("data", (text: string) => {
    const lines = (rest + text).split("\n");
    rest = lines.pop() ?? "";
    process.stdout.write(lines.map((line) => `${prefix}${line}\n`).join(""));
  });
  through.on("end", () => {
    if (rest !== "") {
      process.stdout.write(`${prefix}${rest}\n`);
    }
  });
  return through;
}
