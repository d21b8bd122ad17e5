// Checks of who may log in, and how: LDAP, frames, mails, plugins.
import type { z } from "zod";
import { quote, type Report } from "../../config/problem";
import { resolveAuth } from "../../config/resolve/auth";
import type { Locate } from "../../config/resolve/locate";
import type { ResolveContext } from "../../config/section";
import type { grafana } from "./schema";

type Given = z.output<typeof grafana>;

export function checkSmtp({ smtp }: Given, locate: Locate, report: Report): void {
  if (smtp === undefined || (smtp.user === undefined) === (smtp.password === undefined)) return;
  const [missing, other] = smtp.user === undefined ? ["user", "password"] : ["password", "user"];
  report(
    locate(["smtp", missing as string]),
    `is missing, and ${other} is of no use alone; write both or neither`,
  );
}

export function checkPlugins({ plugins }: Given, locate: Locate, report: Report): void {
  const ids = plugins.map((plugin) => plugin.split("@")[0] ?? "");
  ids.forEach((id, index) => {
    if (ids.indexOf(id) < index)
      report(locate(["plugins", index]), `${quote(id)} is listed twice; keep one of its versions`);
  });
}

/** Browsers drop a cookie for other sites that did not come by https. */
export function checkEmbedding(
  { embedding }: Given,
  { before, locate, report }: Pick<ResolveContext, "before" | "locate" | "report">,
): void {
  if (embedding?.cookieSameSite !== "none") return;
  const { publicUrl } = before.front;
  if (!publicUrl.startsWith("https://"))
    report(
      locate(["embedding", "cookieSameSite"]),
      `"none" needs https, and users come by ${publicUrl}; write lax, or put TLS before the front and its URL into front.publicUrl`,
    );
}

/** The front takes a log-in with the name of one of its users for its own, and does not pass it on. */
export function checkAdminUser(
  { adminUser }: Given,
  { before, locate, report }: Pick<ResolveContext, "before" | "locate" | "report">,
): void {
  if (!Object.hasOwn(before.front.auth?.users ?? {}, adminUser)) return;
  report(
    locate(["adminUser"]),
    `${quote(adminUser)} is a user of the front too, whose log-ins do not reach Grafana; give one of the two another name`,
  );
}

/** The checked settings, with the contents of certificates instead of their paths. */
export function resolveLdap(
  ldap: Given["ldap"],
  { context, locate, report }: Pick<ResolveContext, "context" | "locate" | "report">,
): Given["ldap"] {
  if (ldap === undefined) return undefined;
  const at = (key: string) => locate(["ldap", key]);
  const asksAsUser = ldap.bindDn.includes("%s");
  if (ldap.bindPassword === undefined && !asksAsUser)
    report(at("bindPassword"), "is missing; write the password of bindDn, or %s in bindDn");
  if (ldap.bindPassword !== undefined && asksAsUser)
    report(at("bindPassword"), "is not used, since bindDn holds %s; remove it");
  if (ldap.useSsl && ldap.startTls) report(at("startTls"), "is set together with useSsl; keep one of them");
  if (ldap.tls !== undefined && !ldap.useSsl && !ldap.startTls)
    report(at("tls"), "is not used by a connection that is not encrypted; set useSsl or startTls");
  if (ldap.tls?.serverName !== undefined)
    report([...at("tls"), "serverName"], "is not known to Grafana here; write that name under hosts");
  const { tls } = resolveAuth({ tls: ldap.tls }, locate(["ldap"]), context, report);
  return { ...ldap, ...(tls === undefined ? {} : { tls }) };
}
