import * as pulumi from "@pulumi/pulumi";
import { isLocal } from "../../config/schema";
import { isInstalled } from "../../lib/runner";
import type { Entrance } from "./access";
import { type Outcome, runOnHost } from "./login";
import { thisMachine } from "./thisMachine";

/**
 * A hook that logs in to a host, or looks at this machine, before anything is done there, once in each run that changes it.
 *
 * It says clearly what is wrong where the command provider is terse, and gives up on a server that takes the
 * connection and never answers, on which the provider would wait for ever.
 */
export function preflightHook(entrance: Entrance): pulumi.ResourceHook {
  let outcome: Promise<void> | undefined;
  return new pulumi.ResourceHook(`${entrance.name}-preflight`, ({ name }) => {
    outcome ??= checkEntrance(entrance, { withRunner: !INSTALLS_RUNNER.test(name) });
    return outcome;
  });
}

/** The commands that may find a host without a runner; for all others they have put it there already. */
const INSTALLS_RUNNER = /-runner(-bundle)?$/;

/** Exit code for a host that has no runner. */
const NO_RUNNER = 44;

async function checkEntrance(
  { name, connection, sudo, scope }: Entrance,
  { withRunner }: { withRunner: boolean },
): Promise<void> {
  const { script, input, refusal } = await sudoCheck(sudo, connection.user);
  try {
    const { code, stderr } = await ask(
      connection,
      withRunner ? `${script} && { ${isInstalled(scope)} || exit ${NO_RUNNER}; }` : script,
      input,
    );
    if (code === NO_RUNNER) {
      throw new Error(
        "Podwatch is gone from this host; if it was reinstalled, deploy afresh with: pulumi up --replace '**-runner*'",
      );
    }
    if (code !== 0) {
      throw new Error(refusal(stderr.trim().split("\n").at(-1) ?? ""));
    }
  } catch (error) {
    throw new Error(`host ${name}: ${(error as Error).message}`);
  }
}

async function ask(connection: Entrance["connection"], script: string, input: string): Promise<Outcome> {
  if (isLocal(connection)) {
    return thisMachine().run(script, { input });
  }
  const { proxy, ...server } = await known(connection);
  return runOnHost(server, proxy, script, input);
}

interface SudoCheck {
  readonly script: string;
  readonly input: string;
  readonly refusal: (reason: string) => string;
}

async function sudoCheck(sudo: Entrance["sudo"], user: string): Promise<SudoCheck> {
  if (sudo === "none") {
    return { script: "true", input: "", refusal: (reason) => `${user} cannot run commands (${reason})` };
  }
  if (sudo === "passwordless") {
    return {
      script: "sudo -n true",
      input: "",
      refusal: (reason) =>
        `sudo does not let ${user} in without a password (${reason}); set becomePassword, allow ${user} sudo without a ` +
        "password, or set become: false",
    };
  }
  return {
    script: "sudo -k -S -p '' true",
    input: `${await known(sudo.password)}\n`,
    refusal: (reason) =>
      `sudo does not accept becomePassword for ${user} (${reason}); correct it with pulumi config set --secret, or ` +
      "remove it if sudo asks for none",
  };
}

function known<T>(value: pulumi.Input<T>): Promise<pulumi.Unwrap<T>> {
  return new Promise((resolve) => {
    pulumi.output(value).apply(resolve);
  });
}
