// Where the settings lead to a front of the stack, the log-in there and its certificate authority need not be written.
import type { HttpAuth } from "../../lib/auth";
import { loginAt } from "../../lib/endpoint";
import type { MachineLogIn } from "../../lib/machineLogIns";
import { entry, frontAt, type NamedFront } from "../nginx/endpoint";
import type { OtherAlertmanager, RemoteRead, Remotes } from "./remote.render";
import type { NamedJob } from "./scrape.render";

type Client<Secret> = HttpAuth<Secret> & { readonly extra: Readonly<Record<string, unknown>> };

/** Keys of Prometheus' configuration with which a client logs in. */
const LOG_INS = [
  "authorization",
  "azuread",
  "basic_auth",
  "bearer_token",
  "bearer_token_file",
  "google_iam",
  "oauth2",
  "sigv4",
];

/** @param fronts of the stack's hosts */
export function enteringFronts<
  Secret,
  Settings extends Required<Remotes<Secret>> & { readonly scrapeJobs: ReadonlyArray<NamedJob<Secret>> },
>(settings: Settings, fronts: ReadonlyArray<NamedFront<Secret>>): Settings {
  const entering =
    <One extends Client<Secret>>(purpose: MachineLogIn, urls: (one: One) => readonly string[]) =>
    (one: One): One => {
      const found = new Set(urls(one).map((url) => frontAt(url, fronts)));
      const [front] = found;
      return front === undefined || found.size > 1 ? one : entered(one, front, purpose);
    };
  const url = (remote: RemoteRead<Secret>) => [remote.url];
  return {
    ...settings,
    remoteWrite: settings.remoteWrite.map(entering("samples", url)),
    remoteRead: settings.remoteRead.map(entering("queries", url)),
    alertmanagers: settings.alertmanagers.map(
      entering("alerts", ({ scheme, targets }: OtherAlertmanager<Secret>) =>
        targets.map((target) => `${scheme}://${target}`),
      ),
    ),
    scrapeJobs: settings.scrapeJobs.map(
      entering("metrics", ({ scheme, targets }: NamedJob<Secret>) =>
        targets
          .flatMap((target) => (typeof target === "string" ? [target] : target.targets))
          .map((target) => `${scheme}://${target}`),
      ),
    ),
  };
}

/** What is written goes before. */
function entered<Secret, One extends Client<Secret>>(
  one: One,
  front: NamedFront<Secret>,
  purpose: MachineLogIn,
): One {
  const { basicAuth, bearerToken, oauth2, headers = {}, extra } = one;
  const login = loginAt(entry(front, purpose));
  const logsIn =
    [basicAuth, bearerToken, oauth2].some((given) => given !== undefined) ||
    Object.keys(headers).some((name) => /^authorization$/i.test(name)) ||
    LOG_INS.some((key) => key in extra);
  const verifies = one.tls !== undefined || "tls_config" in extra;
  return {
    ...one,
    ...(logsIn || login.bearerToken === undefined ? {} : { bearerToken: login.bearerToken }),
    ...(verifies || login.tls === undefined ? {} : { tls: login.tls }),
  };
}
