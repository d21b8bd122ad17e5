// The engine of lab hosts: podman, or by ENGINE=docker Docker. `make docker` runs the files of jest.config.js' project `docker` so.
export type HostEngine = "podman" | "docker";

export const ENGINE = chosen(process.env.ENGINE);

export const withDocker = ENGINE === "docker";

function chosen(named = "podman"): HostEngine {
  if (named === "podman" || named === "docker") return named;
  throw new Error(
    `ENGINE=${named} is no engine of lab hosts: write ENGINE=docker, or leave it out for podman`,
  );
}

/** The lab's registry stands in for Docker Hub. */
const DAEMON = { "registry-mirrors": ["http://10.99.0.1:5000"] };

export const DOCKER_PACKAGES = ["docker.io", "docker-cli"];

/** One with these settings of its daemon's, before it is installed. */
export const daemonFile = (settings: object = {}) =>
  `mkdir -p /etc/docker && echo '${JSON.stringify({ ...DAEMON, ...settings })}' >/etc/docker/daemon.json`;

/** Where the unit of a service is. */
export function unitFile(service: string): string {
  return withDocker
    ? `/etc/systemd/system/podwatch-${service}.service`
    : `/etc/containers/systemd/podwatch-${service}.container`;
}

/** Lists what the engine of a host holds, one thing a line. Docker has three networks of its own, and no secrets. */
export const LISTED = [
  `${ENGINE} ps --all --format 'container {{.Names}}'`,
  `${ENGINE} images --format 'image {{.Repository}}:{{.Tag}}'`,
  `${ENGINE} network ls --format 'network {{.Name}}'`,
  `${ENGINE} volume ls --format 'volume {{.Name}}'`,
  ...(withDocker ? [] : ["podman secret ls --format 'secret {{.Name}}'"]),
].join("\n");

/** Lists the secrets that containers are given. */
export const SECRETS = withDocker
  ? "find /run/podwatch/*/secrets /var/lib/podwatch/secrets"
  : "podman secret ls --format {{.Name}}";

/** Lists the containers that run, with identity and start, one a line. */
export const RUNNING = `${ENGINE} inspect -f '{{.Name}}={{.Id}} {{.State.StartedAt}}' $(${ENGINE} ps -q) | sed 's,^/,,' | sort`;

/** A test of what podman alone promises; with Docker its name says why not, as docs/engines.md does. */
export function podmanTest(name: string, why: string, body: () => Promise<void>): void {
  if (withDocker) test.skip(`not with Docker, ${why}: ${name}`, body);
  else test(name, body);
}

/** A test of what is so with Docker only. */
export function dockerTest(name: string, body: () => Promise<void>): void {
  if (withDocker) test(name, body);
}
