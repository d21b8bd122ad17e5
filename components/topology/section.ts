import { section } from "../../config/section";
import { addTo } from "../../lib/additions";
import { TOPOLOGY } from "./endpoint";
import { topology, topologySecrets, topologyTelemetry } from "./render";
import { resolveTopology } from "./resolve";
import { topology as schema } from "./schema";

export const topologySection = section("topology", {
  schema,
  resolve: resolveTopology,
  groups: ["monitors"],
  chapters: {
    topology: { title: "Topology" },
    watchedType: { title: "Type of services", under: "as an entry of `topology.serviceTypes`" },
    serviceProbe: { title: "Probe of services", under: "as `probe` of a type of services" },
    serviceScrape: { title: "Scrape of services", under: "as `scrape` of a type of services" },
    siteContacts: { title: "Contacts of sites", under: "as `topology.contacts`" },
    regionalService: { title: "Service of the region", under: "as an item of `topology.services`" },
  },
  withoutPrometheus: "the topology without a Prometheus that watches it; set topology.enabled to false too",
  taken: { jobs: [TOPOLOGY] },
  container: {
    service: TOPOLOGY,
    type: "Topology",
    offer: ({ topology: { enabled } }) => (enabled ? {} : undefined),
    telemetry: ({ name, topology: settings }) =>
      settings.enabled ? [topologyTelemetry(name, settings)] : [],
    deployment: ({ topology: settings, blackboxExporter: { modules } }, { network }) => {
      if (network === undefined) throw new Error("the topology is placed before the network");
      const { resolver, ipv6 } = network;
      return {
        service: addTo(topology(settings, { resolver, ipv6, modules }), settings),
        secrets: topologySecrets(settings),
      };
    },
  },
  owned: {
    service: TOPOLOGY,
    arguments: {
      c: "names the file that Podwatch writes; remove it",
      g: "is what keeps NGINX in the foreground; remove it",
      p: "is where NGINX looks for its files; remove it",
      s: "makes the program exit at once; remove it",
      t: "makes the program exit at once; remove it",
    },
  },
});
