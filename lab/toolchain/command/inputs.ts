// What `command:remote:Command` takes: its fields, their types, the connection's defaults and secrets.

import type { Failure } from "../provider/serve";
import { isObject, isSecret, type Properties, secret, UNKNOWN, unwrap, type Value } from "../provider/values";

export interface Connection {
  host: string;
  port: number;
  user: string;
  password?: string;
  privateKey?: string;
  privateKeyPassword?: string;
  agentSocketPath?: string;
  hostKey?: string;
  dialErrorLimit: number;
  perDialTimeout: number;
  proxy?: Connection;
}

type Kind = "string" | "number" | "boolean" | "strings" | "array" | "connection" | "proxy";

const COMMAND: Record<string, Kind> = {
  addPreviousOutputInEnv: "boolean",
  create: "string",
  delete: "string",
  environment: "strings",
  logging: "string",
  stdin: "string",
  triggers: "array",
  update: "string",
};

export const LOCAL_COMMAND: Record<string, Kind> = {
  ...COMMAND,
  dir: "string",
  interpreter: "array",
};

export const REMOTE_COMMAND: Record<string, Kind> = { ...COMMAND, connection: "connection" };

const PROXY: Record<string, Kind> = {
  agentSocketPath: "string",
  dialErrorLimit: "number",
  host: "string",
  hostKey: "string",
  password: "string",
  perDialTimeout: "number",
  port: "number",
  privateKey: "string",
  privateKeyPassword: "string",
  user: "string",
};
const CONNECTION: Record<string, Kind> = { ...PROXY, proxy: "proxy" };
const CONNECTION_DEFAULTS: Properties = { user: "root", port: 22, dialErrorLimit: 10, perDialTimeout: 15 };
const CONNECTION_SECRETS = ["password", "privateKey", "privateKeyPassword"];

/** A failure inside the connection is reported against the whole of it, as the real provider does. */
export function check(
  inputs: Properties,
  fields: Record<string, Kind>,
): { inputs: Properties; failures: Failure[] } {
  const failures: Failure[] = [];
  const checked: Properties = { ...inputs };
  for (const [name, value] of Object.entries(inputs)) {
    const kind = fields[name];
    const fail = (reason: string) => failures.push({ property: name, reason });
    if (!kind) fail(`Unrecognized field '${name}' on 'CommandInputs'`);
    else if (kind === "connection") checked[name] = checkConnection(value, CONNECTION, fail);
    else checkField(name, value, kind, fail);
  }
  if (fields.connection && (inputs.connection ?? null) === null) {
    failures.push({
      property: "connection",
      reason: "Missing required field 'connection' on 'CommandInputs'",
    });
  }
  return { inputs: checked, failures };
}

function checkConnection(value: Value, fields: Record<string, Kind>, fail: (reason: string) => void): Value {
  const given = unwrap(value);
  if (given === UNKNOWN) return value;
  if (!isObject(given)) {
    fail(`Field must be an object, not ${typeName(given)}`);
    return value;
  }
  const checked: Properties = { ...CONNECTION_DEFAULTS };
  for (const [name, item] of Object.entries(given)) {
    if (item === null) continue;
    const kind = fields[name];
    if (!kind) fail(`Unrecognized field '${name}' on 'Connection'`);
    else if (kind === "proxy") checked[name] = checkConnection(item, PROXY, fail);
    else {
      checkField(name, item, kind, fail);
      checked[name] = CONNECTION_SECRETS.includes(name) ? secret(item) : item;
    }
  }
  if (checked.host === undefined) fail("Missing required field 'host' on 'Connection'");
  return isSecret(value) ? secret(checked) : checked;
}

function checkField(name: string, value: Value, kind: Kind, fail: (reason: string) => void): void {
  const given = unwrap(value);
  if (given === null || given === undefined || given === UNKNOWN) return;
  const wrong = (expected: string) =>
    fail(`Field '${name}' must be of type '${expected}'; got '${typeName(given)}' instead`);
  if (kind === "array") {
    if (!Array.isArray(given)) wrong("array");
  } else if (kind === "strings") {
    if (!isObject(given)) wrong("map");
    else for (const [key, item] of Object.entries(given)) checkField(`${name}.${key}`, item, "string", fail);
  } else if (typeof given !== kind) {
    wrong(kind);
  }
}

function typeName(value: Value | undefined): string {
  return Array.isArray(value) ? "array" : value === null ? "null" : typeof value;
}
