// What the local and the remote Command have in common: which script runs when, and what a resource keeps.
import { randomBytes } from "node:crypto";
import type { Operation, ResourceType } from "../provider/serve";
import { type Properties, plain, UNKNOWN } from "../provider/values";

export interface ScriptInputs {
  create?: string;
  update?: string;
  delete?: string;
  stdin?: string;
  environment?: Record<string, string>;
  logging?: string;
  addPreviousOutputInEnv?: boolean;
}

export interface Printed {
  stdout: string;
  stderr: string;
}

/** `before` is what the resource's last script printed, nothing for a first one. */
export type Run<Inputs> = (
  script: string,
  inputs: Inputs,
  before: Partial<Printed>,
  operation: Operation,
) => Promise<Printed>;

const NOTHING: Printed = { stdout: "", stderr: "" };
const NOT_YET = { stdout: UNKNOWN, stderr: UNKNOWN };

export function scriptResource<Inputs extends ScriptInputs>(
  check: ResourceType["check"],
  run: Run<Inputs>,
): ResourceType {
  return {
    check,
    replaces: (property) => property === "triggers",

    async create(inputs, operation) {
      const id = `${operation.name}${randomBytes(4).toString("hex")}`;
      if (operation.preview) return { id, outputs: { ...inputs, ...NOT_YET } };
      const given = read<Inputs>(inputs);
      const printed = given.create === undefined ? NOTHING : await run(given.create, given, {}, operation);
      return { id, outputs: { ...inputs, ...printed } };
    },

    async update(olds, inputs, operation) {
      if (operation.preview) return { ...inputs, ...NOT_YET };
      const given = read<Inputs>(inputs);
      const before = printedBefore(olds);
      // An empty update is not an absent one: an empty command runs.
      const script = given.update ?? given.create;
      const printed = script === undefined ? before : await run(script, given, before, operation);
      return { ...inputs, ...NOTHING, ...printed };
    },

    async delete(olds, operation) {
      const given = read<Inputs>(olds);
      if (given.delete) await run(given.delete, given, printedBefore(olds), operation);
    },
  };
}

/** The output of the script before, where the user lets the next one see it and there is any. */
export function previousOutput(inputs: ScriptInputs, before: Partial<Printed>): Record<string, string> {
  if (inputs.addPreviousOutputInEnv === false) return {};
  return {
    ...(before.stdout && { PULUMI_COMMAND_STDOUT: before.stdout }),
    ...(before.stderr && { PULUMI_COMMAND_STDERR: before.stderr }),
  };
}

function printedBefore(olds: Properties): Partial<Printed> {
  const { stdout, stderr } = plain(olds) as Partial<Printed>;
  return { ...(stdout && { stdout }), ...(stderr && { stderr }) };
}

function read<Inputs>(properties: Properties): Inputs {
  const values = Object.entries(plain(properties) as Properties).filter(([, value]) => value !== null);
  return Object.fromEntries(values) as unknown as Inputs;
}
