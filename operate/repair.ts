import { isLocal } from "../connection/connection";
import { confirmWords, isConfirmed } from "../lib/runner";
import { secretVersion } from "../lib/secretVersion";
import { type Difference, driftOf, findDrift } from "./drift";
import { type Answer, everywhere } from "./everywhere";
import { repairExternal } from "./externalGrafana";
import { Host } from "./host";
import { exitCode, perHost, type Report } from "./outcome";
import { type DeployedHost, type DeployedService, isNeeded } from "./state";

export interface Repair {
  /** What was repaired: services, and `runner`. */
  readonly repaired: readonly string[];
  /** What still differs afterwards. */
  readonly left: readonly Difference[];
}

/** Repairs what differs on the hosts from what was applied, and only that. */
export async function repair(hosts: readonly DeployedHost[]): Promise<Report> {
  return reportRepair(await everywhere(hosts, { doing: "repair" }, repairHost));
}

async function repairHost(host: Host): Promise<Repair> {
  const { runner, services, external = [] } = host.deployed;
  const repaired: string[] = [];
  const checkAndPutBack = async (service: DeployedService) => {
    const differs = (await driftOf(host, service, runner.digest)).length > 0;
    if (differs) {
      await putBack(host, service);
    }
    return differs ? [service.name] : [];
  };
  if ((await findDrift(host)).some(({ service }) => service === "runner")) {
    if (runner.install === undefined) {
      throw new Error(
        "another version of Podwatch has deployed this host: repair it with that one, or run pulumi up",
      );
    }
    for (const step of runner.install) {
      await host.repeat(step);
    }
    repaired.push("runner");
  }
  // A disk that is mounted hides what was made at its place before, and a network that is made anew restarts its services.
  for (const service of services.filter(isNeeded)) {
    repaired.push(...(await checkAndPutBack(service)));
  }
  const others = services.filter((service) => !isNeeded(service));
  repaired.push(...(await allOf(others.map(checkAndPutBack))).flat());
  repaired.push(...(await repairExternal(external)));
  return { repaired, left: await findDrift(host) };
}

/** Waits for all, even if one fails, so that none is still running on a host when the session ends. */
async function allOf<T>(works: ReadonlyArray<Promise<T>>): Promise<T[]> {
  await Promise.allSettled(works);
  return Promise.all(works);
}

async function putBack(host: Host, service: DeployedService): Promise<void> {
  const versions: string[] = [];
  for (const secret of service.secrets) {
    const step = host.deployed.secrets[secret];
    if (step === undefined) {
      throw new Error(`the state does not have the secret ${secret}: run pulumi up`);
    }
    // If the host still has the value, this changes nothing and prints the same version.
    versions.push(secretVersion(await host.repeat(step)));
  }
  await host.call(["mend", service.name]);
  await host.call(["apply", service.name, ...versions], { input: service.bundle });
  if (isConfirmed(service.bundle)) await confirm(host, service);
}

/** By a log-in of its own, which gets through what was put back; on this machine there is none. */
async function confirm({ deployed }: Host, { name, bundle }: DeployedService): Promise<void> {
  const words = confirmWords(name, bundle, isLocal(deployed.connection.route));
  const second = await Host.enter(deployed);
  try {
    await second.call(words);
  } finally {
    second.close();
  }
}

export function reportRepair(answers: ReadonlyArray<Answer<Repair>>): Report {
  const lines = answers.map((answer) => `host ${answer.host.name}: ${told(answer)}\n`);
  const left = answers.some((answer) => answer.error === undefined && answer.value.left.length > 0);
  return {
    text: lines.join(""),
    json: {
      hosts: perHost(answers, (repair) => repair, { repaired: [], left: [] }),
    },
    exitCode: exitCode(answers, left ? 1 : 0),
  };
}

function told(answer: Answer<Repair>): string {
  if (answer.error !== undefined) {
    return answer.error;
  }
  const { repaired, left } = answer.value;
  const rest = left.map(({ service, object, what, which }) => `${service}: ${object} ${what} ${which}`);
  const done = repaired.length === 0 ? "nothing to repair" : `put back ${repaired.join(", ")}`;
  return rest.length === 0 ? done : `${done}; still different: ${rest.join("; ")}`;
}
