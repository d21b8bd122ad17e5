// What each kind of service discovery tells of a target, by the name that a stack file uses.
// Source: Prometheus 3.5, docs/configuration/configuration.md, the lists of meta labels.

/** One thing that is known of a target. */
export interface Fact {
  /** Labels that hold it; of several, at most one is set. */
  readonly from: readonly string[];
  readonly what: string;
  readonly example: string;
  /** Whether it is a list, written `,a,b,`. */
  readonly list?: true;
  /** What it begins with and nobody wants to write. */
  readonly lead?: string;
}

/** Things of the user's own choice, such as tags, each under its key. */
export interface KeyedFact {
  /** The beginning of the labels that hold them. */
  readonly prefix: string;
  readonly what: string;
  readonly example: Readonly<Record<string, string>>;
}

export interface Facts {
  readonly plain: Readonly<Record<string, Fact>>;
  readonly keyed: Readonly<Record<string, KeyedFact>>;
}

const fact = (label: string, what: string, example: string): Fact => ({ from: [label], what, example });

export const FACTS = {
  dns: {
    plain: {
      name: fact("__meta_dns_name", "the name that was asked for", "_metrics._tcp.my-company.net"),
      target: {
        from: ["__meta_dns_srv_record_target", "__meta_dns_mx_record_target", "__meta_dns_ns_record_target"],
        what: "the host that an SRV, MX or NS record names",
        example: "web.*",
      },
    },
    keyed: {},
  },
  openstack: {
    plain: {
      name: fact("__meta_openstack_instance_name", "the server's name", "web-.*"),
      id: fact("__meta_openstack_instance_id", "the server's id", "7f3c.*"),
      status: fact("__meta_openstack_instance_status", "the server's status", "ACTIVE"),
      project: fact("__meta_openstack_project_id", "the id of the server's project", "5dfb1c9c.*"),
      user: fact("__meta_openstack_user_id", "the id of the server's owner", "8c1f.*"),
      flavor: fact("__meta_openstack_instance_flavor", "the server's flavor", "m1.*"),
      image: fact("__meta_openstack_instance_image", "the id of the server's image", "c2a1.*"),
      network: fact("__meta_openstack_address_pool", "the network of the address", "internal"),
      privateIp: fact("__meta_openstack_private_ip", "the address in that network", "10\\.1\\..*"),
      publicIp: fact("__meta_openstack_public_ip", "its floating IP", "203\\.0\\..*"),
    },
    keyed: {
      metadata: {
        prefix: "__meta_openstack_tag_",
        what: "metadata of the server",
        example: { monitored: "true" },
      },
    },
  },
  ec2: {
    plain: {
      name: fact("__meta_ec2_tag_Name", "the instance's tag `Name`", "web-.*"),
      id: fact("__meta_ec2_instance_id", "the instance's id", "i-0abc.*"),
      state: fact("__meta_ec2_instance_state", "the instance's state", "running"),
      type: fact("__meta_ec2_instance_type", "the instance's type", "m5\\..*"),
      zone: fact("__meta_ec2_availability_zone", "the availability zone", "eu-central-1a"),
      region: fact("__meta_ec2_region", "the region", "eu-central-1"),
      account: fact("__meta_ec2_owner_id", "the account that owns the instance", "123456789012"),
      vpc: fact("__meta_ec2_vpc_id", "the VPC", "vpc-0abc.*"),
      image: fact("__meta_ec2_ami", "the AMI", "ami-0abc.*"),
      architecture: fact("__meta_ec2_architecture", "the processor's architecture", "arm64"),
      privateIp: fact("__meta_ec2_private_ip", "the private address", "10\\.1\\..*"),
      publicIp: fact("__meta_ec2_public_ip", "the public address", "203\\.0\\..*"),
    },
    keyed: {
      tag: { prefix: "__meta_ec2_tag_", what: "tags of the instance", example: { Monitored: "true" } },
    },
  },
  consul: {
    plain: {
      service: fact("__meta_consul_service", "the service's name", "web"),
      id: fact("__meta_consul_service_id", "the id of the service's instance", "web-1"),
      node: fact("__meta_consul_node", "the node's name", "db.*"),
      health: fact("__meta_consul_health", "its health: passing, warning or critical", "passing"),
      datacenter: fact("__meta_consul_dc", "the data centre", "north"),
      address: fact("__meta_consul_address", "the node's address", "10\\.1\\..*"),
      tag: {
        from: ["__meta_consul_tags"],
        what: "a tag of the service",
        example: "monitored",
        list: true,
      },
    },
    keyed: {
      metadata: {
        prefix: "__meta_consul_service_metadata_",
        what: "metadata of the service",
        example: { monitored: "true" },
      },
      nodeMetadata: {
        prefix: "__meta_consul_metadata_",
        what: "metadata of the node",
        example: { rack: "r1.*" },
      },
    },
  },
  docker: {
    plain: {
      name: { ...fact("__meta_docker_container_name", "the container's name", "web.*"), lead: "/" },
      id: fact("__meta_docker_container_id", "the container's id", "4f66.*"),
      port: fact("__meta_docker_port_private", "the port inside the container", "9100"),
      publishedPort: fact("__meta_docker_port_public", "the port of the host that leads there", "19100"),
      network: fact("__meta_docker_network_name", "the container's network", "monitoring"),
    },
    keyed: {
      label: {
        prefix: "__meta_docker_container_label_",
        what: "labels of the container",
        example: { monitored: "true" },
      },
    },
  },
} as const satisfies Record<string, Facts>;

export type KindWithFacts = keyof typeof FACTS;

/** What is kept where a stack file does not say otherwise: machines that run. */
export const USUALLY_KEPT: Readonly<Partial<Record<Kind, Readonly<Record<string, string>>>>> = {
  openstack: { status: "ACTIVE" },
  ec2: { state: "running" },
};

export const KINDS = ["http", "file", "dns", "openstack", "ec2", "consul", "docker"] as const;
export type Kind = (typeof KINDS)[number];

export const factsOf = (kind: Kind): Facts | undefined =>
  kind === "http" || kind === "file" ? undefined : FACTS[kind];

/** Where a fact stands, by its name in a stack file (`name`, `metadata.KEY`); undefined if there is none of this name. */
export function sourceOf(kind: Kind, name: string): Pick<Fact, "from" | "list" | "lead"> | undefined {
  const facts = factsOf(kind);
  // Lists of targets bring labels of any name.
  if (facts === undefined) return { from: [name] };
  if (Object.hasOwn(facts.plain, name)) return facts.plain[name];
  const dot = name.indexOf(".");
  const keyed = dot > 0 ? facts.keyed[name.slice(0, dot)] : undefined;
  const key = name.slice(dot + 1);
  return keyed === undefined || key === "" ? undefined : { from: [keyed.prefix + asLabel(key)] };
}

/** Prometheus' own spelling of a key in a label's name. */
const asLabel = (key: string) => key.replaceAll(/[^A-Za-z0-9_]/g, "_");
