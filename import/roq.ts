// The variables of roq-monitor's group_vars and host_vars: defaults are in groups with `_defaults` at the end of their names.
import { isGroup } from "../config/walk";
import { isLoopback } from "../lib/address";
import { needless, type Spot, type Table, takeAll } from "./spot";

const image =
  (section: string) =>
  (here: Spot): void => {
    const { registry = "docker.io", name, tag = "latest" } = here.group;
    if (name === undefined || tag === "latest") return;
    here.put([section, "image"], `${String(registry)}/${String(name)}:${String(tag)}`);
  };

const GROUPS: Readonly<Record<string, Table>> = {
  roq: {
    dirs: (here) => {
      if (here.has("run"))
        here.at("run").put(["gateways", "socketDirectory"], `${here.at("run").text}/service`);
    },
  },
  nginx: {
    listen: (here) => {
      here.put(["front", "bind"], here.text);
      // What is open asks who is there.
      if (!isLoopback(here.text)) here.put(["front", "auth"], { users: { operator: { access: "write" } } });
    },
    port: (here) => here.put(["front", "port"], here.value),
    container: image("front"),
  },
  prometheus: {
    // The names of gateways.
    scrape_configs: (here) => {
      if (here.list.length > 0) here.put(["gateways", "sources"], here.list.map(String));
    },
    container: image("prometheus"),
  },
  alertmanager: { container: image("alertmanager") },
  grafana: { container: image("grafana") },
  node_exporter: {},
};

/** Whether these are roq's variables: groups, which others have not. */
export function isRoq(variables: unknown): boolean {
  return (
    isGroup(variables) &&
    Object.keys(GROUPS).some((name) => isGroup(variables[name]) || isGroup(variables[`${name}_defaults`]))
  );
}

export function takeRoq(spot: Spot): void {
  spot.put(["gateways", "enabled"], true);
  for (const [name, table] of Object.entries(GROUPS))
    for (const key of [`${name}_defaults`, name]) takeAll(spot.at(key), table, needless);
  if (spot.has("node_exporter") || spot.has("node_exporter_defaults"))
    spot.put(["nodeExporter", "enabled"], true);
}
