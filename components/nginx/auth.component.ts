import * as pulumi from "@pulumi/pulumi";
import * as random from "@pulumi/random";
import type { HostSettings } from "../../config/load";
import type { NamedSecret } from "../../lib/auth";
import { MACHINE_LOG_INS, type MachineTokens } from "../../lib/machineLogIns";
import { generatedPassword } from "../password";
import { whenMade } from "../remote/whenMade";
import {
  machineName,
  OWN_TOKEN,
  SALT_BYTES,
  TOKENS_SECRET,
  tokenLine,
  USERS_SECRET,
  userLine,
} from "./auth.render";

type Secret = pulumi.Output<string>;

/** Passwords and tokens by name. */
export interface KnownLogIns {
  readonly users: Readonly<Record<string, Secret>>;
  readonly tokens: Readonly<Record<string, Secret>>;
}

/** The front's log-ins: passwords and tokens, generated where none is given, and what the host gets of them. */
export class FrontLogIns extends pulumi.ComponentResource {
  readonly known: KnownLogIns;
  /** The token of Podwatch's own commands; `operate/` finds it in the state. */
  readonly ownToken: Secret;
  /** The hashes. */
  readonly secrets: ReadonlyArray<NamedSecret<Secret>>;

  constructor(
    name: string,
    { users, tokens }: NonNullable<HostSettings["front"]["auth"]>,
    machines: MachineTokens<Secret> | undefined,
    opts?: pulumi.ComponentResourceOptions,
  ) {
    super("podwatch:index:FrontLogIns", name, {}, opts);
    this.known = {
      users: mapped(
        users,
        (user, { password }) => password ?? generatedPassword(`${name}-user-${user}`, this),
      ),
      tokens: mapped(
        tokens,
        (token, { token: given }) => given ?? generatedPassword(`${name}-token-${token}`, this),
      ),
    };
    this.ownToken = generatedPassword(`${name}-own-token`, this);
    const userLines = Object.entries(this.known.users).map(([user, password]) => {
      // Kept in the state, so that the same password has the same hash in every run.
      const salt = new random.RandomBytes(`${name}-salt-${user}`, { length: SALT_BYTES }, { parent: this })
        .base64;
      return whenMade([password, salt], (plain, salted) => userLine(user, plain, salted));
    });
    const ofMachines =
      machines && MACHINE_LOG_INS.map((purpose) => [machineName(purpose), machines[purpose]]);
    const allTokens: Record<string, Secret> = {
      ...this.known.tokens,
      [OWN_TOKEN]: this.ownToken,
      ...Object.fromEntries(ofMachines ?? []),
    };
    const tokenLines = Object.entries(allTokens).map(([token, value]) =>
      whenMade([value], (plain) => tokenLine(token, plain)),
    );
    this.secrets = [
      { name: USERS_SECRET, value: joined(userLines) },
      { name: TOKENS_SECRET, value: joined(tokenLines) },
    ];
    this.registerOutputs({ known: this.known, ownToken: this.ownToken });
  }
}

/** Tokens for services of other hosts, which are there before either. */
export function machineTokens(name: string, parent: pulumi.Resource): MachineTokens<Secret> {
  const tokens = MACHINE_LOG_INS.map((purpose) => [
    purpose,
    generatedPassword(`${name}-${purpose}-token`, parent),
  ]);
  return Object.fromEntries(tokens) as MachineTokens<Secret>;
}

function joined(lines: readonly Secret[]): Secret {
  return pulumi.secret(pulumi.all([...lines]).apply((all) => [...all].sort().join("")));
}

function mapped<T, Made>(
  all: Readonly<Record<string, T>>,
  make: (name: string, one: T) => Made,
): Readonly<Record<string, Made>> {
  return Object.fromEntries(Object.entries(all).map(([name, one]) => [name, make(name, one)]));
}
