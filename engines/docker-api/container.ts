import type { DaemonContainer } from "../../lib/daemonObjects";
import {
  CONFIG_DIRECTORY,
  RELOADED_SECRETS_DIRECTORY,
  SECRETS_DIRECTORY,
  type Service,
  unitName,
} from "../../lib/service";
import { sorted } from "../../lib/sorted";
import { allArguments, checkWithArguments } from "../additions";
import type { HostContext } from "../engine";

const HOOKS_DIRECTORY = "/etc/podwatch/current/hooks";

/** What the runner lets a service take to stop, unless it says otherwise. */
const STOP_WITHIN = 10;

/**
 * A service as Docker's API is told of it. Its files are put into the container before it starts, so a change of one makes another
 * container in its place.
 */
export function daemonContainer(service: Service, { builds }: HostContext): DaemonContainer {
  const { name, user, environment = {}, data, ports = [], sysctls = {}, added } = service;
  const health = healthOf(service);
  const check = checkOf(service);
  return {
    name: unitName(name),
    image: service.image,
    build: builds?.[service.image],
    labels: { "io.podwatch.service": name },
    command: allArguments(service),
    user: `${user.uid}:${user.gid}`,
    environment: sorted({ ...environment, ...added?.environment }).map(([key, value]) => `${key}=${value}`),
    files: { ...below(CONFIG_DIRECTORY, service.files), ...health?.files },
    secrets: {
      ...placed(SECRETS_DIRECTORY, service.secrets),
      ...placed(RELOADED_SECRETS_DIRECTORY, service.reloadedSecrets),
    },
    ...(data === undefined ? {} : { volume: { path: data.path, keep: data.keep } }),
    ports,
    sysctls,
    ...(check === undefined ? {} : { check }),
    ...(health === undefined ? {} : { health: health.command }),
    readyWithin: service.readyWithin,
    stopWithin: service.stopWithin ?? STOP_WITHIN,
  };
}

/**
 * Healthy is who is ready and has done what follows a start, which is done once a start: /tmp is emptied by each.
 *
 * Docker can ask inside of the container only; one whose hooks run in another has no shell.
 */
function healthOf({ hooks: { inside, ready, started } }: Service) {
  if (inside !== undefined) return undefined;
  const once = "/tmp/podwatch-started";
  const after = `{ [ -e ${once} ] || { sh ${path("started")} && : >${once}; }; }`;
  return {
    command: ["CMD", "sh", "-c", `sh ${path("ready")}${started === undefined ? "" : ` && ${after}`}`],
    files: below(HOOKS_DIRECTORY, { ready, ...(started === undefined ? {} : { started }) }),
  };
}

/** The service's own checker, of its files and of what the user adds to its arguments, as other engines run it. */
function checkOf(service: Service): DaemonContainer["check"] {
  const check = checkWithArguments(service);
  return check === undefined
    ? undefined
    : { command: ["sh", path("check")], files: below(HOOKS_DIRECTORY, { check }) };
}

const path = (hook: string) => `${HOOKS_DIRECTORY}/${hook}`;

function below(directory: string, files: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(sorted(files).map(([path, text]) => [`${directory}/${path}`, text]));
}

function placed(directory: string, names: readonly string[] = []): Record<string, string> {
  return Object.fromEntries(names.map((name) => [name, `${directory}/${name}`]));
}
