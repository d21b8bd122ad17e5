import { type Answer, everywhere } from "./everywhere";
import { exitCode, perHost, type Report } from "./outcome";
import type { DeployedHost } from "./state";
import { table } from "./table";

export interface ServiceStatus {
  readonly name: string;
  readonly unit: string;
  /** systemd's state of the unit, `masked`, or `missing`. */
  readonly state: string;
  /** Result of its ready script. */
  readonly ready: boolean;
  readonly healthy: boolean;
  readonly image: string | null;
  /** When it was started, in ISO 8601. */
  readonly since: string | null;
  readonly release: string | null;
  /** Whether a deployment of it was interrupted. */
  readonly interrupted: boolean;
  /** Number of restarts by systemd since then. */
  readonly restarts: number;
}

/** The state of every service on every host. */
export async function status(hosts: readonly DeployedHost[], within: number): Promise<Report> {
  const answers = await everywhere(hosts, { doing: "status", within }, async (host) => {
    const services = host.deployed.services.map(({ name }) => name);
    return readStatus(await host.call(["status", ...services]));
  });
  return reportStatus(answers);
}

/** Reads what the runner prints: `service <name>`, then lines `<key> <value>`. */
export function readStatus(text: string): ServiceStatus[] {
  const blocks = text.split(/^(?=service )/m).filter((block) => block !== "");
  return blocks.map((block) => {
    const values = Object.fromEntries(
      block.split("\n").map((line): [string, string] => {
        const blank = `${line} `.indexOf(" ");
        return [line.slice(0, blank), line.slice(blank + 1)];
      }),
    );
    const ready = values.ready === "yes";
    const state = stateOf(values);
    const seconds = /^@(\d+)$/.exec(values.ActiveEnterTimestamp ?? "")?.[1];
    return {
      name: values.service ?? "",
      unit: values.unit ?? "",
      state,
      ready,
      healthy: ready && state === "active",
      image: values.image || null,
      since:
        seconds === undefined ? null : new Date(Number(seconds) * 1000).toISOString().replace(".000", ""),
      release: values.release || null,
      interrupted: values.interrupted === "yes",
      restarts: Number(values.NRestarts ?? 0),
    };
  });
}

function stateOf({ LoadState, ActiveState = "unknown" }: Readonly<Record<string, string>>): string {
  if (ActiveState === "active") {
    return ActiveState;
  }
  return LoadState === "masked" ? "masked" : LoadState === "not-found" ? "missing" : ActiveState;
}

export function reportStatus(answers: ReadonlyArray<Answer<ServiceStatus[]>>): Report {
  const healthy = answers.every(
    (answer) => answer.error === undefined && answer.value.every((service) => service.healthy),
  );
  const rows = answers.flatMap((answer) =>
    answer.error === undefined
      ? answer.value.map((service) => [answer.host.name, ...cells(service)])
      : [[answer.host.name, "", "unknown"]],
  );
  const errors = answers.flatMap(({ host, error }) =>
    error === undefined ? [] : [`host ${host.name}: ${error}\n`],
  );
  return {
    text:
      table(["HOST", "SERVICE", "STATE", "READY", "SINCE", "RESTARTS", "RELEASE", "IMAGE"], rows) +
      errors.join(""),
    json: {
      healthy,
      hosts: perHost(answers, (services) => ({ services }), []),
    },
    exitCode: exitCode(answers, healthy ? 0 : 3),
  };
}

function cells(service: ServiceStatus): string[] {
  return [
    service.name,
    service.state,
    service.ready ? "yes" : "no",
    service.since ?? "-",
    String(service.restarts),
    `${service.release ?? "-"}${service.interrupted ? " (unproven)" : ""}`,
    service.image ?? "-",
  ];
}
