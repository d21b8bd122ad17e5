// How a service authenticates to another one: the keys that scrape jobs, endpoints and receivers share.
import { isGroup } from "../config/walk";
import { asText, asTexts, isYes, type Spot, type Table, takeAll, texts, unknown } from "./spot";

/** Native key -> what becomes of it. */
export const AUTH: Table = {
  basic_auth: (here) => {
    takeAll(here.below("basicAuth"), BASIC_AUTH, unknown);
    if (!here.has("password") && !here.has("password_file"))
      here.secret(["basicAuth", "password"], undefined);
  },
  authorization: (here) => {
    const type = here.has("type") ? here.at("type").text : "Bearer";
    if (!/^bearer$/i.test(type)) {
      here.leave(
        `is of the type ${JSON.stringify(type)}, which has no setting`,
        "write it as headers of the job",
      );
    } else if (here.has("credentials_file")) secretOfFile(here.at("credentials_file"), "bearerToken");
    else here.secret("bearerToken", here.has("credentials") ? here.at("credentials").text : undefined);
  },
  bearer_token: (here) => here.secret("bearerToken", here.text),
  bearer_token_file: (here) => secretOfFile(here, "bearerToken"),
  oauth2: (here) => takeAll(here.below("oauth2"), OAUTH2, unknown),
  tls_config: (here) => tls(here, "tls"),
  http_headers: (here) => {
    for (const name of Object.keys(here.group)) header(here.at(name), name);
  },
};

const BASIC_AUTH: Table = {
  username: asText("username"),
  username_file: (here) => {
    const name = here.files.read(here.text)?.trim();
    if (name === undefined)
      here.leave("is not on this computer", "write the user's name as basicAuth.username");
    else here.put("username", name);
  },
  password: (here) => here.secret("password", here.text),
  password_file: (here) => secretOfFile(here, "password"),
};

const OAUTH2: Table = {
  client_id: asText("clientId"),
  client_secret: (here) => here.secret("clientSecret", here.text),
  client_secret_file: (here) => secretOfFile(here, "clientSecret"),
  token_url: asText("tokenUrl"),
  scopes: asTexts("scopes"),
  endpoint_params: (here) => here.put("endpointParams", texts(here.value)),
  tls_config: (here) => tls(here, "tls"),
};

/** The content of a file is a secret; without the file it is one that the user has to type. */
export function secretOfFile(here: Spot, setting: string | string[]): void {
  here.secret(setting, here.files.read(here.text)?.replace(/\r?\n$/, ""));
}

const TLS: Table = {
  ca: asText("ca"),
  ca_file: (here) => certificate(here, "ca"),
  cert: asText("certificate"),
  cert_file: (here) => certificate(here, "certificate"),
  key: (here) => here.secret("key", here.text),
  key_file: (here) => secretOfFile(here, "key"),
  server_name: asText("serverName"),
  insecure_skip_verify: (here) => {
    if (isYes(here.value)) here.put("insecure", true);
  },
};

export function tls(here: Spot, setting: string): void {
  if (isGroup(here.value)) takeAll(here.below(setting), TLS, unknown);
}

function certificate(here: Spot, setting: string): void {
  const [path] = here.files.find(here.text);
  if (path !== undefined) here.put(setting, here.files.refer(path, "tls"));
  else here.leave("is not on this computer", `copy it here, and write its path as tls.${setting}`);
}

function header(here: Spot, name: string): void {
  const [value] = [...here.at("values").list, ...here.at("secrets").list];
  const [file] = here.at("files").list;
  if (value === undefined && typeof file === "string") secretOfFile(here.at("files", 0), ["headers", name]);
  else here.secret(["headers", name], value === undefined ? undefined : String(value));
}
