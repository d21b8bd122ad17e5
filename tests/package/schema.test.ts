// The package's schema in Pulumi's format, by the rules of that format, and against the settings.
import { z } from "zod";
import { stack } from "../../config/schema";
import { builtImage } from "../../config/schema/image";
import { core } from "../../config/walk";
import { packageSchema } from "../../package/schema";
import { version } from "../../package.json";

interface Type {
  type?: string;
  $ref?: string;
  items?: Type;
  additionalProperties?: Type;
  plain?: boolean;
  secret?: boolean;
  description?: string;
}

const schema = JSON.parse(JSON.stringify(packageSchema(version))) as {
  name: string;
  version: string;
  types: Record<string, { type: string; properties: Record<string, Type>; required?: string[] }>;
  resources: Record<
    string,
    {
      isComponent: boolean;
      inputProperties: Record<string, Type>;
      requiredInputs: string[];
      properties: Record<string, Type>;
      required: string[];
    }
  >;
};

/** All types of properties, with where they are. */
function everyType(): Array<[string, Type]> {
  const groups = [
    ...Object.entries(schema.types).map(([token, { properties }]) => [token, properties] as const),
    ...Object.entries(schema.resources).flatMap(([token, { inputProperties, properties }]) => [
      [token, inputProperties] as const,
      [`${token} (outputs)`, properties] as const,
    ]),
  ];
  const inside = (where: string, type: Type): Array<[string, Type]> => [
    [where, type],
    ...(type.items ? inside(`${where}[]`, type.items) : []),
    ...(type.additionalProperties ? inside(`${where}.*`, type.additionalProperties) : []),
  ];
  return groups.flatMap(([token, properties]) =>
    Object.entries(properties).flatMap(([name, type]) => inside(`${token}.${name}`, type)),
  );
}

test("each type is a scalar, a list, a map or a reference to what is there", () => {
  const wrong = everyType().filter(([, { type, $ref, items, additionalProperties }]) => {
    if ($ref !== undefined) {
      const [, kind, token = ""] = /^#\/(types|resources)\/(.+)$/.exec($ref) ?? [];
      return (
        type !== undefined || !($ref === "pulumi.json#/Any" || token in schema[kind as "types" | "resources"])
      );
    }
    if (type === "array") return items === undefined;
    if (type === "object") return additionalProperties === undefined;
    return !["string", "integer", "number", "boolean"].includes(type ?? "");
  });
  expect(wrong).toEqual([]);
});

test("names, tokens and what is required fit Pulumi's grammar", () => {
  expect(schema).toMatchObject({ name: "podwatch", version: expect.stringMatching(/^\d+\.\d+\.\d+$/) });
  for (const token of [...Object.keys(schema.types), ...Object.keys(schema.resources)])
    expect(token).toMatch(/^podwatch:index:[A-Z][A-Za-z0-9]*$/);
  for (const { type, properties, required = [] } of Object.values(schema.types)) {
    expect(type).toBe("object");
    expect(Object.keys(properties)).toEqual(expect.arrayContaining(required));
    for (const name of Object.keys(properties)) expect(name).toMatch(/^[A-Za-z][A-Za-z0-9]*$/);
  }
  for (const { inputProperties, requiredInputs, properties, required } of Object.values(schema.resources)) {
    expect(Object.keys(inputProperties)).toEqual(expect.arrayContaining(requiredInputs));
    expect(Object.keys(properties)).toEqual(expect.arrayContaining(required));
    for (const name of ["id", "urn", "pulumi"]) expect(inputProperties).not.toHaveProperty(name);
  }
});

test("every type is used", () => {
  const used = new Set(everyType().map(([, { $ref }]) => $ref?.replace("#/types/", "")));
  expect(Object.keys(schema.types).filter((token) => !used.has(token))).toEqual([]);
});

test("secrets are marked; they, addresses and host keys may be Outputs; all else has to be known when the program runs", () => {
  // What a discovery calls an address is none of a host, and what a repository calls a host key is none of a target.
  const inputs = everyType().filter(
    ([where]) =>
      !/outputs|Installation|GrafanaLogin/.test(where) &&
      !/(Discovery|Choice)\.address$|epository\.hostKey$/.test(where),
  );
  const plain = (name: string) =>
    inputs.filter(([where]) => where.endsWith(name)).map(([, { plain }]) => plain);
  expect(schema.types["podwatch:index:HostEntry"]?.properties.becomePassword).toMatchObject({
    type: "string",
    secret: true,
  });
  expect(schema.types["podwatch:index:Grafana"]?.properties.secrets).toMatchObject({
    secret: true,
    additionalProperties: { type: "string" },
  });
  expect(plain(".becomePassword")).not.toContain(true);
  expect(plain(".address").concat(plain(".hostKey"))).not.toContain(true);
  expect(new Set(plain(".retention"))).toEqual(new Set([true]));
  const late = inputs.filter(
    ([where, { plain, secret }]) => !plain && !secret && !/\.(address|hostKey)$/.test(where),
  );
  const secretMaps = inputs.filter(([, { secret }]) => secret).map(([where]) => `${where}.*`);
  const strange = late.filter(
    ([where, { $ref, items }]) =>
      !secretMaps.includes(where) && !/^#.resources/.test($ref ?? items?.$ref ?? ""),
  );
  expect(strange).toEqual([]);
});

test("it has every setting of a stack file", () => {
  const missing = settings(stack, "podwatch:index:MonitoringStack").filter(
    ([token, name]) =>
      !(name in (schema.types[token]?.properties ?? schema.resources[token]?.inputProperties ?? {})),
  );
  expect(missing).toEqual([]);
});

/** Every setting with the type or component that has to have it, found by going through both side by side. */
function settings(group: z.ZodType, token: string, seen = new Set<string>()): Array<[string, string]> {
  const { schema: inner } = core(group);
  if (!(inner instanceof z.ZodObject) || seen.has(token)) return [];
  seen.add(token);
  const properties = schema.types[token]?.properties ?? schema.resources[token]?.inputProperties ?? {};
  return Object.entries(inner.shape).flatMap(([name, at]) => [
    [token, name] as [string, string],
    ...below(at as z.ZodType, properties[name], seen),
  ]);
}

function below(at: z.ZodType, type: Type | undefined, seen: Set<string>): Array<[string, string]> {
  const { schema: inner } = core(at);
  if (inner instanceof z.ZodArray) return below(inner.element as z.ZodType, type?.items, seen);
  if (inner instanceof z.ZodRecord)
    return below(inner.valueType as z.ZodType, type?.additionalProperties, seen);
  if (inner instanceof z.ZodUnion && inner.options.includes(builtImage))
    return below(builtImage, schema.types["podwatch:index:Image"]?.properties.build, seen);
  return settings(at, type?.$ref?.replace("#/types/", "") ?? "", seen);
}

test("a component has the settings of its section, refers to its host, and is enabled by being there", () => {
  const { inputProperties, requiredInputs } = schema.resources["podwatch:index:Prometheus"] ?? {};
  const section = schema.types["podwatch:index:Prometheus"]?.properties ?? {};
  const { enabled, ...others } = section;
  expect(enabled).toBeDefined();
  expect(inputProperties).toEqual({
    ...others,
    host: { $ref: "#/resources/podwatch:index:Host" },
    network: { $ref: "#/resources/podwatch:index:PodNetwork" },
    alerts: expect.objectContaining({ $ref: "#/types/podwatch:index:Alerts" }),
    nodeExporters: { type: "array", items: { $ref: "#/resources/podwatch:index:NodeExporter" } },
  });
  expect(requiredInputs).toEqual(["host", "network"]);
});
