// Targets that Prometheus finds by itself: settings of its service discoveries.
import { z } from "zod";
import { httpAuth } from "../../config/schema/auth";
import {
  choice,
  flag,
  group,
  hostPath,
  httpUrl,
  list,
  localPath,
  port,
  secretText,
  setting,
  target,
  text,
} from "../../config/schema/words";
import { ec2, openstack } from "./clouds.schema";
import { byLabels, every, filters, line, presets } from "./presets.schema";

const http = group({
  url: setting(
    httpUrl(),
    "URL of the list of targets, in the format of Prometheus' HTTP service discovery.",
    { example: "https://inventory.my-company.net/targets" },
  ),
  refreshInterval: every("1m"),
  ...byLabels,
  ...httpAuth,
}).meta({
  id: "httpDiscovery",
  description: "Targets from a list that a server gives (`http_sd_configs`).",
});

const file = group({
  files: setting(
    list(localPath(), "files").default([]),
    "Target files on this computer (JSON or YAML, `*`, `?` and `**` as in a shell), relative to the project. Their content is copied to the host.",
    { example: ["targets/*.json"] },
  ),
  directory: setting(
    hostPath().optional(),
    "Directory of the host with target files that something else writes, mounted read-only; Prometheus takes in changes by itself. It has to exist, and to be readable for its user (65534, or the login user if rootless).",
    { example: "/srv/inventory", defaultText: "none; `files` or `directory` is required" },
  ),
  names: setting(
    list(
      text(
        /^[^/*\s]*(\*[^/*\s]*)?\.(json|ya?ml)$/,
        "is not a name of target files; write one that ends in .json, .yml or .yaml, with at most one *",
      ),
      "names",
    ).optional(),
    "Names of the target files in `directory`, with at most one `*` each.",
    { example: ["web-*.json"], defaultText: '`["*.json", "*.yml", "*.yaml"]`' },
  ),
  ...byLabels,
}).meta({
  id: "fileDiscovery",
  description: "Targets from files (`file_sd_configs`), which take effect as soon as they change.",
});

const dns = group({
  names: setting(
    list(line("is not a name; write one that a DNS server knows"), "names").min(1, {
      error: "is empty; write at least one name",
    }),
    "Names to ask the host's DNS server for.",
    { example: ["_metrics._tcp.my-company.net"] },
  ),
  type: setting(choice(["SRV", "A", "AAAA", "MX", "NS"]).default("SRV"), "Type of the records."),
  port: setting(port().optional(), "Port of the metrics, except for SRV records, which have one.", {
    example: 9100,
    defaultText: "required unless `type` is `SRV`",
  }),
  refreshInterval: every("30s"),
  ...presets("dns", { asked: "name" }),
}).meta({ id: "dnsDiscovery", description: "Targets from DNS records (`dns_sd_configs`)." });

const { bearerToken: _, oauth2: __, ...otherAuth } = httpAuth;

const consul = group({
  server: setting(target(), "Consul's API, as host:port.", { example: "consul.my-company.net:8500" }),
  scheme: setting(choice(["http", "https"]).default("http"), "Protocol to reach it."),
  pathPrefix: setting(
    text(/^\/[^\s?#]*$/, "is not a path; write one that begins with /, such as /consul").optional(),
    "Path prefix of the API.",
    { example: "/consul" },
  ),
  token: setting(
    secretText(/^[^\s\p{Cc}]+$/u, "is not a token; write that of an ACL of Consul's, on one line").optional(),
    "Token of Consul's ACLs, with rights to read nodes and services; sent as `Authorization: Bearer`.",
    { secret: true },
  ),
  datacenter: setting(line("is not a data centre; write its name").optional(), "Data centre that is asked.", {
    example: "north",
    defaultText: "that of the server",
  }),
  namespace: setting(
    line("is not a namespace; write its name").optional(),
    "Namespace (Consul Enterprise).",
    { example: "web" },
  ),
  partition: setting(
    line("is not a partition; write its name").optional(),
    "Admin partition (Consul Enterprise).",
    { example: "web" },
  ),
  services: setting(
    list(line("is not a service; write its name"), "services").default([]),
    "Only these services; Consul itself is asked for no others.",
    { example: ["web", "db"], defaultText: "all" },
  ),
  tags: setting(
    list(line("is not a tag; write its text"), "tags").default([]),
    "Only services with all of these tags; Consul itself leaves out the others.",
    { example: ["monitored"] },
  ),
  filter: setting(
    line("is not a filter; write an expression of Consul's").optional(),
    "Filter expression of Consul's catalog.",
    { example: 'NodeMeta.env == "production"' },
  ),
  allowStale: setting(
    flag().default(true),
    "Whether any server may answer, not only the leader, which is much cheaper.",
  ),
  port: setting(port().optional(), "Port of the metrics, if they are not at the service's own port.", {
    example: 9100,
    defaultText: "the service's port",
  }),
  refreshInterval: every("30s"),
  healthyOnly: setting(
    flag().default(true),
    "Whether only services are scraped whose checks pass. What is ill is then not shown as down; it is gone.",
  ),
  ...presets("consul", { dc: "datacenter", version: "metadata.version" }),
  ...otherAuth,
}).meta({
  id: "consulDiscovery",
  description:
    "Services in Consul's catalog (`consul_sd_configs`). `instance` is the node's name and the port, and `service` a label.",
});

const docker = group({
  host: setting(
    text(
      /^[a-z]+:\/\/[^\s\p{Cc}]+$/u,
      "is not the address of a Docker daemon; write one such as https://docker1.my-company.net:2376",
    ),
    "The Docker daemon's API, `https://` with a client certificate under `tls`, or `http://` for a proxy that only lets reading through. Its unix socket is refused: whoever may use it is root on the host.",
    { example: "https://docker1.my-company.net:2376" },
  ),
  port: setting(port().default(80), "Port of the metrics in containers that expose none.", { example: 9100 }),
  hostNetworkingHost: setting(
    text(/^[^\s\p{Cc}]+$/u, "is not a host; write its name or address").default("localhost"),
    "Where containers in the host's network are scraped.",
    { example: "docker1.my-company.net" },
  ),
  matchFirstNetwork: setting(
    flag().default(true),
    "Whether a container in several networks is scraped in the first of them only.",
  ),
  refreshInterval: every("1m"),
  filters: filters("Docker's list of containers", { name: "label", values: ["monitored=true"] }),
  address: setting(
    choice(["container", "published"]).default("container"),
    "Where a container is scraped: its address in its network, or its published ports at the daemon's host, and only those.",
  ),
  ...presets("docker", { project: "label.com.docker.compose.project" }),
  ...httpAuth,
}).meta({
  id: "dockerDiscovery",
  description:
    "Containers of a Docker daemon (`docker_sd_configs`), each with its TCP ports. `instance` is the container's name and the port.",
});

/** By kind. */
export const discoveries = {
  http: setting(http.optional(), "A list of targets that a server gives."),
  file: setting(file.optional(), "Target files."),
  dns: setting(dns.optional(), "DNS records."),
  openstack: setting(openstack.optional(), "Servers of an OpenStack cloud."),
  ec2: setting(ec2.optional(), "Instances of Amazon EC2."),
  consul: setting(consul.optional(), "Services in Consul's catalog."),
  docker: setting(docker.optional(), "Containers of a Docker daemon."),
};

export const relabel = setting(
  list(
    z.record(z.string(), z.unknown(), {
      error: "is not a step; write its keys, such as source_labels, regex and action, below it",
    }),
    "steps of relabelling",
  ).default([]),
  "Further steps, in Prometheus' syntax (`relabel_configs`); they come last.",
  { example: [{ source_labels: ["__meta_url"], target_label: "list" }] },
);
