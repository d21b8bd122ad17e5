import { createHash } from "node:crypto";
import { local, remote } from "@pulumi/command";
import * as pulumi from "@pulumi/pulumi";
import { isLocal } from "../../config/schema";
import type { Bundle } from "../../engines/bundle";
import {
  fitCommand,
  fitScript,
  type HostNeeds,
  installCommand,
  installStagedCommand,
  type Newcomer,
  onThisMachine,
  onThisMachineOnly,
  ownedBy,
  type Rights,
  type RunnerWords,
  runnerCommand,
  runnerCommandStaged,
  runnerCommandWithPassword,
  runnerScript,
  STAGED_RUNNER,
  stageCommand,
  stagedName,
  unstageCommand,
  withNote,
} from "../../lib/runner";
import { secretInput, secretVersion } from "../../lib/secretVersion";
import type { Access } from "./access";

/** A command that is run on a host, whichever way it is reached. */
export type HostCommand = remote.Command | local.Command;

/** What every command on a host has in common. */
interface CommandArgs {
  readonly access: Access;
  /** When one of these changes, the resource is removed and made anew. */
  readonly replaceWith: pulumi.Input<pulumi.Input<unknown>[]>;
}

export interface ApplyArgs extends CommandArgs {
  readonly service: string;
  /** Plain text, shown by `pulumi preview --diff`. */
  readonly bundle: Bundle;
  /** Versions of secrets: when one changes, the bundle is applied again. */
  readonly secretVersions?: readonly pulumi.Output<string>[] | undefined;
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
  args: CommandArgs & { readonly needs: HostNeeds; readonly services: readonly Newcomer[] },
  opts: pulumi.CustomResourceOptions,
): HostCommand {
  const { access, needs, services } = args;
  const { sudo } = access;
  const create = (rights: Rights) => fitCommand(rights, needs, services);
  const script = fitScript();
  return wantsPassword(sudo)
    ? command(
        name,
        args,
        {
          create: create("sudo-with-password"),
          stdin: pulumi.secret(pulumi.interpolate`${sudo.password}\n${script}`),
        },
        opts,
      )
    : command(name, args, { create: create(withoutPassword(sudo)), stdin: script }, opts);
}

/** Installs the runner on a host and checks that the host is fit for it. */
export function installRunner(
  name: string,
  args: CommandArgs & { readonly needs?: HostNeeds },
  opts: pulumi.CustomResourceOptions,
): HostCommand {
  const { access, needs = "podman" } = args;
  const staged = stagedName(STAGED_RUNNER, access.owner);
  const bundle = runnerScript();
  const script = {
    bundle,
    create: installCommand(withoutPassword(access.sudo), access.scope, bundle, needs, access.owner),
    createStaged: installStagedCommand(staged, needs, access.owner),
    delete: call(access, ["uninstall"]),
  };
  return bundleCommand(name, args, { staged, ...script }, opts);
}

/** Applies a service's bundle on a host; the service is removed when the resource is. */
export function applyBundle(name: string, args: ApplyArgs, opts: pulumi.CustomResourceOptions): HostCommand {
  const { access, service, bundle, secretVersions = [] } = args;
  const staged = stagedName(service, access.owner);
  const words = pulumi
    .all([...secretVersions])
    .apply((versions): RunnerWords => ["apply", service, ...versions]);
  const script = {
    bundle,
    create: words.apply((apply) => call(access, apply)),
    createStaged: words.apply((apply) => runnerCommandStaged(ownedBy(access.owner, apply), staged)),
    delete: call(access, ["remove", service]),
  };
  const tell = { hooks: { afterCreate: [access.notes], afterUpdate: [access.notes] } };
  return bundleCommand(name, args, { staged, ...script }, opts, tell);
}

/** Puts a secret on a host; the result is the version of the secret, not the secret. */
export function putSecret(
  name: string,
  args: SecretArgs,
  opts: pulumi.CustomResourceOptions,
): { readonly resource: HostCommand; readonly version: pulumi.Output<string> } {
  const { access, secret, value } = args;
  const input = value.apply(secretInput);
  const script = {
    create: call(access, ["put-secret", secret]),
    delete: call(access, ["remove-secret", secret]),
    stdin: pulumi.secret(
      wantsPassword(access.sudo) ? pulumi.interpolate`${access.sudo.password}\n${input}` : input,
    ),
  };
  const resource = command(name, args, script, opts);
  return { resource, version: resource.stdout.apply((printed) => readVersion(access.name, printed)) };
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
  readonly bundle: Bundle;
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
  const { sudo } = args.access;
  if (!wantsPassword(sudo)) {
    const { create, bundle } = script;
    return command(
      name,
      args,
      { create, delete: script.delete, stdin: bundle },
      pulumi.mergeOptions(opts, own),
    );
  }
  const stage = command(
    `${name}-bundle`,
    args,
    {
      create: stageCommand(script.staged),
      delete: unstageCommand(script.staged),
      stdin: script.bundle,
    },
    opts,
  );
  const note = `bundle ${digest(script.bundle)}`;
  return command(
    name,
    args,
    {
      create: pulumi.output(script.createStaged).apply((text) => withNote(text, note)),
      delete: script.delete,
      stdin: pulumi.secret(pulumi.interpolate`${sudo.password}\n`),
    },
    pulumi.mergeOptions(pulumi.mergeOptions(opts, own), { dependsOn: [stage] }),
  );
}

/** The command that calls the installed runner. */
function call({ scope, sudo, owner }: Access, words: RunnerWords): string {
  const owned = ownedBy(owner, words);
  return wantsPassword(sudo)
    ? runnerCommandWithPassword(owned)
    : runnerCommand(scope, withoutPassword(sudo), owned);
}

function withoutPassword(sudo: Access["sudo"]): "own" | "sudo" {
  return sudo === "none" ? "own" : "sudo";
}

function wantsPassword(sudo: Access["sudo"]): sudo is Exclude<Access["sudo"], string> {
  return typeof sudo === "object";
}

function command(
  name: string,
  { access, replaceWith }: CommandArgs,
  script: { create: pulumi.Input<string>; delete?: string; stdin: pulumi.Input<string> },
  opts: pulumi.CustomResourceOptions,
): HostCommand {
  const { connection } = access;
  const { delete: takeBack, ...make } = script;
  const common = { ...make, addPreviousOutputInEnv: false, triggers: replaceWith };
  const takesBack = takeBack !== undefined;
  const options = pulumi.mergeOptions(opts, {
    ...(takesBack ? { deleteBeforeReplace: true } : {}),
    hooks: { beforeCreate: [access.preflight], beforeUpdate: [access.preflight] },
  });
  // The other way to a host is another host: one that takes something back is removed there first.
  const madeOtherWay = (type: string) => (takesBack ? { aliases: [{ type }] } : {});
  if (isLocal(connection)) {
    return new local.Command(
      name,
      {
        ...common,
        create: pulumi.output(script.create).apply(onThisMachine),
        ...(takesBack ? { delete: onThisMachineOnly(takeBack, connection.machine) } : {}),
        logging: local.Logging.None,
      },
      pulumi.mergeOptions(options, madeOtherWay(OTHER_WAY.local)),
    );
  }
  return new remote.Command(
    name,
    { ...common, ...(takesBack ? { delete: takeBack } : {}), connection, logging: remote.Logging.None },
    pulumi.mergeOptions(options, madeOtherWay(OTHER_WAY.ssh)),
  );
}

/**
 * The type of the same command when its host is reached the other way: a change of the way is a change of the host,
 * so that the old one is removed before the new one is made.
 */
const OTHER_WAY = { local: "command:remote:Command", ssh: "command:local:Command" } as const;

function digest(text: string): string {
  return createHash("sha256").update(text).digest("hex").slice(0, 16);
}
