// The options of a random password: their types, defaults and limits.
import type { Failure } from "../provider/serve";
import { containsUnknown, isObject, type Properties, unwrap, type Value } from "../provider/values";

interface Field {
  type: "number" | "boolean" | "string" | "keepers";
  required?: boolean;
  default?: Value;
  minimum?: number;
}

const count: Field = { type: "number", default: 0, minimum: 0 };
const allowed: Field = { type: "boolean", default: true };

const FIELDS: Readonly<Record<string, Field>> = {
  keepers: { type: "keepers" },
  length: { type: "number", required: true, minimum: 1 },
  lower: allowed,
  upper: allowed,
  special: allowed,
  numeric: { type: "boolean" },
  number: { type: "boolean" },
  minLower: count,
  minUpper: count,
  minNumeric: count,
  minSpecial: count,
  overrideSpecial: { type: "string" },
};

/** Those of random bytes. */
export const BYTES_FIELDS: Readonly<Record<string, Field>> = {
  keepers: { type: "keepers" },
  length: { type: "number", required: true, minimum: 1 },
};

/** Every option with its value; `number` is an old name of `numeric`, and both show the same. */
export function withDefaults(inputs: Properties): Properties {
  const values: Properties = {};
  for (const [name, field] of Object.entries(FIELDS)) {
    const given = inputs[name];
    if (given !== undefined && unwrap(given) !== null) values[name] = given;
    else if (field.default !== undefined) values[name] = field.default;
  }
  const numeric = values.numeric ?? values.number ?? true;
  return { ...values, numeric, number: numeric };
}

export function checkFields(inputs: Properties, fields = FIELDS): Failure[] {
  const failures: Failure[] = [];
  for (const [name, value] of Object.entries(inputs)) {
    const field = fields[name];
    const given = unwrap(value);
    if (!field) failures.push({ property: name, reason: `Unrecognized field '${name}'` });
    else if (given !== null && !containsUnknown(value) && !hasType(given, field)) {
      failures.push({ property: name, reason: `'${name}' must be ${describe(field)}, got ${show(given)}` });
    }
  }
  for (const [name, field] of Object.entries(fields)) {
    if (field.required && (unwrap(inputs[name]) ?? null) === null) {
      failures.push({ property: name, reason: `Missing required property '${name}'` });
    }
  }
  return failures;
}

/** What the options must fulfil together; looked at once each of them is right by itself. */
export function checkText(inputs: Properties): Failure[] {
  if (containsUnknown(inputs)) return [];
  const values = withDefaults(inputs);
  const value = (name: string) => unwrap(values[name]);
  const failures: Failure[] = [];
  const given = [inputs.numeric, inputs.number].map((item) => unwrap(item) ?? null);
  if (given[0] !== null && given[1] !== null && given[0] !== given[1]) {
    failures.push({ property: "number", reason: "'number' is an old name of 'numeric': give one of them" });
  }
  if (!["upper", "lower", "numeric", "special"].some(value)) {
    failures.push({
      property: "special",
      reason: "at least one of 'upper', 'lower', 'numeric', 'special' must be true",
    });
  }
  const minima = ["minUpper", "minLower", "minNumeric", "minSpecial"].map((name) => value(name) as number);
  const least = minima.reduce((sum, minimum) => sum + minimum, 0);
  if ((value("length") as number) < least) {
    failures.push({
      property: "length",
      reason: `'length' must be at least ${least}, the sum of minUpper, minLower, minNumeric and minSpecial, got ${value("length")}`,
    });
  }
  return failures;
}

function hasType(value: Value | undefined, field: Field): boolean {
  switch (field.type) {
    case "number":
      return Number.isInteger(value) && (value as number) >= (field.minimum ?? 0);
    case "keepers":
      return isObject(value) && Object.values(value).every((item) => typeof unwrap(item) === "string");
    case "string":
    case "boolean":
      return typeof value === field.type;
  }
}

function describe(field: Field): string {
  if (field.type === "number") return `a whole number of at least ${field.minimum ?? 0}`;
  return field.type === "keepers" ? "a map of strings" : `a ${field.type}`;
}

function show(value: Value | undefined): string {
  return typeof value === "object" ? JSON.stringify(value) : String(value);
}
