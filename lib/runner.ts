import { createHash } from "node:crypto";
import { readAsset } from "./assets";
import type { Scope } from "./scope";
import { command, quote } from "./shell";

/** The parts of the program that runs on a host, in the order in which they are put together. */
const PARTS = [
  "main",
  "lock",
  "owners",
  "engine",
  "build",
  "units",
  "program",
  "account",
  "native",
  "firewall",
  "bundle",
  "fit",
  "check",
  "apply",
  "network",
  "shield",
  "remove",
  "secret",
  "install",
  "inspect",
  "data",
  "start",
] as const;

/** What the runner can be told to do. */
export type Verb =
  | "apply"
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
  | "restore";

/** How the login user gets the rights that the runner needs. */
export type Rights = "own" | "sudo" | "sudo-with-password";

/** Those of them that it takes to tell whether a host is fit. */
const PARTS_OF_FIT = ["main", "engine", "units", "fit"] as const;

/** The runner as one script. */
export function runnerScript(): string {
  return joined(PARTS);
}

/** A service that is to come to a host, and where it listens if other programs could be in its place. */
export interface Newcomer {
  readonly service: string;
  /** No address: all of the host. */
  readonly listens?: { readonly bind?: string | undefined; readonly port: number } | undefined;
}

/** What a host without a runner is asked by, {@link fitCommand}. */
export function fitScript(): string {
  return joined([...PARTS_OF_FIT, "start"]);
}

function joined(parts: ReadonlyArray<(typeof PARTS)[number]>): string {
  return parts.map((part) => readAsset(`host/${part}.sh`)).join("\n");
}

/** Where the runner is once installed; relative paths start at the login user's home. */
const RUNNER: Readonly<Record<Scope, string>> = {
  rootful: "/var/lib/podwatch/runner",
  rootless: ".local/share/podwatch/runner",
};

/** Where a bundle waits, in the login user's home, while sudo takes its password from standard input. */
function stagedPath(name: string): string {
  return `.podwatch/${name}`;
}

/** Under which name an owner's bundle of a service is staged. */
export function stagedName(service: string, owner: string): string {
  return `${service}@${owner}`;
}

/**
 * Reads the password off standard input and hands it, and what follows, to sudo.
 *
 * sudo reads exactly one line, and none at all for a user who needs no password.
 */
const RUN_WITH_PASSWORD = [
  "IFS= read -r password",
  'run() { if sudo -n /bin/true 2>/dev/null; then sudo -n "$@"; ' +
    "else { printf '%s\\n' \"$password\"; cat; } | sudo -k -S -p '' \"$@\"; fi; }",
].join("; ");

/**
 * The command that installs the runner, which comes on standard input.
 *
 * @param text what comes, to know whether it has arrived as a whole
 */
export function installCommand(
  rights: Exclude<Rights, "sudo-with-password">,
  scope: Scope,
  text: string,
  needs: HostNeeds = "podman",
  owner?: string,
): string {
  return runOnce("runner", rights, ["install", ...installWords(scope, needs, owner)], text);
}

/** The command that installs a staged runner; standard input holds sudo's password. */
export function installStagedCommand(name: string, needs: HostNeeds = "podman", owner?: string): string {
  const path = stagedPath(STAGED_RUNNER);
  const run = asRoot("run", path, ["install", ...installWords("rootful", needs, owner)]);
  return shell(
    `${RUN_WITH_PASSWORD}; umask 077; cp ${stagedPath(name)} ${path} && chmod 700 ${path} && ${run} </dev/null; code=$?; rm -f ${path}; cat >/dev/null; exit $code`,
  );
}

/** The name of the runner while it waits to be installed. */
export const STAGED_RUNNER = "runner";

/**
 * The command that runs a program once, which comes on standard input, behind sudo's password where there is one.
 *
 * It waits in a place that is always the same, where nobody else may write, since root runs what stands there: a line of
 * sudoers can name the place, and the digest of the one program that may be run from it.
 */
function runOnce(name: string, rights: Rights, words: readonly string[], text: string): string {
  const path = stagedPath(name);
  const run = {
    own: `/bin/sh ${command([path, ...words])}`,
    sudo: asRoot("sudo -n", path, words),
    "sudo-with-password": asRoot("run", path, words),
  }[rights];
  return shell(
    [
      ...(rights === "sudo-with-password" ? [RUN_WITH_PASSWORD] : []),
      "umask 077",
      `mkdir -p .podwatch && chmod 700 .podwatch && cat >${path}.$$ && chmod 700 ${path}.$$ && mv ${path}.$$ ${path} || { code=$?; cat >/dev/null; exit $code; }`,
      `case $(sha256sum <${path}) in ${digest(text)}* | "") ${run} </dev/null; code=$? ;; *) echo "${CUT}" >&2; code=1 ;; esac`,
      `rm -f ${path}`,
      "rmdir .podwatch 2>/dev/null",
      "exit $code",
    ].join("; "),
  );
}

const CUT =
  "podwatch: what was to be run did not arrive as a whole: does a start file of the login shell read standard input? Run pulumi up again";

/** By its whole name, as sudoers has it. Where nothing can be started from there, the shell is asked to read it. */
function asRoot(sudo: string, path: string, words: readonly string[]): string {
  const rest = command(words);
  return `{ if [ -x ${path} ]; then ${sudo} "$HOME/${path}" ${rest}; else ${sudo} /bin/sh ${path} ${rest}; fi; }`;
}

function digest(text: string): string {
  return createHash("sha256").update(text).digest("hex");
}

/** What a host has to have; without containers it needs no podman. */
export type HostNeeds = "podman" | "systemd";

/** The runner's word for it. */
const FITNESS: Readonly<Record<HostNeeds, string>> = { podman: "with-podman", systemd: "without-podman" };

function installWords(scope: Scope, needs: HostNeeds, owner?: string): string[] {
  return ownedBy(owner, needs === "podman" ? [scope] : [scope, FITNESS[needs]]);
}

/**
 * The command that fails unless a host is fit for a runner, and for these services; {@link fitScript} comes on
 * standard input, behind sudo's password where there is one.
 */
export function fitCommand(rights: Rights, needs: HostNeeds, services: readonly Newcomer[]): string {
  const words = services.map(({ service, listens }) =>
    listens === undefined ? service : `${service}=${listens.bind ?? "::"}:${listens.port}`,
  );
  return runOnce("fit", rights, ["fit", FITNESS[needs], ...words], fitScript());
}

/** Words for the runner with who it is that calls. */
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

/** Where the runner is gone, as on a host that was reinstalled, nothing is left to be removed. */
function unlessGone(scope: Scope): string {
  return `${isInstalled(scope)} || { cat >/dev/null; echo "nothing to remove"; exit 0; }`;
}

/** The command that calls the installed runner with a staged bundle; standard input holds sudo's password. */
export function runnerCommandStaged(words: RunnerWords, name: string): string {
  return runStaged(["/bin/sh", RUNNER.rootful, ...words], name);
}

/** What follows the password is read too: SSH takes an unread rest for a failure. */
function runStaged(words: readonly string[], name: string): string {
  return shell(
    `${RUN_WITH_PASSWORD}; run ${command(words)} <${stagedPath(name)}; code=$?; cat >/dev/null; exit $code`,
  );
}

/**
 * The command that stages what comes on standard input, readable by the login user only. Where no owner was part of
 * the path, in former versions, nobody would take away what was staged.
 */
export function stageCommand(name: string): string {
  const path = stagedPath(name);
  const former = stagedPath(name.replace(/@.*/, ""));
  return shell(
    `umask 077 && mkdir -p .podwatch && chmod 700 .podwatch && rm -f ${former} && cat >${path}.new && mv ${path}.new ${path}`,
  );
}

/** The command that takes a staged bundle away again. */
export function unstageCommand(name: string): string {
  return shell(`cat >/dev/null; rm -f ${stagedPath(name)}; rmdir .podwatch 2>/dev/null || :`);
}

/** Adds a comment to a command: it changes nothing but makes the command run again when it changes. */
export function withNote(text: string, note: string): string {
  return `${text} # ${note.replaceAll(/[^A-Za-z0-9 :,._-]/g, "?")}`;
}

export type RunnerWords = readonly [verb: Verb, ...names: string[]];

/**
 * A command for a host, for the shell of that host itself, where no log-in has come before it: it starts in the home
 * directory and knows nothing of the environment of the program, in which there are passphrases.
 */
export function onThisMachine(line: string): string {
  return `cd && exec env -i HOME="$HOME" USER="$(id -un)" PATH="$PATH" ${line}`;
}

/** As {@link onThisMachine}; on any other machine it does nothing, since what it would remove is not that host's. */
export function onThisMachineOnly(line: string, machine: string): string {
  const elsewhere = `[ "$(cat /etc/machine-id)" = ${quote(machine)} ]`;
  return `${elsewhere} || { cat >/dev/null; echo "another machine: nothing to remove"; exit 0; }; ${onThisMachine(line)}`;
}

/** A script for any login shell. */
function shell(script: string): string {
  return command(["/bin/sh", "-c", script]);
}
