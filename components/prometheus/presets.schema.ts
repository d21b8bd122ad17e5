// What the settings of all service discoveries have: which targets are kept, and how they are labelled.
import { z } from "zod";
import { duration, group, list, port, setting, text } from "../../config/schema/words";
import { FACTS, type Facts, type KindWithFacts, USUALLY_KEPT } from "../../lib/discovery";

export const line = (message: string) => text(/^[^\p{Cc}]+$/u, message);

/** A regular expression or several; numbers and switches, as YAML reads them, are text here. */
const patterns = () =>
  z
    .preprocess(
      (value) =>
        [value].flat().map((one) => (["number", "boolean"].includes(typeof one) ? String(one) : one)),
      list(
        line("is not a pattern; write a regular expression, which has to match the whole text"),
        "regular expressions",
      ).min(1, { error: "is empty; write a regular expression" }),
    )
    .meta({ oneOrMany: true });

const byKey = (values: z.ZodType, what: string) =>
  z.record(text(/^[^\s\p{Cc}]+$/u, "is not a key; write one without spaces"), values, {
    error: `is not a group of ${what}; write one \`key: pattern\` a line below it`,
  });

const TITLES: Readonly<Record<KindWithFacts, string>> = {
  dns: "records",
  openstack: "servers",
  ec2: "instances",
  consul: "services",
  docker: "containers",
};

/** Patterns for what is known of targets of a kind. */
function factPatterns(kind: KindWithFacts) {
  const { plain, keyed }: Facts = FACTS[kind];
  return group({
    ...Object.fromEntries(
      Object.entries(plain).map(([name, { what, example }]) => [
        name,
        setting(patterns().optional(), `Patterns for ${what}.`, { example }),
      ]),
    ),
    ...Object.fromEntries(
      Object.entries(keyed).map(([name, { what, example }]) => [
        name,
        setting(byKey(patterns(), "patterns").optional(), `Patterns for ${what}, by key.`, { example }),
      ]),
    ),
  }).meta({
    id: `${kind}Choice`,
    description: `Which ${TITLES[kind]} are meant. Each pattern is a regular expression for the whole text, or a list of which one has to match; numbers and \`true\` are text.`,
  }) as unknown as z.ZodType<Chosen, object>;
}

type Chosen = Readonly<Record<string, readonly string[] | Readonly<Record<string, readonly string[]>>>>;

/** Which targets are kept, and what they are labelled with. */
export function presets(kind: KindWithFacts, labels: Readonly<Record<string, string>>) {
  const { plain, keyed }: Facts = FACTS[kind];
  const names = [...Object.keys(plain), ...Object.keys(keyed).map((name) => `${name}.KEY`)];
  const choice = factPatterns(kind);
  const usual = Object.entries(USUALLY_KEPT[kind] ?? {}).map(([name, value]) => `${name}: ${value}`);
  return {
    keep: setting(choice.optional(), "Only targets for which all of these match.", {
      defaultText: usual.length === 0 ? "all" : `\`{ ${usual.join(", ")} }\``,
    }),
    drop: setting(choice.optional(), "No targets for which one of these matches."),
    labelsFrom: setting(
      labelSources().default({}),
      `Labels of the targets, each with what is known of them: ${names.map((name) => `\`${name}\``).join(", ")}. What is not known leaves the label as it is.`,
      { example: labels },
    ),
  };
}

const labelName = () =>
  text(
    /^(?!__)[A-Za-z_][A-Za-z0-9_]*$/,
    "is not a label name; write letters, digits and _, not beginning with a digit or __",
  );

const labelSources = () =>
  z.record(labelName(), text(/^[^\s\p{Cc}]+$/u, "is not something known of a target; write its name"), {
    error: "is not a group of labels; write one `label: source` a line below it",
  });

const anyLabel = () =>
  z.record(text(/^[A-Za-z_][A-Za-z0-9_]*$/, "is not a label name; write letters, digits and _"), patterns(), {
    error: "is not a group of patterns; write one `label: pattern` a line below it",
  });

/** For discoveries whose targets bring labels of their own. */
export const byLabels = {
  keep: setting(
    anyLabel().default({}),
    "Only targets whose labels match all of these: by label, a regular expression for the whole text, or a list of which one has to match.",
    { example: { env: "production" } },
  ),
  drop: setting(anyLabel().default({}), "No targets of which one of these labels matches.", {
    example: { env: ["test", "old-.*"] },
  }),
  labelsFrom: setting(
    labelSources().default({}),
    "Labels of the targets, each with the name of a label that they bring, such as `__meta_...` ones, which are dropped otherwise.",
    { example: { dc: "__meta_datacenter" } },
  ),
};

export const every = (usual: string) =>
  setting(duration().default(usual), "How often it is asked (`refresh_interval`).");

export const usualPort = () => setting(port().default(80), "Port of the metrics on each.", { example: 9100 });

const discoveryFilter = group({
  name: setting(line("is not a filter; write its name"), "Name of the filter.", { example: "label" }),
  values: setting(
    list(line("is not a value; write text"), "values").min(1, {
      error: "is empty; write at least one value",
    }),
    "Values, of which one has to hold.",
    { example: ["monitored=true"] },
  ),
}).meta({ id: "discoveryFilter", description: "What the server that is asked selects by itself." });

export const filters = (service: string, example: object) =>
  setting(
    list(discoveryFilter, "filters").default([]),
    `Filters of ${service}, which it applies itself, so that less is transferred.`,
    { example: [example] },
  );
