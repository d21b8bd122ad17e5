import { inSeconds } from "../../lib/duration";
import type { Telemetry } from "../../lib/telemetry";
import { readTemplate } from "../../lib/template";
import type { TimerService } from "../../lib/timerService";
import { CERTIFICATE_SECRET } from "../nginx/tls.render";
import { ACME } from "./endpoint";
import { acmeRules } from "./rules";

export interface AcmeInput {
  readonly image: string;
  readonly email: string;
  readonly domains: readonly string[];
  /** URL of the CA's directory. */
  readonly directory: string;
  /** By which authority that is recognised, in PEM form; absent: those that the image trusts. */
  readonly directoryCa?: string | undefined;
  /** Proof by DNS; absent: by a file that NGINX serves. */
  readonly dns?:
    | {
        readonly provider: string;
        readonly environment: Readonly<Record<string, string>>;
        readonly secrets: Readonly<Record<string, unknown>>;
        readonly resolvers?: readonly string[] | undefined;
        readonly wait?: string | undefined;
      }
    | undefined;
  /** The account at the CA that the host's is bound to. */
  readonly accountBinding?: { readonly keyId: string } | undefined;
}

export function acme(input: AcmeInput): TimerService {
  return {
    kind: "timer",
    name: ACME,
    description: "Podwatch certificate of the front (ACME)",
    // Renewed in the last third of its life; a CA that is away for days does no harm.
    schedule: "*-*-* 00/12:00",
    randomDelay: 3600,
    runs: ["certify", ACME],
    ends: ["certify-ended", ACME],
    within: 1800,
    image: input.image,
    secrets: [
      ...Object.keys(input.dns?.secrets ?? {}).map(dnsSecret),
      ...(input.accountBinding === undefined ? [] : [BINDING_SECRET]),
    ],
    files: {
      job: job(input),
      ...(input.directoryCa === undefined ? {} : { "directory-ca.pem": input.directoryCa }),
    },
    directories: [],
    hooks: {
      started: readTemplate("acme/started.sh"),
      removed: readTemplate("acme/removed.sh"),
    },
    advice: { schedule: "" },
  };
}

/** Name of the secret for a variable of a provider. */
export function dnsSecret(variable: string): string {
  return `${ACME}-${variable.toLowerCase().replaceAll("_", "-")}`;
}

/** Name of the secret by which the host's account is bound to another. */
export const BINDING_SECRET = `${ACME}-account-binding`;

/** What the runner reads: a line `<key> <value>` for each fact. */
function job({ email, domains, directory, dns, accountBinding }: AcmeInput): string {
  const lines = [
    ...domains.map((domain) => ["domain", domain]),
    ["email", email],
    ["directory", directory],
    ["certificate", CERTIFICATE_SECRET],
    ...(accountBinding === undefined
      ? []
      : [["binding", `${accountBinding.keyId} podwatch-${BINDING_SECRET}`]]),
    ...(dns === undefined ? [] : [["dns", dns.provider]]),
    ...(dns?.resolvers ?? []).map((resolver) => ["resolver", resolver]),
    ...(dns?.wait === undefined ? [] : [["wait", `${inSeconds(dns.wait)}s`]]),
    ...Object.entries(dns?.environment ?? {}).map(([name, value]) => ["environment", `${name}=${value}`]),
    ...Object.keys(dns?.secrets ?? {}).map((name) => ["variable", `${name} podwatch-${dnsSecret(name)}`]),
  ];
  return lines.map((words) => `${words.join(" ")}\n`).join("");
}

/** NGINX tells of it, with its certificate. */
export const ACME_TELEMETRY: Telemetry<never> = { scrapeJobs: [], dashboards: [], ruleGroups: [acmeRules] };
