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

/** Lists what the engine of a host holds, one thing a line. Docker has three networks of its own, and no secrets. */
export const LISTED = [
  `${ENGINE} ps --all --format 'container {{.Names}}'`,
  `${ENGINE} images --format 'image {{.Repository}}:{{.Tag}}'`,
  `${ENGINE} network ls --format 'network {{.Name}}'`,
  `${ENGINE} volume ls --format 'volume {{.Name}}'`,
  ...(withDocker ? [] : ["podman secret ls --format 'secret {{.Name}}'"]),
].join("\n");
