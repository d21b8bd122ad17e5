import { LabHost, must } from "../tests/integration/support/lab";

const { images } = require("../versions.json") as { images: Record<string, string> };

/** The images of what is deployed. */
const IMAGES = ["prometheus", "grafana", "nginx"].map((service) => images[service]);

export function hostNames(count: number): string[] {
  return Array.from({ length: count }, (_, index) => `bench-${index + 1}`);
}

/** Boots hosts that are fit for every contender: with Python, which Ansible needs and Podwatch does not. */
export async function bootHosts(names: readonly string[], python: string): Promise<LabHost[]> {
  const hosts = await LabHost.bootAll(names);
  await unpackPython(hosts, python);
  return hosts;
}

export async function unpackPython(hosts: readonly LabHost[], python: string): Promise<void> {
  const unpack = 'lab/lab exec "$0" tar --extract --skip-old-files --directory / <"$1"';
  await Promise.all(hosts.map(({ name }) => must("sh", ["-c", unpack, name, python])));
}

export async function pullImages(hosts: readonly LabHost[]): Promise<void> {
  const pull = IMAGES.map((image) => `podman image exists ${image} || podman pull --quiet ${image}`).join(
    "\n",
  );
  await Promise.all(hosts.map((host) => host.exec(pull)));
}

export async function removeImages(host: LabHost): Promise<void> {
  await host.exec("podman rmi --all --force");
}

/** Fails unless the stack works on a host and scrapes at this interval. */
export async function proveDeployed(host: LabHost, interval: string): Promise<void> {
  const [grafana, prometheus] = await Promise.all([
    host.fetch("/grafana/api/health"),
    host.fetch("/prometheus/api/v1/status/config"),
  ]);
  if (grafana.status !== 200 || !prometheus.body.includes(`scrape_interval: ${interval}`)) {
    throw new Error(
      `${host.name} does not run what was deployed: ${grafana.status} ${prometheus.status} ${prometheus.body}`,
    );
  }
}

/** Fails unless nothing of the stack is left on a host. */
export async function proveRemoved(host: LabHost): Promise<void> {
  const left = await host.exec(`
    podman ps --all --format '{{.Names}}'
    podman volume ls --format '{{.Name}}'
    podman secret ls --format '{{.Name}}'
    podman network ls --format '{{.Name}}' | grep podwatch || :
    ls /etc/containers/systemd /var/lib/podwatch 2>/dev/null || :`);
  if (/podwatch/.test(left)) throw new Error(`${host.name} still has:\n${left}`);
}
