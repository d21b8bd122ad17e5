// Relabelling of discovered targets: which are kept, where they are scraped, and by what they are known.
import { type Kind, sourceOf, USUALLY_KEPT } from "../../lib/discovery";
import type { Chosen, Discoveries, DiscoveryJob, Native, Patterns, Presets } from "./discoveries.render";

export function relabelling(job: DiscoveryJob, kind: Kind): Native {
  const { keep = {}, drop = {}, labelsFrom = {} }: Partial<Presets> = job[kind] ?? {};
  const own = Object.entries(job.labels).map(([label, value]) => ({
    target_label: label,
    replacement: value.replaceAll("$", "$$$$"),
  }));
  // What is known of servers is not known of anything else.
  const servers = job.openstack === undefined || job.openstack.role === "instance";
  const kept = { ...usuallyKept(kind), ...keep };
  const steps = [
    ...(servers ? [...chosen(kind, kept, "keep"), ...chosen(kind, drop, "drop")] : []),
    ...usual(job),
    ...Object.entries(labelsFrom).map(([label, fact]) => labelled(kind, label, fact)),
    ...own,
    ...job.relabel,
  ];
  return steps.length === 0 ? {} : { relabel_configs: steps };
}

const usuallyKept = (kind: Kind): Chosen =>
  Object.fromEntries(Object.entries(USUALLY_KEPT[kind] ?? {}).map(([name, value]) => [name, [value]]));

function chosen(kind: Kind, patterns: Chosen, action: "keep" | "drop"): Native[] {
  const all = Object.entries(patterns).flatMap(([name, value]): Array<[string, Patterns]> => {
    if (isPatterns(value)) return [[name, value]];
    return Object.entries(value).map(([key, inner]) => [`${name}.${key}`, inner]);
  });
  return all.flatMap(([name, any]) => {
    const source = sourceOf(kind, name);
    if (source === undefined) return [];
    const either = any.length === 1 ? `${any[0]}` : any.map((one) => `(?:${one})`).join("|");
    const { lead = "" } = source;
    const regex = source.list ? `.*,(?:${either}),.*` : lead !== "" ? `${lead}(?:${either})` : either;
    return [
      { source_labels: source.from, ...(source.from.length > 1 ? { separator: "" } : {}), regex, action },
    ];
  });
}

const isPatterns = (value: Patterns | Readonly<Record<string, Patterns>>): value is Patterns =>
  Array.isArray(value);

function labelled(kind: Kind, label: string, fact: string): Native {
  const { from = [], lead = "", list = false } = sourceOf(kind, fact) ?? {};
  return {
    source_labels: from,
    ...(from.length > 1 ? { separator: "" } : {}),
    regex: list ? ",(.+)," : lead === "" ? "(.+)" : `${lead}(.+)`,
    target_label: label,
  };
}

const copy = (source: string, label: string, regex = "(.+)"): Native => ({
  source_labels: [source],
  regex,
  target_label: label,
});

const only = (source: string, regex: string): Native => ({
  source_labels: [source],
  regex,
  action: "keep",
});

/** Of an address, IPv4 or IPv6. */
const addressed = (source: string, port: number): Native[] => [
  { source_labels: [source], regex: "([^:]+)", target_label: "__address__", replacement: `$1:${port}` },
  { source_labels: [source], regex: "(.*:.*)", target_label: "__address__", replacement: `[$1]:${port}` },
];

const PORT_OF = ".*:(\\d+)";

/** Addresses, and labels by which people know a target. No two targets of one job have the same. */
function usual({ dns, openstack, ec2, consul, docker }: DiscoveryJob): Native[] {
  if (dns) return dns.type === "SRV" ? [] : [copy("__meta_dns_name", "dns_name")];
  if (openstack) return ofOpenstack(openstack);
  if (ec2) {
    return [
      ...(ec2.address === "public"
        ? [only("__meta_ec2_public_ip", ".+"), ...addressed("__meta_ec2_public_ip", ec2.port)]
        : []),
      copy("__meta_ec2_instance_id", "instance"),
      copy("__meta_ec2_tag_Name", "instance"),
      copy("__meta_ec2_instance_id", "instance_id"),
    ];
  }
  if (consul) {
    const port =
      consul.port === undefined
        ? []
        : [
            {
              source_labels: ["__address__"],
              regex: "(.*):\\d+",
              target_label: "__address__",
              replacement: `$1:${consul.port}`,
            },
          ];
    return [
      ...(consul.healthyOnly ? [only("__meta_consul_health", "passing")] : []),
      ...port,
      {
        source_labels: ["__meta_consul_node", "__address__"],
        regex: `(.+);${PORT_OF}`,
        target_label: "instance",
        replacement: "$1:$2",
      },
      copy("__meta_consul_service", "service"),
    ];
  }
  if (docker) return ofDocker(docker);
  return [];
}

function ofOpenstack({ role, address, family, port }: Discoveries["openstack"]): Native[] {
  if (role === "hypervisor") return [copy("__meta_openstack_hypervisor_hostname", "instance")];
  if (role === "loadbalancer") return [copy("__meta_openstack_loadbalancer_name", "instance")];
  return [
    ...(family === "any" ? [] : [only("__meta_openstack_private_ip", family === "ipv4" ? "[^:]+" : ".*:.*")]),
    ...(address === "public"
      ? [only("__meta_openstack_public_ip", ".+"), ...addressed("__meta_openstack_public_ip", port)]
      : []),
    copy("__meta_openstack_instance_name", "instance"),
    copy("__meta_openstack_instance_id", "instance_id"),
    copy("__meta_openstack_address_pool", "network"),
    ...(family === "any" ? [copy("__meta_openstack_private_ip", "address")] : []),
  ];
}

function ofDocker({ address, host }: Discoveries["docker"]): Native[] {
  const published =
    address === "published"
      ? [
          only("__meta_docker_port_public", ".+"),
          {
            source_labels: ["__meta_docker_port_public"],
            regex: "(.+)",
            target_label: "__address__",
            replacement: `${new URL(host).hostname}:$1`,
          },
        ]
      : [];
  return [
    ...published,
    copy("__meta_docker_container_name", "instance", "/(.+)"),
    {
      source_labels: ["__meta_docker_container_name", "__address__"],
      regex: `/(.+);${PORT_OF}`,
      target_label: "instance",
      replacement: "$1:$2",
    },
  ];
}
