// A set-up as somebody has it before Podwatch, by the same programs on the same host, and the questions that both answer.
import { load } from "js-yaml";
import versions from "../../../versions.json";
import { ENGINE } from "./engine";
import type { LabHost } from "./lab";

const DIRECTORY = "/srv/original";

/** Runs Prometheus and Alertmanager with these files, by their paths in the containers. */
export async function startOriginal(host: LabHost, files: Readonly<Record<string, string>>): Promise<void> {
  for (const [path, content] of Object.entries(files)) {
    const encoded = Buffer.from(content).toString("base64");
    await host.exec(`
      mkdir -p "$(dirname ${DIRECTORY}${path})" && echo ${encoded} | base64 -d >${DIRECTORY}${path}
      chmod -R a+rX ${DIRECTORY}`);
  }
  const start = (name: "prometheus" | "alertmanager", words: string) => `
    ${ENGINE} run --quiet --detach --name original-${name} --network host -v ${DIRECTORY}/etc/${name}:/etc/${name}:ro \
      ${versions.images[name]} --config.file=/etc/${name}/${name}.yml ${words} >/dev/null`;
  await host.exec(`
    set -e
    ${start("prometheus", "--web.listen-address=127.0.0.1:9090 --storage.tsdb.path=/prometheus")}
    ${start("alertmanager", "--web.listen-address=127.0.0.1:9093 --cluster.listen-address= --storage.path=/tmp/alertmanager")}`);
}

export async function stopOriginal(host: LabHost): Promise<void> {
  await host.tryExec(
    `${ENGINE} rm --force --volumes original-prometheus original-alertmanager; rm -r ${DIRECTORY}`,
  );
}

/** Where a Prometheus is asked: port and prefix. */
export interface Asked {
  readonly port: number;
  readonly path: string;
}
export const ORIGINAL: Asked = { port: 9090, path: "" };
export const OURS: Asked = { port: 80, path: "/prometheus" };

async function ask(host: LabHost, { port, path }: Asked, what: string): Promise<Record<string, unknown>> {
  const { status, body } = await host.fetch(`${path}/api/v1/${what}`, { port });
  if (status !== 200) throw new Error(`${what}: ${status} ${body}`);
  return JSON.parse(body).data;
}

type Job = Record<string, unknown> & { job_name: string };

/** The jobs in force, by name; without what is a secret, a place or a limit, which are not the same. */
export async function jobsOf(host: LabHost, asked: Asked): Promise<Record<string, unknown>> {
  const { yaml } = await ask(host, asked, "status/config");
  const { scrape_configs: jobs } = load(String(yaml)) as { scrape_configs: Job[] };
  return Object.fromEntries(jobs.map((job) => [job.job_name, comparable(job)]));
}

export async function globalOf(host: LabHost, asked: Asked): Promise<Record<string, unknown>> {
  const { yaml } = await ask(host, asked, "status/config");
  const { global } = load(String(yaml)) as { global: Record<string, unknown> };
  return Object.fromEntries(Object.entries(global).filter(([key]) => !key.endsWith("_limit")));
}

function comparable(job: Job): unknown {
  const kept = Object.entries(job).filter(([key]) => !key.endsWith("_limit"));
  return JSON.parse(JSON.stringify(Object.fromEntries(kept)), (key, value) => {
    if (/^(password|credentials)(_file)?$/.test(key)) return undefined;
    return key === "files" ? value.map((path: string) => path.split("/").at(-1)) : value;
  });
}

/** Labels of the targets of some jobs, and their addresses. */
export async function targetsOf(host: LabHost, asked: Asked, jobs: readonly string[]): Promise<string[]> {
  const { activeTargets } = (await ask(host, asked, "targets?state=active")) as {
    activeTargets: Array<{ labels: Record<string, string>; scrapeUrl: string }>;
  };
  const wanted = activeTargets.filter(({ labels }) => jobs.includes(labels.job ?? ""));
  return wanted.map(({ labels, scrapeUrl }) => `${scrapeUrl} ${JSON.stringify(labels)}`).sort();
}

/** The rules of some groups, without what their evaluation brought. */
export async function rulesOf(host: LabHost, asked: Asked, groups: readonly string[]): Promise<unknown[]> {
  const { groups: all } = (await ask(host, asked, "rules")) as {
    groups: Array<{ name: string; interval: number; rules: Array<Record<string, unknown>> }>;
  };
  return all
    .filter(({ name }) => groups.includes(name))
    .map(({ name, interval, rules }) => ({
      name,
      interval,
      rules: rules.map(({ name, query, duration, labels, annotations, type }) => ({
        ...{ name, query, duration, labels, annotations, type },
      })),
    }));
}

/** The receivers to which an alert goes, as amtool says. */
export async function receiversOf(
  host: LabHost,
  container: string,
  file: string,
  labels: string,
): Promise<string> {
  const said = await host.exec(
    `${ENGINE} exec ${container} amtool config routes test --config.file=${file} ${labels}`,
  );
  return said.trim();
}
