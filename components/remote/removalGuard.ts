import { local } from "@pulumi/command";
import * as pulumi from "@pulumi/pulumi";
import { firstServer } from "../../connection/connection";
import { ANSWERS_PROGRAM, answersQuestion } from "../../lib/answers";
import type { HostConnection } from "./preflight";

export interface RemovalGuardArgs {
  readonly connection: HostConnection;
  /** As of the commands that it goes before: when one of these changes, they are removed and made anew. */
  readonly replaceWith: pulumi.Input<unknown>[];
  /** All that is on the host. */
  readonly before: readonly pulumi.Resource[];
}

/**
 * Is removed before everything else of a host, and fails then unless an SSH server answers.
 *
 * The command provider waits for ever on a server that takes the connection and never answers. Where something is
 * changed the preflight hook prevents that, but `pulumi destroy` does not run the program, and so no hook: what is to
 * happen then has to stand in the state. Behind a proxy it is the proxy that has to answer.
 */
export function guardRemoval(name: string, args: RemovalGuardArgs, opts: pulumi.CustomResourceOptions): void {
  const { connection, replaceWith, before } = args;
  const first = firstServer(connection);
  if (first === undefined) {
    return;
  }
  new local.Command(
    name,
    {
      interpreter: ["node", "-e", ANSWERS_PROGRAM],
      delete: pulumi
        .output(first.host)
        .apply((host) => answersQuestion(connection.name, host, first.port ?? 22)),
      triggers: replaceWith,
      addPreviousOutputInEnv: false,
      logging: local.Logging.None,
    },
    pulumi.mergeOptions(opts, { dependsOn: [...before], deleteBeforeReplace: true }),
  );
}
