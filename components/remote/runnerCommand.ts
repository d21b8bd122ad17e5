import { createHash } from "node:crypto";
import { remote } from "@pulumi/command";
import * as pulumi from "@pulumi/pulumi";
import {
  installCommand,
  installStagedCommand,
  type RunnerWords,
  runnerCommand,
  runnerCommandStaged,
  runnerCommandWithPassword,
  runnerScript,
  stageCommand,
  unstageCommand,
  withNote,
} from "../../lib/runner";
import type { Access } from "./access";
import { failureHook, reachableHook } from "./diagnosis";

/** One change on a host and how it is taken back, both carried out by the runner there. */
export interface RunnerCommandArgs {
  readonly access: Access;
  /** What is called when the resource is created or changed. */
  readonly apply: RunnerWords;
  /** What is called when it is deleted. */
  readonly remove: RunnerWords;
  /** What the runner reads: plain text, shown by `pulumi preview --diff`. */
  readonly bundle: string;
  /** Versions of secrets: when one changes, the runner is called again. */
  readonly secretVersions?: readonly pulumi.Output<string>[] | undefined;
  /** When one of these changes, the resource is removed and made anew. */
  readonly replaceWith: pulumi.Input<unknown>[];
}

/** Applies a bundle on a host. */
export function applyBundle(
  name: string,
  args: RunnerCommandArgs,
  opts: pulumi.CustomResourceOptions,
): remote.Command {
  const { access, bundle } = args;
  const note = (text: string) => noteVersions(text, args.secretVersions ?? []);
  if (typeof access.sudo === "object") {
    const stage = stagedBundle(name, args, opts);
    const staged = args.apply.at(-1) ?? name;
    return command(
      name,
      args,
      {
        create: note(withNote(runnerCommandStaged(args.apply, staged), `bundle ${digest(bundle)}`)),
        delete: runnerCommandWithPassword(args.remove),
        stdin: pulumi.interpolate`${access.sudo.password}\n`,
      },
      pulumi.mergeOptions(opts, { dependsOn: [stage] }),
    );
  }
  const rights = access.sudo === "none" ? "own" : "sudo";
  return command(
    name,
    args,
    {
      create: note(runnerCommand(access.scope, rights, args.apply)),
      delete: runnerCommand(access.scope, rights, args.remove),
      stdin: bundle,
    },
    opts,
  );
}

/** Puts a secret on a host; its `stdout` is the version of the secret, not the secret. */
export function putSecret(
  name: string,
  args: Omit<RunnerCommandArgs, "bundle" | "apply" | "remove"> & {
    readonly secret: string;
    readonly value: pulumi.Output<string>;
  },
  opts: pulumi.CustomResourceOptions,
): remote.Command {
  const { access } = args;
  const apply: RunnerWords = ["put-secret", args.secret];
  const remove: RunnerWords = ["remove-secret", args.secret];
  if (typeof access.sudo === "object") {
    return command(
      name,
      args,
      {
        create: runnerCommandWithPassword(apply),
        delete: runnerCommandWithPassword(remove),
        stdin: pulumi.secret(pulumi.interpolate`${access.sudo.password}\n${args.value}`),
      },
      opts,
    );
  }
  const rights = access.sudo === "none" ? "own" : "sudo";
  return command(
    name,
    args,
    {
      create: runnerCommand(access.scope, rights, apply),
      delete: runnerCommand(access.scope, rights, remove),
      stdin: pulumi.secret(args.value),
    },
    opts,
  );
}

/** Installs the runner on a host and checks that the host is fit for it. */
export function installRunner(
  name: string,
  args: Pick<RunnerCommandArgs, "access" | "replaceWith">,
  opts: pulumi.CustomResourceOptions,
): remote.Command {
  const { access } = args;
  const bundle = runnerScript();
  if (typeof access.sudo === "object") {
    const stage = stagedBundle(name, { ...args, bundle, apply: ["apply", STAGED_RUNNER] }, opts);
    return command(
      name,
      args,
      {
        create: withNote(installStagedCommand(STAGED_RUNNER), `runner ${digest(bundle)}`),
        delete: runnerCommandWithPassword(["uninstall"]),
        stdin: pulumi.interpolate`${access.sudo.password}\n`,
      },
      pulumi.mergeOptions(opts, { dependsOn: [stage] }),
    );
  }
  const rights = access.sudo === "none" ? "own" : "sudo";
  return command(
    name,
    args,
    {
      create: installCommand(access.scope),
      delete: runnerCommand(access.scope, rights, ["uninstall"]),
      stdin: bundle,
    },
    opts,
  );
}

const STAGED_RUNNER = "runner";

/**
 * Where sudo wants its password on standard input, the bundle is sent ahead by a command of its own,
 * so that it stays plain and its diff readable.
 */
function stagedBundle(
  name: string,
  args: Pick<RunnerCommandArgs, "access" | "bundle" | "apply" | "replaceWith">,
  opts: pulumi.CustomResourceOptions,
): remote.Command {
  const staged = args.apply.at(-1) ?? name;
  return command(
    `${name}-bundle`,
    args,
    { create: stageCommand(staged), delete: unstageCommand(staged), stdin: args.bundle },
    opts,
  );
}

function command(
  name: string,
  args: Pick<RunnerCommandArgs, "access" | "replaceWith">,
  script: { create: pulumi.Input<string>; delete: string; stdin: pulumi.Input<string> },
  opts: pulumi.CustomResourceOptions,
): remote.Command {
  return new remote.Command(
    name,
    {
      connection: args.access.connection,
      ...script,
      logging: remote.Logging.None,
      addPreviousOutputInEnv: false,
      triggers: args.replaceWith,
    },
    pulumi.mergeOptions(opts, {
      deleteBeforeReplace: true,
      hooks: {
        beforeCreate: [reachableHook(args.access)],
        beforeUpdate: [reachableHook(args.access)],
        onError: [failureHook(args.access)],
      },
    }),
  );
}

function noteVersions(text: string, versions: readonly pulumi.Output<string>[]): pulumi.Input<string> {
  if (versions.length === 0) {
    return text;
  }
  return pulumi.all([...versions]).apply((ids) => withNote(text, `secrets ${ids.join(" ")}`));
}

function digest(text: string): string {
  return createHash("sha256").update(text).digest("hex").slice(0, 16);
}
