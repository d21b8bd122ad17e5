// Grafana's variables: each stands for a key of grafana.ini, and some of these have settings of their own.
import { keyOfVariable } from "../components/grafana/iniNames.resolve";
import { isSecretUrl, isSecretVariable } from "../config/secretWords";
import { isYes, type Spot } from "./spot";

export interface Variable {
  readonly name: string;
  readonly value: string;
  readonly at: Spot;
}

type Taker = (value: string, to: Spot, all: ReadonlyMap<string, string>) => void;

const as =
  (...setting: string[]): Taker =>
  (value, to) =>
    to.put(setting, value);

/** Only of use if visitors may come at all. */
const ofVisitors =
  (setting: string): Taker =>
  (value, to, all) => {
    if (isYes(all.get("auth.anonymous.enabled"))) to.put(["anonymous", setting], value);
  };

const ofMail =
  (setting: string, read: (value: string) => unknown = (value) => value): Taker =>
  (value, to, all) => {
    if (isYes(all.get("smtp.enabled"))) to.put(["smtp", setting], read(value));
  };

/** Keys with settings, by section and key. */
const SETTINGS: Readonly<Record<string, Taker>> = {
  "security.admin_user": as("adminUser"),
  "security.disable_initial_admin_creation": (value, to) => {
    if (isYes(value))
      to.change(
        "is not so here",
        "nothing is to be done: Podwatch logs in as the administrator, with a generated password",
        "the missing administrator",
      );
  },
  "auth.anonymous.enabled": (value, to) => {
    if (isYes(value)) to.put("anonymous", {});
  },
  "auth.anonymous.org_role": ofVisitors("role"),
  "auth.anonymous.org_name": ofVisitors("organization"),
  "security.allow_embedding": (value, to) => {
    if (isYes(value)) to.put(["embedding", "origins"], ["*"]);
  },
  "security.cookie_samesite": (value, to, all) => {
    if (isYes(all.get("security.allow_embedding"))) to.put(["embedding", "cookieSameSite"], value);
    else if (value !== "lax")
      to.leave("is of use only with pages that embed Grafana", "write grafana.embedding", value);
  },
  "smtp.enabled": () => {},
  "smtp.host": ofMail("host"),
  "smtp.user": ofMail("user"),
  "smtp.from_address": ofMail("from"),
  "smtp.from_name": ofMail("fromName"),
  "smtp.startTLS_policy": ofMail("startTls"),
  "smtp.skip_verify": ofMail("insecure", isYes),
  "smtp.password": (value, to, all) => {
    if (isYes(all.get("smtp.enabled"))) to.secret(["smtp", "password"], value);
  },
};

/** Takes those that are left once what Podwatch decides itself is gone. */
export function grafanaVariables(variables: readonly Variable[]): void {
  const named = variables.map(({ name, value, at }) => ({
    name,
    at,
    place: keyOfVariable(name.replace(/__FILE$/, "")),
    value: name.endsWith("__FILE") ? at.files.read(value)?.trim() : value,
  }));
  const all = new Map(named.map(({ place, value = "" }) => [place?.join(".") ?? "", value]));
  for (const { name, value, at, place } of [...named].sort(byImportance)) {
    const key = place?.join(".") ?? "";
    const taker = Object.hasOwn(SETTINGS, key) ? SETTINGS[key] : undefined;
    if (taker !== undefined) taker(value ?? "", at, all);
    else setKey(name.replace(/__FILE$/, ""), value, at, place);
  }
}

/** A switch makes the group to which others add. */
const byImportance = (a: { name: string }, b: { name: string }) =>
  Number(b.name === "GF_AUTH_ANONYMOUS_ENABLED") - Number(a.name === "GF_AUTH_ANONYMOUS_ENABLED");

/** A key of grafana.ini, or a variable if nobody knows which key it is. */
function setKey(
  name: string,
  value: string | undefined,
  to: Spot,
  place: readonly [string, string] | undefined,
): void {
  const isSecret = value === undefined || isSecretVariable(name) || isSecretUrl(value);
  if (!isSecret) {
    to.put(place === undefined ? ["environment", name] : ["settings", ...place], value);
    return;
  }
  const secret = name.replace(/^GF_/, "").toLowerCase().replaceAll("_", "-");
  to.secret(["secrets", secret], value);
  if (place === undefined) to.put(["secretEnvironment", name], secret);
  else to.put(["settings", ...place], `$__file{/run/secrets/grafana.${secret}}`);
}
