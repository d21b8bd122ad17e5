// The schema of the package in Pulumi's format, from which SDKs for other languages are generated. It is made from the settings' schemas.
//
// There are no defaults in it: an SDK would send them, and they would take precedence over presets.
import { describeStack, type JsonSchema } from "../config/generate/jsonSchema";
import { type Group, type Properties, type Property, Types } from "./schemaTypes";

const TEXT: Property = { type: "string" };
const SECRET: Property = { type: "string", secret: true };
const HOST = { host: reference("Host") };
const CONTAINER = { ...HOST, network: reference("PodNetwork") };

/** Settings of a host that other components have. */
const OF_OTHERS = [
  "network",
  "prometheus",
  "alertmanager",
  "grafana",
  "blackboxExporter",
  "nginxExporter",
  "apache",
  "nodeExporter",
  "backup",
  "alerts",
];

interface Component {
  readonly description: string;
  /** Its settings; none of them is in a group. */
  readonly settings: JsonSchema;
  /** What it has to refer to. */
  readonly needs?: Properties;
  /** What it may refer to. */
  readonly mayUse?: Properties;
  readonly outputs?: Properties;
}

/** @param version of the package */
export function packageSchema(version: string) {
  const stack = describeStack();
  const types = new Types(stack.definitions ?? {});
  const grafana = types.add("GrafanaLogin", { properties: { url: TEXT, user: TEXT, password: SECRET } });
  const installation = types.add("Installation", {
    description: "What users need to know of a host once it is deployed.",
    properties: { url: TEXT, prometheus: TEXT, alertmanager: TEXT, grafana },
  });
  const { alerts = {}, gateways = {} } = stack.properties ?? {};
  const components: Record<string, Component> = {
    MonitoringStack: {
      description: "Everything that a stack file describes, host by host.",
      settings: stack,
      outputs: { installations: { type: "object", additionalProperties: installation } },
    },
    Host: {
      description: "A Linux host, to which other components are added.",
      settings: without(types.definition("host"), [...OF_OTHERS, "via"]),
    },
    PodNetwork: { ...own(types.definition("network")), needs: HOST },
    Prometheus: {
      ...own(types.definition("prometheus"), { alerts }),
      needs: CONTAINER,
      mayUse: { nodeExporters: { type: "array", items: reference("NodeExporter") } },
      outputs: { url: TEXT },
    },
    Grafana: {
      ...own(types.definition("grafana")),
      needs: CONTAINER,
      outputs: { url: TEXT, adminUser: TEXT, adminPassword: SECRET },
    },
    NginxBridge: {
      description: "The front of a host, and the bridge to its gateways.",
      settings: { properties: { gateways } },
      needs: CONTAINER,
      outputs: { url: TEXT },
    },
    Alertmanager: { ...own(types.definition("alertmanager")), needs: CONTAINER, outputs: { url: TEXT } },
    BlackboxExporter: {
      ...own(types.definition("blackboxExporter")),
      needs: CONTAINER,
      outputs: { url: TEXT },
    },
    NodeExporter: { ...own(types.definition("nodeExporter")), needs: HOST },
  };
  return {
    name: "podwatch",
    displayName: "Podwatch",
    version,
    description: "Monitoring, alerting and dashboards on Linux hosts over SSH",
    license: "Apache-2.0",
    resources: Object.fromEntries(
      Object.entries(components).map(([name, component]) => [
        `podwatch:index:${name}`,
        resource(name, component, types),
      ]),
    ),
    types: types.all,
  };
}

/** A component whose arguments are the settings of its section; a component that is there is enabled. */
function own(section: JsonSchema, more: Record<string, JsonSchema> = {}): Component {
  const { properties, ...rest } = without(section, ["enabled"]);
  return {
    description: section.description ?? "",
    settings: { ...rest, properties: { ...properties, ...more } },
  };
}

function without(group: JsonSchema, names: readonly string[]): JsonSchema {
  const kept = Object.entries(group.properties ?? {}).filter(([name]) => !names.includes(name));
  return { ...group, properties: Object.fromEntries(kept) };
}

function resource(name: string, component: Component, types: Types) {
  const { description, settings, needs = {}, mayUse = {}, outputs = {} } = component;
  const { properties, required = [] }: Group = types.group(name, settings);
  return {
    isComponent: true,
    description,
    inputProperties: { ...needs, ...mayUse, ...properties },
    requiredInputs: [...Object.keys(needs), ...required],
    properties: outputs,
    required: Object.keys(outputs),
  };
}

function reference(component: string): Property {
  return { $ref: `#/resources/podwatch:index:${component}` };
}
