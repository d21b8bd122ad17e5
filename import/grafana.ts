// Grafana's container: its environment, and what is provisioned.
import { grafana } from "../components/grafana/schema";
import { isSecretVariable } from "../config/secretWords";
import { isGroup } from "../config/walk";
import type { ComposeService } from "./composeService";
import { grafanaVariables } from "./grafanaVariables";
import { readSource } from "./source";
import { Spot } from "./spot";

/** Variables that mean nothing here, because Podwatch says the same or decides it itself. */
const NEEDLESS =
  /^(GF_PATHS_.*|GF_USERS_ALLOW_SIGN_UP|GF_SERVER_HTTP_.*|GF_SERVER_SERVE_FROM_SUB_PATH|TZ|GF_LOG_MODE|GF_LOG_LEVEL)$/;

/** A reference that could not be filled in. */
const NOT_SET = /\$\{?[A-Za-z_]/;

export function takeGrafana(service: ComposeService): void {
  const left = service.environment.filter(
    ({ name, value, at }) => !variable(name, value, at.below("grafana")),
  );
  grafanaVariables(left.map((one) => ({ ...one, at: one.at.below("grafana") })));
  for (const { inside, outside } of service.mounts) {
    if (!/grafana/.test(inside)) continue;
    const spot = service.spot.at("volumes");
    dashboards(spot, outside);
    datasources(spot, outside);
  }
}

/** What is no key of grafana.ini for the user. */
function variable(name: string, value: string, to: Spot): boolean {
  if (NEEDLESS.test(name)) return true;
  if (NOT_SET.test(value) && !isSecretVariable(name)) {
    to.change(
      "refers to a variable that is not set here",
      "set it in .env beside the compose file and import again, or write it",
      name,
    );
    return true;
  }
  if (name === "GF_SECURITY_ADMIN_PASSWORD") password(value, to);
  else if (name === "GF_SECURITY_ADMIN_PASSWORD__FILE") password(to.files.read(value)?.trim(), to);
  else if (name === "GF_SERVER_ROOT_URL" || name === "GF_SERVER_DOMAIN")
    to.change(
      "is the address for people",
      "write that of the front as front.publicUrl; the path is Podwatch's own",
      name,
    );
  else if (/^GF_(INSTALL_PLUGINS|PLUGINS_PREINSTALL(_SYNC|_ASYNC)?)$/.test(name)) plugins(value, to);
  else return false;
  return true;
}

/** `ID VERSION` or `ID@VERSION`, with commas between; the version has to be known. */
function plugins(value: string, to: Spot): void {
  for (const plugin of value.split(/\s*,\s*/).filter((one) => one !== "")) {
    const [id = "", version] = plugin.split(/[\s@]+/);
    if (version !== undefined) to.next("plugins").put([], `${id}@${version}`);
    else
      to.leave(
        "is a plugin without a version",
        `write it with one of those that https://grafana.com/grafana/plugins/${id} lists under grafana.plugins, such as ${id}@1.2.3`,
        id,
      );
  }
}

/** One that everybody knows is replaced. */
function password(value: string | undefined, to: Spot): void {
  if (value === undefined || NOT_SET.test(value) || grafana.shape.adminPassword.safeParse(value).success)
    to.secret("adminPassword", value);
  else
    to.change(
      "is shorter than 8 characters or well known",
      "another one is generated, which pulumi stack output --show-secrets shows",
      "GF_SECURITY_ADMIN_PASSWORD",
    );
}

function dashboards(spot: Spot, directory: string): void {
  const to = spot.below("grafana");
  for (const path of ["*.json", "*/*.json", "*/*/*.json"].flatMap((pattern) =>
    spot.files.find(`${directory}/${pattern}`),
  ))
    to.next("dashboards").put([], spot.files.refer(path, "dashboards"));
}

/** Data sources other than the Prometheus that Podwatch connects itself. */
function datasources(spot: Spot, directory: string): void {
  const found = ["*.y*ml", "*/*.y*ml"].flatMap((pattern) => spot.files.find(`${directory}/${pattern}`));
  for (const path of found) {
    const source = readSource(path, spot.files.text(path));
    const file = new Spot(spot.draft, source, spot.files, [], ["grafana"]);
    for (const item of file.at("datasources").items()) datasource(item);
  }
}

function datasource(item: Spot): void {
  const { name, type, uid, url, access, isDefault, jsonData, secureJsonData, basicAuthUser } = item.group;
  if (type === "prometheus" && (isDefault === true || isOurs(item, String(url ?? "")))) {
    if (typeof uid === "string") item.put("datasourceUid", uid);
    return;
  }
  const to = item.next("datasources");
  to.put([], {
    name: String(name),
    type: String(type),
    ...(uid === undefined ? {} : { uid: String(uid) }),
    ...(url === undefined ? {} : { url: item.draft.places.inUrl(item, String(url)) }),
    ...(access === "direct" || access === "browser" ? { access: "direct" } : {}),
    ...(basicAuthUser === undefined ? {} : { basicAuthUser: String(basicAuthUser) }),
    ...(isGroup(jsonData) ? { jsonData } : {}),
  });
  for (const [key, value] of Object.entries(isGroup(secureJsonData) ? secureJsonData : {})) {
    const secret = `${String(name)}-${key}`.toLowerCase().replace(/[^a-z0-9]+/g, "-");
    item.secret(["secrets", secret], String(value));
    to.put(["secureJsonData", key], secret);
  }
}

function isOurs(item: Spot, url: string): boolean {
  const { host } = /^https?:\/\/(?<host>[^/]+)/.exec(url)?.groups ?? {};
  const place = host === undefined ? undefined : item.draft.places.of(host);
  return place?.is === "ours" && place.service === "prometheus";
}
