// Secrets in native configuration, which is deployed verbatim: each is refused, even if encrypted,
// since it would be readable on the host; each error says where it belongs.
import { type Path, type Report, show } from "../problem";
import {
  fileInstead,
  isPrivateKey,
  isSecretHeader,
  isSecretKey,
  isSecretParameter,
  isSecretUrl,
} from "../secretWords";
import { isGroup, isTree, type Tree } from "../walk";

/** A native configuration, and where its secrets belong. */
export interface NativeConfiguration {
  /** Path of its owner, such as a job, in the stack file. */
  readonly owner: Path;
  /** Path of the configuration below its owner. */
  readonly below: Path;
  /** Name of the owner for the user. */
  readonly what: string;
  /** The owner's settings for the same authentication as this inner group; undefined if there are none. */
  login(inner: Path): Path | undefined;
  /** The service's `secrets`, which become files. */
  readonly secrets: Path;
  /** Path of a secret's file in the container. */
  readonly file: string;
  /** The fix for other secrets, whose keys have no file variant. */
  readonly elsewhere?: string;
}

/** Reports each of them. */
export function refuseSecrets(configuration: unknown, around: NativeConfiguration, report: Report): void {
  for (const found of plainSecrets(configuration)) {
    report(
      [...around.owner, ...around.below, ...found.path],
      `${said[found.kind]}; ${instead(found, around)}`,
    );
  }
}

type Kind = "secret" | "address" | "parameter";

const said: Readonly<Record<Kind, string>> = {
  secret: "is a secret, which anybody could read in previews and on the host",
  address: "holds a log-in or a secret, which anybody could read in previews and on the host",
  parameter: "looks like a secret, which anybody could read in previews, on the host and as a label",
};

interface Found {
  readonly path: Path;
  readonly kind: Kind;
}

/** Paths of plain-text secrets in a configuration. */
export function plainSecrets(value: unknown, path: Path = []): Found[] {
  if (typeof value === "string") {
    if (isPrivateKey(value)) return [{ path, kind: "secret" }];
    return isSecretUrl(value) ? [{ path, kind: "address" }] : [];
  }
  if (Array.isArray(value)) return value.flatMap((item, index) => plainSecrets(item, [...path, index]));
  if (!isTree(value)) return [];
  return Object.entries(value).flatMap(([name, inner]) => {
    const here = [...path, name];
    if (isEmpty(inner)) return [];
    if (name === "params" || name === "endpoint_params") return ofParameters(inner, here);
    if (name === "replacement" && setsSecretParameter(value)) return [{ path: here, kind: "parameter" }];
    // Details of a message (Opsgenie, PagerDuty) are meant to be read, too.
    if (name === "labels" || name === "annotations" || name === "details") return ofLabels(inner, here);
    if (name === "http_headers" || name === "headers" || (name === "metadata" && path.at(-1) === "grpc"))
      return ofHeaders(inner, here);
    const secret = name === "key" ? path.at(-1) === "tls_config" : isSecretKey(name, inner);
    return secret ? [{ path: here, kind: "secret" }] : plainSecrets(inner, here);
  });
}

const isEmpty = (value: unknown) => [value].flat().every((item) => item === null || item === "");

function ofHeaders(headers: unknown, path: Path): Found[] {
  if (!isGroup(headers)) return plainSecrets(headers, path);
  return Object.entries(headers).flatMap(([name, given]): Found[] => {
    const here = [...path, name];
    if (!isGroup(given)) return isSecretHeader(name, given) ? [{ path: here, kind: "secret" }] : [];
    const { values, secrets } = given;
    return [
      ...(secrets === undefined ? [] : [{ path: [...here, "secrets"], kind: "secret" } as const]),
      ...(values !== undefined && isSecretHeader(name, values)
        ? [{ path: [...here, "values"], kind: "secret" } as const]
        : []),
    ];
  });
}

/** Labels are meant to be read, except those that become parameters of a scrape. */
function ofLabels(labels: unknown, path: Path): Found[] {
  if (!isGroup(labels)) return plainSecrets(labels, path);
  return Object.entries(labels).flatMap(([name, value]) =>
    name.startsWith("__param_") && isSecretParameter(name)
      ? [{ path: [...path, name], kind: "parameter" } as const]
      : plainSecrets(value, [...path, name]),
  );
}

/** A relabelling step that sets a parameter of a scrape to a constant. */
function setsSecretParameter({ target_label: label, replacement }: Tree): boolean {
  const [, parameter] = /^__param_(.+)$/s.exec(String(label)) ?? [];
  return parameter !== undefined && isSecretParameter(parameter) && !String(replacement).includes("$");
}

export function ofParameters(params: unknown, path: Path = []): Found[] {
  if (!isGroup(params)) return plainSecrets(params, path);
  return Object.entries(params).flatMap(([name, value]) =>
    isSecretParameter(name) && !isEmpty(value)
      ? [{ path: [...path, name], kind: "parameter" } as const]
      : plainSecrets(value, [...path, name]),
  );
}

/** What to write instead. */
function instead({ path, kind }: Found, around: NativeConfiguration): string {
  const login = loginOf(path);
  const holder = login && around.login(login.holder);
  if (login && holder) {
    const setting = [...holder, ...login.setting];
    return `write it as ${setting.map(String).join(".")} of ${around.what}, ${command([...around.owner, ...setting])}`;
  }
  if (kind === "parameter") {
    return "send it as bearerToken or headers if the server accepts that, or leave it out of the request";
  }
  const key = String(path.at(-1));
  const asked = key === "url" ? around.login(path.slice(0, -1)) : undefined;
  if (asked !== undefined && asked.length > 0) {
    return `write it as ${asked.join(".")} of ${around.what}, the log-in beside the address, as basicAuth, bearerToken or headers`;
  }
  if (kind === "address") {
    return key.startsWith("proxy")
      ? "write a proxy without authentication, since its password cannot be read from a file"
      : "write the address without it, and the log-in beside it, as basicAuth, bearerToken or headers";
  }
  if (around.elsewhere !== undefined) return around.elsewhere;
  const discovery = path.find((part) => String(part).endsWith("_sd_configs"));
  const own = path.at(-3) === discovery ? String(discovery).replace("_sd_configs", "") : undefined;
  const file = fileInstead(key, own);
  if (file === undefined) {
    const other = discovery === undefined ? "" : ", and list the targets with httpSd or fileSd";
    return `it cannot be read from a file; leave it out${other}`;
  }
  const form = file === "files" ? `[${around.file}]` : around.file;
  return `write ${file}: ${form} in its place, and ${command([...around.secrets, "NAME"])}`;
}

const command = (path: Path) => `type: pulumi config set --secret --path '${show(path)}'`;

interface Login {
  /** The group of authentication settings. */
  readonly holder: Path;
  /** The setting for it, below its owner's. */
  readonly setting: readonly string[];
}

/** The setting for a key of authentication. */
function loginOf(path: Path): Login | undefined {
  const at = (length: number) => path.slice(0, path.length - length);
  const [last, parent, beyond] = [path.at(-1), path.at(-2), path.at(-3)].map(String);
  const pair = `${parent}.${last}`;
  if (pair === "basic_auth.password") return { holder: at(2), setting: ["basicAuth", "password"] };
  if (pair === "authorization.credentials") return { holder: at(2), setting: ["bearerToken"] };
  if (last === "bearer_token") return { holder: at(1), setting: ["bearerToken"] };
  if (pair === "oauth2.client_secret") return { holder: at(2), setting: ["oauth2", "clientSecret"] };
  if (pair === "tls_config.key") {
    return beyond === "oauth2"
      ? { holder: at(3), setting: ["oauth2", "tls", "key"] }
      : { holder: at(2), setting: ["tls", "key"] };
  }
  const header = ["secrets", "values"].includes(String(last)) ? at(1) : path;
  if (!["http_headers", "headers"].includes(String(header.at(-2)))) return undefined;
  const name = String(header.at(-1));
  const setting = /^authorization$/i.test(name) ? ["bearerToken"] : ["headers", name];
  return { holder: header.slice(0, -2), setting };
}
