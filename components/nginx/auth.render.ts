// What NGINX needs to know of log-ins. Rights are plain, so that a preview shows them; passwords and tokens are secrets
// of which the host gets hashes only.
import { createHash } from "node:crypto";
import { encodeBase64, hashSync } from "bcryptjs";
import { MACHINE_LOG_INS, type MachineLogIn } from "../../lib/machineLogIns";
import { RELOADED_SECRETS_DIRECTORY } from "../../lib/service";
import { renderTemplate } from "../../lib/template";
import { NGINX } from "./endpoint";

/** What is open to a log-in. */
export interface Rights {
  readonly access: "read" | "write";
  readonly paths: readonly string[];
}

/** By name. */
export interface LogIns {
  readonly users: Readonly<Record<string, Rights>>;
  readonly tokens: Readonly<Record<string, Rights>>;
}

/** The log-in of Podwatch's own commands, which see everything and change nothing. */
export const OWN_TOKEN = "podwatch";

/** The log-ins of services on other hosts: each may do what it is for. */
const MACHINE_RIGHTS: Readonly<Record<MachineLogIn, Rights>> = {
  queries: { access: "read", paths: ["prometheus", "victoriametrics"] },
  metrics: { access: "read", paths: ["gateways", "metrics"] },
  samples: { access: "read", paths: ["samples"] },
  alerts: { access: "read", paths: ["alerts"] },
};

/** A name that no user's token may have. */
export const machineName = (purpose: MachineLogIn) => `+${purpose}`;

/** With those of services on other hosts. */
export function withMachines({ users, tokens }: LogIns): LogIns {
  const machines = MACHINE_LOG_INS.map((purpose) => [machineName(purpose), MACHINE_RIGHTS[purpose]]);
  return { users, tokens: { ...tokens, ...Object.fromEntries(machines) } };
}

/** Whether anybody may send alerts. */
export function sendsAlerts({ users, tokens }: LogIns): boolean {
  return [users, tokens].flatMap(Object.values<Rights>).some(({ paths }) => paths.includes("alerts"));
}

/** Secrets with a line `<name>:<hash>` for each user and each token. */
export const USERS_SECRET = `${NGINX}-users`;
export const TOKENS_SECRET = `${NGINX}-tokens`;

/** Each step doubles the time of a check; 10 is what bcrypt's users agree on as the least: tens of milliseconds. */
const BCRYPT_COST = 10;

/** Bytes of a salt. */
export const SALT_BYTES = 16;

/** What stands for a service with a log-in of its own. */
export const OWN_LOG_IN = "own";

/** Where NGINX asks itself whether somebody may come in. */
const PORT = 8082;

/**
 * The line of a user.
 *
 * @param salt in base64
 */
export function userLine(name: string, password: string, salt: string): string {
  const bytes = [...Buffer.from(salt, "base64")];
  const cost = String(BCRYPT_COST).padStart(2, "0");
  return `${name}:${hashSync(password, `$2b$${cost}$${encodeBase64(bytes, SALT_BYTES)}`)}\n`;
}

/** The line of a token: generated or long enough not to be guessed, so a fast hash will do. */
export function tokenLine(name: string, token: string): string {
  return `${name}:${createHash("sha256").update(token).digest("hex")}\n`;
}

/**
 * The files that `nginx.conf` includes.
 *
 * @param posted paths to which queries are posted, which change nothing, and samples
 */
export function logInFiles(
  logIns: LogIns,
  posted: { readonly queries: readonly string[]; readonly samples: readonly string[] },
): Record<string, string> {
  const users = `${RELOADED_SECRETS_DIRECTORY}/${USERS_SECRET}`;
  const tokens = `${RELOADED_SECRETS_DIRECTORY}/${TOKENS_SECRET}`;
  const rights = JSON.stringify(sorted(logIns), null, 2);
  return {
    "logins.conf": renderTemplate("nginx/logins.conf.mustache", {
      port: PORT,
      users,
      queries: posted.queries.join("|"),
      samples: posted.samples.length > 0 && posted.samples.join("|"),
    }),
    "logins.js": renderTemplate("nginx/logins.js.mustache", { users, tokens, rights, ownLogIn: OWN_LOG_IN }),
  };
}

/** The order in the stack file means nothing. */
function sorted({ users, tokens }: LogIns) {
  const named = (all: Readonly<Record<string, Rights>>) =>
    Object.fromEntries(
      Object.entries(all)
        .sort(([a], [b]) => (a < b ? -1 : 1))
        .map(([name, { access, paths }]) => [name, { access, paths: [...paths].sort() }]),
    );
  const own: Rights = { access: "read", paths: ["all"] };
  return { users: named(users), tokens: named({ ...tokens, [OWN_TOKEN]: own }) };
}
