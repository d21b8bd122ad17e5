import { local, remote } from "@pulumi/command";
import * as pulumi from "@pulumi/pulumi";
import { isLocal, runnerLine } from "../../connection/connection";
import { stagingOf } from "../../connection/record";
import type { Bundle } from "../../engines/bundle";
import {
  confirmWords,
  fitCommand,
  installCommand,
  ownedBy,
  type PlannedService,
  type RunnerWords,
  releaseOf,
  runnerCommandStaged,
  stageCommand,
  stagedName,
  unstageCommand,
  withNote,
} from "../../lib/runner";
import { secretInput, secretVersion } from "../../lib/secretVersion";
import { onThisMachine, onThisMachineOnly } from "../../lib/thisMachine";
import type { HostConnection, Preflight } from "./preflight";
import { whenMade } from "./whenMade";

/** A command that is run on a host, whichever way it is reached. */
export type HostCommand = remote.Command | local.Command;

/** What commands on a host need to know of it. */
export interface RunnerHost {
  readonly connection: HostConnection;
  /** Under which name the host's things are known there as this host's. */
  readonly owner: string;
  /** Makes sure that commands will get through before the first of them is sent. */
  readonly preflight: Preflight;
  /** Tells what the runner had to say of a change. */
  readonly notes: pulumi.ResourceHook;
}

/** What every command on a host has in common. */
interface CommandArgs {
  readonly host: RunnerHost;
  /** What the command is for, which decides what has to be there before; default: a service. */
  readonly step?: keyof Preflight;
  /** When one of these changes, the resource is removed and made anew. */
  readonly replaceWith: pulumi.Input<pulumi.Input<unknown>[]>;
}

export interface ApplyArgs extends CommandArgs {
  readonly service: string;
  /** Plain text, shown by `pulumi preview --diff`. */
  readonly bundle: pulumi.Input<Bundle>;
  /** Versions of secrets: when one changes, the bundle is applied again. */
  readonly secretVersions?: readonly pulumi.Output<string>[] | undefined;
}

export interface ConfirmArgs extends Pick<CommandArgs, "host"> {
  readonly service: string;
  readonly bundle: pulumi.Input<Bundle>;
  readonly applied: HostCommand;
}

export interface SecretArgs extends CommandArgs {
  readonly secret: string;
  readonly value: pulumi.Output<string>;
}

/**
 * Is made before anything is taken from the host that this one replaces, and fails unless this one is reached and fit.
 *
 * So it is replaced the usual way, unlike all other commands: made first, and the old one removed at the end, which
 * takes nothing back and calls no host.
 */
export function gate(
  name: string,
  args: CommandArgs & { readonly services: pulumi.Input<readonly PlannedService[]>; readonly engine: string },
  opts: pulumi.CustomResourceOptions,
): HostCommand {
  const { host, services, engine } = args;
  const create = pulumi
    .output(services)
    .apply((all) => fitCommand(host.connection.rights, all as readonly PlannedService[], engine, host.owner));
  return command(
    name,
    { ...args, step: "gate" },
    { create, stdin: afterPassword(host.connection, "") },
    opts,
  );
}

/** Installs the runner on a host and checks that the host is fit for it. */
export function installRunner(
  name: string,
  args: CommandArgs,
  opts: pulumi.CustomResourceOptions,
): HostCommand {
  const { host } = args;
  const { owner, connection } = host;
  const script = {
    create: installCommand(connection.rights, connection.scope, owner),
    delete: call(host, ["uninstall"]),
    stdin: afterPassword(connection, ""),
  };
  return command(name, { ...args, step: "runner" }, script, opts);
}

/** Applies a service's bundle on a host; the service is removed when the resource is. */
export function applyBundle(name: string, args: ApplyArgs, opts: pulumi.CustomResourceOptions): HostCommand {
  const { host, service, bundle, secretVersions = [] } = args;
  const staged = stagedName(service, host.owner);
  const words = pulumi
    .all([...secretVersions])
    .apply((versions): RunnerWords => ["apply", service, ...versions]);
  const script = {
    bundle,
    create: words.apply((apply) => call(host, apply)),
    createStaged: words.apply((apply) => runnerCommandStaged(ownedBy(host.owner, apply), staged)),
    delete: call(host, ["remove", service]),
  };
  const tell = { hooks: { afterCreate: [host.notes], afterUpdate: [host.notes] } };
  return bundleCommand(name, args, { staged, ...script }, opts, tell);
}

/**
 * Confirms what was applied, by a log-in of its own: it fails unless one gets through what has just changed.
 *
 * @param applied the command that applied it; where that is made anew, this is too
 */
export function confirmBundle(
  name: string,
  args: ConfirmArgs,
  opts: pulumi.CustomResourceOptions,
): HostCommand {
  const { host, service, bundle, applied } = args;
  const here = isLocal(host.connection.route);
  const create = pulumi.output(bundle).apply((text) => call(host, confirmWords(service, text, here)));
  return command(
    name,
    { ...args, replaceWith: [applied.id] },
    { create, stdin: afterPassword(host.connection, "") },
    pulumi.mergeOptions(opts, { dependsOn: [applied] }),
  );
}

/** Puts a secret on a host; the result is the version of the secret, not the secret. */
export function putSecret(
  name: string,
  args: SecretArgs,
  opts: pulumi.CustomResourceOptions,
): { readonly resource: HostCommand; readonly version: pulumi.Output<string> } {
  const { host, secret, value } = args;
  const script = {
    create: call(host, ["put-secret", secret]),
    delete: call(host, ["remove-secret", secret]),
    stdin: pulumi.secret(afterPassword(host.connection, whenMade([value], secretInput))),
  };
  const resource = command(name, args, script, opts);
  return {
    resource,
    version: whenMade([resource.stdout], (printed) => readVersion(host.connection.name, printed)),
  };
}

/** While a change is only previewed, there may be no answer yet. */
function readVersion(host: string, printed: string): string {
  try {
    return secretVersion(printed);
  } catch (error) {
    if (pulumi.runtime.isDryRun()) {
      return printed;
    }
    throw new Error(`host ${host}: ${(error as Error).message}`);
  }
}

interface BundleScript {
  readonly bundle: pulumi.Input<Bundle>;
  /** Name under which the bundle is staged, where it has to be. */
  readonly staged: string;
  /** What is run with the bundle on standard input. */
  readonly create: pulumi.Input<string>;
  /** What is run where the bundle is staged, with sudo's password on standard input. */
  readonly createStaged: pulumi.Input<string>;
  readonly delete: string;
}

/**
 * A command that reads a bundle.
 *
 * Where sudo wants its password on standard input, the bundle is sent ahead by a command of its own,
 * so that it stays plain and its diff readable.
 *
 * @param own options of the command itself, and of none that goes ahead
 */
function bundleCommand(
  name: string,
  args: CommandArgs,
  script: BundleScript,
  opts: pulumi.CustomResourceOptions,
  own: pulumi.CustomResourceOptions = {},
): HostCommand {
  const { connection } = args.host;
  if (connection.rights !== "sudo-with-password") {
    const { create, bundle } = script;
    return command(
      name,
      args,
      { create, delete: script.delete, stdin: bundle },
      pulumi.mergeOptions(opts, own),
    );
  }
  const stage = command(
    stagingOf(name),
    args,
    {
      create: stageCommand(script.staged),
      delete: unstageCommand(script.staged),
      stdin: script.bundle,
    },
    opts,
  );
  const noted = pulumi
    .all([script.createStaged, script.bundle])
    .apply(([create, bundle]) => withNote(create, `bundle ${releaseOf(bundle)}`));
  return command(
    name,
    args,
    {
      create: noted,
      delete: script.delete,
      stdin: afterPassword(connection, ""),
    },
    pulumi.mergeOptions(pulumi.mergeOptions(opts, own), { dependsOn: [stage] }),
  );
}

/** The command that calls the installed runner. */
function call({ connection, owner }: RunnerHost, words: RunnerWords): string {
  return runnerLine(connection, ownedBy(owner, words));
}

/** What a command reads: sudo's password in a line of its own where there is one, then the rest. */
function afterPassword({ sudoPassword }: HostConnection, rest: pulumi.Input<string>): pulumi.Input<string> {
  return sudoPassword === undefined ? rest : pulumi.secret(pulumi.interpolate`${sudoPassword}\n${rest}`);
}

function command(
  name: string,
  { host, step = "service", replaceWith }: CommandArgs,
  script: { create: pulumi.Input<string>; delete?: string; stdin: pulumi.Input<string> },
  opts: pulumi.CustomResourceOptions,
): HostCommand {
  const { route } = host.connection;
  const preflight = [host.preflight[step]];
  const { delete: takeBack, ...make } = script;
  const common = { ...make, addPreviousOutputInEnv: false, triggers: replaceWith };
  const takesBack = takeBack !== undefined;
  const options = pulumi.mergeOptions(opts, {
    ...(takesBack ? { deleteBeforeReplace: true } : {}),
    hooks: { beforeCreate: preflight, beforeUpdate: preflight },
  });
  // The other way to a host is another host: one that takes something back is removed there first.
  const madeOtherWay = (type: string) => (takesBack ? { aliases: [{ type }] } : {});
  if (isLocal(route)) {
    return new local.Command(
      name,
      {
        ...common,
        create: pulumi.output(script.create).apply(onThisMachine),
        ...(takesBack ? { delete: onThisMachineOnly(takeBack, route.machine) } : {}),
        logging: local.Logging.None,
      },
      pulumi.mergeOptions(options, madeOtherWay(OTHER_WAY.local)),
    );
  }
  return new remote.Command(
    name,
    {
      ...common,
      ...(takesBack ? { delete: takeBack } : {}),
      connection: route,
      logging: remote.Logging.None,
    },
    pulumi.mergeOptions(options, madeOtherWay(OTHER_WAY.ssh)),
  );
}

/**
 * The type of the same command when its host is reached the other way: a change of the way is a change of the host,
 * so that the old one is removed before the new one is made.
 */
const OTHER_WAY = { local: "command:remote:Command", ssh: "command:local:Command" } as const;
