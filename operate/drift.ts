import { type Answer, everywhere } from "./everywhere";
import { externalDrift } from "./externalGrafana";
import { type Host, RunnerBroken } from "./host";
import { exitCode, perHost, type Report } from "./outcome";
import type { DeployedHost, DeployedService } from "./state";
import { table } from "./table";

/** One difference between what was applied and what is on the host. */
export interface Difference {
  /** The service, or `runner` for the program that applies services. */
  readonly service: string;
  /** runner, release, file, unit, program, account, container, network, fragment, disk, zone, secret. */
  readonly object: string;
  /** missing, changed, added, other, unproven, masked, stopped, replaced, unconfined, unmounted, read-only, broken. */
  readonly what: string;
  /** Which file, unit, secret ... it is. */
  readonly which: string;
}

/** Differences between the hosts and what was applied. */
export async function drift(hosts: readonly DeployedHost[], within: number): Promise<Report> {
  return reportDrift(await everywhere(hosts, { doing: "drift", within }, findDrift));
}

export async function findDrift(host: Host): Promise<Difference[]> {
  const { services, runner, external = [] } = host.deployed;
  const elsewhere = externalDrift(external);
  try {
    const found = await Promise.all(services.map((service) => driftOf(host, service, runner.digest)));
    return [...new Map(found.flat().map((one) => [JSON.stringify(one), one])).values(), ...(await elsewhere)];
  } catch (error) {
    if (error instanceof RunnerBroken) {
      return [
        { service: "runner", object: "runner", what: "broken", which: error.message },
        ...(await elsewhere),
      ];
    }
    throw error;
  }
}

/** The drift of one service; that of the runner shows with each. */
export async function driftOf(host: Host, service: DeployedService, runner: string): Promise<Difference[]> {
  return readDrift(service.name, await host.call(["drift", service.name], { input: service.bundle }), runner);
}

/** Reads what the runner prints: its own digest, then lines `<object> <what> <which>`. */
export function readDrift(service: string, text: string, runner: string): Difference[] {
  return text
    .split("\n")
    .filter((line) => line !== "" && line !== `runner ${runner}`)
    .map((line) => {
      const [object = "", what = "", ...which] = line.split(" ");
      return object === "runner"
        ? { service: "runner", object, what: "changed", which: `digest ${what.slice(0, 16)}` }
        : { service, object, what, which: which.join(" ") };
    });
}

export function reportDrift(answers: ReadonlyArray<Answer<Difference[]>>): Report {
  const rows = answers.flatMap((answer) =>
    answer.error === undefined
      ? answer.value.map(({ service, object, what, which }) => [
          answer.host.name,
          service,
          object,
          what,
          which,
        ])
      : [],
  );
  const errors = answers.flatMap(({ host, error }) =>
    error === undefined ? [] : [`host ${host.name}: ${error}\n`],
  );
  const none = errors.length === 0 ? "no drift\n" : "";
  return {
    text:
      (rows.length === 0 ? none : table(["HOST", "SERVICE", "OBJECT", "WHAT", "WHICH"], rows)) +
      errors.join(""),
    json: {
      drift: rows.length > 0,
      hosts: perHost(answers, (differences) => ({ differences }), []),
    },
    exitCode: exitCode(answers, rows.length > 0 ? 2 : 0),
  };
}
