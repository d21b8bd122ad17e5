import type { Deployable } from "./deployable";
import { digestOf, fitProgram, type Program, runnerProgram, takeLine, WAITING } from "./handOver";
import type { Scope } from "./scope";
import { command } from "./shell";

/** The runner's commands. */
export type Verb =
  | "apply"
  | "attend"
  | "confirm"
  | "confine"
  | "load"
  | "place-secrets"
  | "remove"
  | "put-secret"
  | "remove-secret"
  | "uninstall"
  | "status"
  | "verify"
  | "drift"
  | "mend"
  | "logs"
  | "backup"
  | "restore"
  | "save"
  | "save-ended"
  | "certify"
  | "certify-ended"
  | "saved"
  | "send-saved"
  | "restore-saved";

/** How the login user gets the privileges that the runner needs. */
export type Rights = "own" | "sudo" | "sudo-with-password";

/** What differs between services for the runner: host/kinds/ has a file for each. */
export type Kind = Deployable["kind"];

/** A service to be deployed on a host, and its ports that another program could be using. */
export interface PlannedService {
  readonly service: string;
  readonly kind: Kind;
  readonly listens?: readonly Listener[] | undefined;
  /** Where it mounts disks. */
  readonly mounts?: readonly string[] | undefined;
}

/** A port of the host. */
export interface Listener {
  /** Absent: all addresses of the host. */
  readonly bind?: string | undefined;
  readonly port: number;
  /** Default: tcp. */
  readonly protocol?: "tcp" | "udp" | undefined;
  /** The setting that chooses it, with its namespace. */
  readonly setting: string;
  /** Who may connect; absent: whoever the host's firewall lets through. */
  readonly allowFrom?: readonly string[] | undefined;
}

/** Where the runner is once installed; relative paths start at the login user's home. */
const RUNNER: Readonly<Record<Scope, string>> = {
  rootful: "/var/lib/podwatch/runner",
  rootless: ".local/share/podwatch/runner",
};

/** A call of the runner, for a unit of systemd's. */
export function runnerInUnit(scope: Scope, words: RunnerWords): string {
  const home = scope === "rootless" ? "%h/" : "";
  return ["/bin/sh", `${home}${RUNNER[scope]}`, ...words].join(" ");
}

/** Where a bundle waits, in the login user's home, while sudo takes its password from standard input. */
function stagedPath(name: string): string {
  return `${WAITING}/${name}`;
}

/** File name of an owner's staged bundle of a service. */
export function stagedName(service: string, owner: string): string {
  return `${service}@${owner}`;
}

/**
 * Reads the password from standard input and passes it, and what follows, to sudo.
 *
 * sudo reads exactly one line, or none for a user who needs no password.
 */
const RUN_WITH_PASSWORD = [
  "IFS= read -r password",
  'run() { if sudo -n /bin/true 2>/dev/null; then sudo -n "$@"; ' +
    "else { printf '%s\\n' \"$password\"; cat; } | sudo -k -S -p '' \"$@\"; fi; }",
].join("; ");

/** The command that installs the runner, which was handed over. */
export function installCommand(
  rights: Rights,
  scope: Scope,
  owner?: string,
  program: Program = runnerProgram(),
): string {
  return runOnce(program, rights, ["install", scope], owner);
}

/** The digest of the program that a command runs that was handed over; nothing for one of a former version. */
export function digestIn(runOnce: string): string | undefined {
  return / in "" \| ([0-9a-f]{64})\*\)/.exec(runOnce)?.[1];
}

/**
 * The command that runs a program once, which was handed over; standard input holds sudo's password where there is one.
 *
 * It is moved to a fixed path that nobody else can write to, since root runs it: a line of
 * sudoers can contain the path, and the digest of the only program that may be run from it.
 * Two deployments by one user take turns; what the program leaves running does not keep the next one waiting.
 */
function runOnce(program: Program, rights: Rights, words: readonly string[], owner?: string): string {
  const path = stagedPath(program.name);
  const owned = ownedBy(owner, words);
  const run = {
    own: `/bin/sh ${command([path, ...owned])}`,
    sudo: asRoot("sudo -n", path, owned),
    "sudo-with-password": asRoot("run", path, owned),
  }[rights];
  return shell(
    [
      ...(rights === "sudo-with-password" ? [RUN_WITH_PASSWORD] : []),
      "cat >/dev/null",
      `[ -d ${WAITING} ] || { echo "${GONE}" >&2; exit 1; }`,
      TAKE_TURN,
      takeLine(program, path),
      `[ -e ${path} ] || { echo "${GONE}" >&2; exit 1; }`,
      `chmod 700 ${path} || exit`,
      `case $(sha256sum <${path}) in "" | ${digestOf(program.text)}*) ${run} </dev/null 9<&-; code=$? ;; *) echo "${GONE}" >&2; code=1 ;; esac`,
      `rm -f ${path}`,
      `rmdir ${WAITING} 2>/dev/null`,
      "exit $code",
    ].join("; "),
  );
}

/** Opens descriptor 9, which holds the turn. Where `flock` is not installed, `fit` says so later. */
const TAKE_TURN = `exec 9<${WAITING}; ! command -v flock >/dev/null || flock -w 300 9`;

const GONE =
  "podwatch: what was handed over to be run is not there as it was: does each log-in have a home directory of its own? Run pulumi up again";

/** By its full path, as in sudoers. If the file system is mounted noexec, the shell reads it instead. */
function asRoot(sudo: string, path: string, words: readonly string[]): string {
  const rest = command(words);
  return `{ if [ -x ${path} ]; then ${sudo} "$HOME/${path}" ${rest}; else ${sudo} /bin/sh ${path} ${rest}; fi; }`;
}

/** The command that fails unless a host is suitable for a runner, and for these services, by {@link fitProgram}, which was handed over. */
export function fitCommand(
  rights: Rights,
  services: readonly PlannedService[],
  engine = "podman",
  owner?: string,
): string {
  const by = engine === "podman" ? [] : [`--engine=${engine}`];
  return runOnce(fitProgram(), rights, ["fit", ...by, ...services.map(fitWord)], owner);
}

function fitWord({ kind, service, listens = [], mounts = [] }: PlannedService): string {
  // The runner looks for other programs at ports of TCP only.
  const streams = listens.filter(({ protocol }) => protocol !== "udp");
  const places = streams.map(({ bind = "::", port, setting }) => `${bind}:${port}=${setting}`);
  const mounted = mounts.length === 0 ? "" : `@${mounts.join(",")}`;
  return `${kind}/${service}${places.length === 0 ? "" : `=${places.join(",")}`}${mounted}`;
}

/** Arguments for the runner that identify the caller. */
export function ownedBy<Words extends readonly string[]>(
  owner: string | undefined,
  words: Words,
): [...Words, ...string[]] {
  return owner === undefined ? [...words] : [...words, `--owner=${owner}`];
}

/** The command that calls the installed runner; its input, if any, comes on standard input. */
export function runnerCommand(
  scope: Scope,
  rights: Exclude<Rights, "sudo-with-password">,
  words: RunnerWords,
): string {
  const prefix = rights === "sudo" ? ["sudo", "-n"] : [];
  const call = command([...prefix, "/bin/sh", RUNNER[scope], ...words]);
  return isRemoval(words) ? shell(`${unlessGone(scope)}; exec ${call}`) : call;
}

/** The command that calls the installed runner with what follows sudo's password on standard input. */
export function runnerCommandWithPassword(words: RunnerWords): string {
  const call = `${RUN_WITH_PASSWORD}; run ${command(["/bin/sh", RUNNER.rootful, ...words])}`;
  return shell(isRemoval(words) ? `${unlessGone("rootful")}; ${call}` : call);
}

/**
 * The command that runs a script with the runner's rights. The script comes on standard input, after sudo's password
 * in a line of its own where there is one.
 */
export function scriptCommand(rights: Rights): string {
  switch (rights) {
    case "own":
      return command(["/bin/sh", "-s"]);
    case "sudo":
      return command(["sudo", "-n", "/bin/sh", "-s"]);
    case "sudo-with-password":
      return shell(`${RUN_WITH_PASSWORD}; run /bin/sh -s`);
  }
}

/** A test whether the runner is on a host, for a command line. */
export function isInstalled(scope: Scope): string {
  return `[ -e ${RUNNER[scope]} ]`;
}

function isRemoval([verb]: RunnerWords): boolean {
  return verb === "remove" || verb === "remove-secret" || verb === "uninstall";
}

/** Without a runner, as on a reinstalled host, there is nothing to remove. */
function unlessGone(scope: Scope): string {
  return `${isInstalled(scope)} || { cat >/dev/null; echo "nothing to remove"; exit 0; }`;
}

/** The command that calls the installed runner with a staged bundle; standard input holds sudo's password. */
export function runnerCommandStaged(words: RunnerWords, name: string): string {
  return runStaged(["/bin/sh", RUNNER.rootful, ...words], name);
}

/** What follows the password is read too: SSH reports unread input as a failure. */
function runStaged(words: readonly string[], name: string): string {
  return shell(
    `${RUN_WITH_PASSWORD}; run ${command(words)} <${stagedPath(name)}; code=$?; cat >/dev/null; exit $code`,
  );
}

/**
 * The command that stages its standard input, readable by the login user only. In former versions the path did not contain
 * the owner; such files are removed too, since nobody else would.
 */
export function stageCommand(name: string): string {
  const path = stagedPath(name);
  const former = stagedPath(name.replace(/@.*/, ""));
  return shell(
    `umask 077 && mkdir -p ${WAITING} && chmod 700 ${WAITING} && rm -f ${former} && cat >${path}.new && mv ${path}.new ${path}`,
  );
}

/** The command that deletes a staged bundle. */
export function unstageCommand(name: string): string {
  return shell(`cat >/dev/null; rm -f ${stagedPath(name)}; rmdir ${WAITING} 2>/dev/null || :`);
}

/** The name that the runner gives to a release, by its bundle. */
export function releaseOf(bundle: string): string {
  return digestOf(bundle).slice(0, 16);
}

/** The call that confirms a release; `here` on the host itself, where there is no log-in to get through. */
export function confirmWords(service: string, bundle: string, here: boolean): RunnerWords {
  return ["confirm", service, releaseOf(bundle), ...(here ? ["here"] : [])];
}

/** Whether the runner takes a service back by itself unless a second log-in confirms it, by its bundle. */
export function isConfirmed(bundle: string): boolean {
  return /^kind (nftables|sshd)$/m.test(bundle.slice(0, bundle.indexOf("\npart ") + 1));
}

/** Adds a comment to a command, so that the command runs again when the comment changes. */
export function withNote(text: string, note: string): string {
  return `${text} # ${note.replaceAll(/[^A-Za-z0-9 :,._-]/g, "?")}`;
}

export type RunnerWords = readonly [verb: Verb, ...names: string[]];

/** A script for any login shell. */
function shell(script: string): string {
  return command(["/bin/sh", "-c", script]);
}
