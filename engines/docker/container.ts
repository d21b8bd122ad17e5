import { ownFile } from "../../lib/additions";
import { runnerInUnit } from "../../lib/runner";
import { hostPath, type Service, unitName } from "../../lib/service";
import { sorted } from "../../lib/sorted";
import { allArguments } from "../additions";
import { NETWORK_NAME, publishedPort } from "../network";
import { type Entry, quoteWord, serializeUnit } from "../systemd/unit";

const STATE_DIRECTORY = "/var/lib/podwatch";

/** Where the runner places the secrets of a service before it starts, in memory. */
const secretsDirectory = (service: string) => `/run/podwatch/${service}/secrets`;

/**
 * The unit that runs a service, hardened like podman's: read-only root, no capabilities, no new privileges, and a limit of processes.
 *
 * The daemon starts the container, so systemd attends to it by its process (host/docker.sh).
 */
export function containerUnit(service: Service): string {
  const name = unitName(service.name);
  const { hostDirectories = [], secrets = [], reaches } = service;
  const remove = `-docker rm --force ${name}`;
  return serializeUnit([
    [
      "Unit",
      [
        ["Description", service.description],
        ["Requires", `${NETWORK_NAME}-network.service`],
        ["Wants", "docker.service"],
        ["After", `docker.service ${NETWORK_NAME}-network.service`],
      ],
    ],
    [
      "Service",
      [
        // Directories below /run vanish at a reboot, and their owner may start later than we do.
        ...hostDirectories.map(
          (directory) => ["ExecStartPre", `-mkdir -p ${quoteWord(hostPath(directory))}`] as const,
        ),
        ["ExecStartPre", remove],
        ...(secrets.length === 0 ? [] : secretEntries(service.name)),
        ["ExecStartPre", ["docker run", ...runOptions(service), service.image, ...programArguments(service)]],
        ...(reaches === undefined
          ? []
          : [["ExecStartPre", runnerInUnit("rootful", ["confine", service.name])] as const]),
        ["ExecStart", runnerInUnit("rootful", ["attend", service.name])],
        ["ExecStop", `-docker stop ${name}`],
        ["ExecStopPost", remove],
        // The ids that Docker prints.
        ["StandardOutput", "null"],
        // Otherwise systemd would take it for the same.
        ["StandardError", "journal"],
        ["Restart", "always"],
        ["RestartSec", "2"],
        ["TimeoutStartSec", "300"],
        // Docker's client takes no notice of it. Ended while it asks for a container, it would leave the daemon to make one that is
        // in the way of the next.
        ["KillSignal", "SIGUSR1"],
        ["SuccessExitStatus", "SIGUSR1"],
      ],
    ],
    ["Install", [["WantedBy", "multi-user.target"]]],
  ]);
}

/** They are gone with the service. */
function secretEntries(service: string): Entry[] {
  return [
    ["RuntimeDirectory", `podwatch/${service}`],
    ["RuntimeDirectoryMode", "0700"],
    ["ExecStartPre", runnerInUnit("rootful", ["place-secrets", service])],
  ];
}

function runOptions(service: Service): string[] {
  const name = unitName(service.name);
  const {
    user,
    data,
    sysctls = {},
    environment = {},
    hostDirectories = [],
    secrets = [],
    ports = [],
  } = service;
  return [
    "--detach",
    `--name=${name}`,
    `--label=io.podwatch.service=${service.name}`,
    `--label=io.podwatch.unit=${name}.service`,
    "--pull=never",
    "--log-driver=journald",
    `--network=${NETWORK_NAME}`,
    `--user=${user.uid}:${user.gid}`,
    "--read-only",
    ...["/tmp", "/run", "/var/tmp"].map((path) => `--tmpfs=${path}`),
    "--security-opt=no-new-privileges",
    "--cap-drop=all",
    ...limits(service),
    ...sorted(sysctls).map(([key, value]) => `--sysctl=${key}=${value}`),
    ...sorted(environment).map(([key, value]) => `--env=${key}=${value}`),
    `--volume=${STATE_DIRECTORY}/services/${service.name}:/etc/podwatch:ro,z`,
    ...(data ? [`--mount=type=volume,source=${name},target=${data.path},volume-nocopy`] : []),
    ...hostDirectories.map((directory) => {
      const inside = typeof directory === "string" ? directory : directory.inside;
      return `--volume=${hostPath(directory)}:${inside}:ro`;
    }),
    ...(secrets.length === 0 ? [] : [`--volume=${secretsDirectory(service.name)}:/run/secrets:ro,z`]),
    ...ports.map((port) => `--publish=${publishedPort(port)}`),
    ...additions(service),
  ].map(quoteWord);
}

/** As many processes as podman lets a container have. The daemon's control groups are not those of the unit, so Docker limits. */
function limits({ added }: Service): string[] {
  const { memory, cpus, pids = 2048, openFiles } = added?.resources ?? {};
  const bytes = memory?.replace(/B$/, "");
  return [
    `--pids-limit=${pids}`,
    // Without swap beyond it.
    ...(bytes === undefined ? [] : [`--memory=${bytes}`, `--memory-swap=${bytes}`]),
    ...(cpus === undefined ? [] : [`--cpus=${cpus}`]),
    ...(openFiles === undefined ? [] : [`--ulimit=nofile=${openFiles}:${openFiles}`]),
  ];
}

function additions({ name, added }: Service): string[] {
  if (added === undefined) return [];
  return [
    ...sorted(added.environment).map(([key, value]) => `--env=${key}=${value}`),
    ...sorted(added.files).map(
      ([path, content]) =>
        `--volume=${STATE_DIRECTORY}/services/${name}/current/files/${ownFile(content)}:${path}:ro,z`,
    ),
    ...added.volumes.map((volume) => `--volume=${volume}`),
  ];
}

function programArguments(service: Service): string[] {
  return (allArguments(service) ?? []).map(quoteWord);
}
