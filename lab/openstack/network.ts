// Neutron: networks, subnets, ports and routers. What depends on one another is refused in the wrong order, as by the real one.
import { randomUUID } from "node:crypto";
import { free, nth, overlap, type Range, range } from "./addresses";
import { FloatingIps } from "./floatingIps";
import { SecurityGroups } from "./securityGroups";
import {
  bodyOf,
  filtered,
  found,
  isFlag,
  isGroup,
  isId,
  isList,
  isText,
  orNull,
  Refused,
  Service,
} from "./service";

export interface Network {
  readonly id: string;
  name: string;
  description: string;
  admin_state_up: boolean;
  readonly "router:external": boolean;
  readonly status: "ACTIVE";
  readonly shared: boolean;
  readonly tenant_id: string;
  readonly project_id: string;
  readonly mtu: number;
  readonly tags: readonly string[];
  readonly availability_zone_hints: readonly string[];
  readonly port_security_enabled: boolean;
}

export interface Subnet {
  readonly id: string;
  name: string;
  readonly network_id: string;
  readonly cidr: string;
  readonly gateway_ip: string | null;
  readonly ip_version: 4;
  readonly [other: string]: unknown;
}

export interface Port {
  readonly id: string;
  name: string;
  readonly network_id: string;
  readonly mac_address: string;
  readonly fixed_ips: ReadonlyArray<{ readonly subnet_id: string; readonly ip_address: string }>;
  security_groups: readonly string[];
  device_id: string;
  device_owner: string;
  status: "ACTIVE" | "DOWN";
  readonly [other: string]: unknown;
}

interface Router {
  readonly id: string;
  readonly name: string;
  readonly external_gateway_info: { readonly network_id: string } | null;
  readonly [other: string]: unknown;
}

export interface Quota {
  floatingIps: number;
  ports: number;
}

const ROUTER = "network:router_interface";

export class Networks {
  /** Ids of what was there before anything was made. */
  readonly provided = new Set<string>();
  readonly networks = new Map<string, Network>();
  readonly subnets = new Map<string, Subnet>();
  readonly ports = new Map<string, Port>();
  readonly routers = new Map<string, Router>();
  readonly groups: SecurityGroups;
  readonly floating: FloatingIps;
  readonly service = new Service(({ message, kind }) => ({
    NeutronError: { type: kind, message, detail: "" },
  }));

  constructor(
    private readonly projectId: string,
    readonly quota: Quota,
    /** Told when what may reach a port, or by which address, has become another. */
    readonly changed: (port: string) => Promise<void>,
  ) {
    this.groups = new SecurityGroups(this, projectId);
    this.floating = new FloatingIps(this, projectId);
    this.networkRoutes();
    this.subnetRoutes();
    this.portRoutes();
    this.routerRoutes();
  }

  /** A network that is there before anything is made. */
  provide(name: string, cidr: string, external: boolean): void {
    const network = this.newNetwork({ name }, external);
    const subnet = this.newSubnet({ network_id: network.id, cidr, ip_version: 4 }, `${name}-subnet`);
    for (const { id } of [network, subnet]) this.provided.add(id);
  }

  isIn(network: string, subnet: string): boolean {
    return this.subnets.get(subnet)?.network_id === network;
  }

  /** The network that a router leads a subnet to. */
  outside(subnet: string): string | undefined {
    const interfaces = [...this.ports.values()].filter(
      ({ device_owner, fixed_ips }) =>
        device_owner === ROUTER && fixed_ips.some(({ subnet_id }) => subnet_id === subnet),
    );
    return interfaces
      .map(({ device_id }) => this.routers.get(device_id)?.external_gateway_info?.network_id)
      .find(Boolean);
  }

  /** An address of a network that nobody has. */
  allocate(networkId: string): { subnet_id: string; ip_address: string } | undefined {
    const subnet = [...this.subnets.values()].find(({ network_id }) => network_id === networkId);
    if (subnet === undefined) return undefined;
    const taken = new Set([
      ...[...this.ports.values()].flatMap(({ fixed_ips }) => fixed_ips.map(({ ip_address }) => ip_address)),
      ...[...this.floating.all.values()].map(({ floating_ip_address }) => floating_ip_address),
    ]);
    const address = free(range(subnet.cidr) as Range, taken);
    if (address === undefined)
      throw new Refused(
        409,
        `No more IP addresses available on network ${networkId}.`,
        "IpAddressGenerationFailure",
      );
    return { subnet_id: subnet.id, ip_address: address };
  }

  private networkRoutes(): void {
    const { service, networks } = this;
    service.on("GET", "/v2.0/networks", ({ query }) => ({
      status: 200,
      body: { networks: filtered(networks.values(), query).map((network) => this.shown(network)) },
    }));
    service.on("GET", "/v2.0/networks/:id", (_, id) => ({
      status: 200,
      body: { network: this.shown(found(networks, id as string, "Network")) },
    }));
    service.on("POST", "/v2.0/networks", ({ body }) => {
      const given = bodyOf<{ name: string; description?: string }>(body, "network", {
        name: isText,
        description: isText,
        admin_state_up: isFlag,
        shared: isFlag,
        "router:external": isFlag,
        tenant_id: isText,
        availability_zone_hints: isList,
        port_security_enabled: isFlag,
      });
      return { status: 201, body: { network: this.shown(this.newNetwork(given, false)) } };
    });
    service.on("DELETE", "/v2.0/networks/:id", (_, given) => {
      const { id } = found(networks, given as string, "Network");
      if ([...this.ports.values()].some(({ network_id }) => network_id === id))
        throw new Refused(
          409,
          `Unable to complete operation on network ${id}. There are one or more ports still in use on the network.`,
          "NetworkInUse",
        );
      for (const subnet of [...this.subnets.values()])
        if (subnet.network_id === id) this.subnets.delete(subnet.id);
      networks.delete(id);
      return { status: 204 };
    });
  }

  private shown(network: Network) {
    const subnets = [...this.subnets.values()].filter(({ network_id }) => network_id === network.id);
    return { ...network, subnets: subnets.map(({ id }) => id) };
  }

  private newNetwork(given: { name: string; description?: string }, external: boolean): Network {
    const network: Network = {
      id: randomUUID(),
      name: given.name,
      description: given.description ?? "",
      admin_state_up: true,
      "router:external": external,
      status: "ACTIVE",
      shared: external,
      tenant_id: this.projectId,
      project_id: this.projectId,
      mtu: 1500,
      tags: [],
      availability_zone_hints: [],
      port_security_enabled: true,
    };
    this.networks.set(network.id, network);
    return network;
  }

  private subnetRoutes(): void {
    const { service, subnets } = this;
    service.on("GET", "/v2.0/subnets", ({ query }) => ({
      status: 200,
      body: { subnets: filtered(subnets.values(), query) },
    }));
    service.on("GET", "/v2.0/subnets/:id", (_, id) => ({
      status: 200,
      body: { subnet: found(subnets, id as string, "Subnet") },
    }));
    service.on("POST", "/v2.0/subnets", ({ body }) => {
      const given = bodyOf<{ network_id: string; name?: string; cidr: string; ip_version: number }>(
        body,
        "subnet",
        {
          "network_id!": isId,
          "cidr!": isText,
          "ip_version!": (value) => value === 4,
          name: isText,
          description: isText,
          enable_dhcp: isFlag,
          gateway_ip: orNull(isText),
          dns_nameservers: isList,
          allocation_pools: isList,
          host_routes: isList,
          tenant_id: isText,
        },
      );
      return { status: 201, body: { subnet: this.newSubnet(given, given.name ?? "") } };
    });
    service.on("DELETE", "/v2.0/subnets/:id", (_, given) => {
      const { id } = found(subnets, given as string, "Subnet");
      if (
        [...this.ports.values()].some(({ fixed_ips }) => fixed_ips.some(({ subnet_id }) => subnet_id === id))
      )
        throw new Refused(
          409,
          `Unable to complete operation on subnet ${id}: One or more ports have an IP allocation from this subnet.`,
          "SubnetInUse",
        );
      subnets.delete(id);
      return { status: 204 };
    });
  }

  private newSubnet(
    given: { network_id: string; cidr: string; ip_version: number; dns_nameservers?: unknown },
    name: string,
  ): Subnet {
    found(this.networks, given.network_id, "Network");
    const wanted = range(given.cidr);
    if (wanted === undefined)
      throw new Refused(
        400,
        `Invalid input for cidr. Reason: '${given.cidr}' is not a valid IP subnet.`,
        "HTTPBadRequest",
      );
    for (const other of this.subnets.values()) {
      if (other.network_id === given.network_id && overlap(wanted, range(other.cidr) as Range))
        throw new Refused(
          400,
          `Invalid input for operation: Requested subnet with cidr: ${given.cidr} for network: ${given.network_id} overlaps with another subnet.`,
          "InvalidInput",
        );
    }
    const subnet: Subnet = {
      id: randomUUID(),
      name,
      network_id: given.network_id,
      cidr: given.cidr,
      ip_version: 4,
      gateway_ip: nth(wanted, 1),
      enable_dhcp: true,
      dns_nameservers: given.dns_nameservers ?? [],
      allocation_pools: [{ start: nth(wanted, 2), end: nth(wanted, wanted.size - 2) }],
      host_routes: [],
      service_types: [],
      tags: [],
      ipv6_address_mode: null,
      ipv6_ra_mode: null,
      subnetpool_id: null,
      description: "",
      tenant_id: this.projectId,
      project_id: this.projectId,
    };
    this.subnets.set(subnet.id, subnet);
    return subnet;
  }

  private portRoutes(): void {
    const { service, ports } = this;
    service.on("GET", "/v2.0/ports", ({ query }) => ({
      status: 200,
      body: { ports: filtered(ports.values(), query) },
    }));
    service.on("GET", "/v2.0/ports/:id", (_, id) => ({
      status: 200,
      body: { port: found(ports, id as string, "Port") },
    }));
    service.on("POST", "/v2.0/ports", ({ body }) => {
      const given = bodyOf<{ network_id: string; name?: string; security_groups?: string[] }>(body, "port", {
        "network_id!": isId,
        name: isText,
        description: isText,
        admin_state_up: isFlag,
        security_groups: isList,
        tenant_id: isText,
        port_security_enabled: isFlag,
      });
      found(this.networks, given.network_id, "Network");
      for (const group of given.security_groups ?? []) found(this.groups.all, group, "Security group");
      if (ports.size >= this.quota.ports)
        throw new Refused(409, "Quota exceeded for resources: ['port'].", "OverQuota");
      return { status: 201, body: { port: this.newPort(given, "") } };
    });
    service.on("PUT", "/v2.0/ports/:id", async ({ body }, id) => {
      const port = found(ports, id as string, "Port");
      const given = bodyOf<Partial<Pick<Port, "name" | "security_groups">>>(body, "port", {
        name: isText,
        description: isText,
        admin_state_up: isFlag,
        security_groups: isList,
      });
      for (const group of given.security_groups ?? []) found(this.groups.all, group, "Security group");
      Object.assign(port, given);
      await this.changed(port.id);
      return { status: 200, body: { port } };
    });
    service.on("DELETE", "/v2.0/ports/:id", (_, given) => {
      const { id, device_owner } = found(ports, given as string, "Port");
      if (device_owner === ROUTER)
        throw new Refused(
          409,
          `Port ${id} cannot be deleted directly via the port API: has device owner ${ROUTER}.`,
          "ServicePortInUse",
        );
      this.floating.release(id);
      ports.delete(id);
      return { status: 204 };
    });
  }

  private newPort(
    given: { network_id: string; name?: string; security_groups?: readonly string[] },
    owner: string,
    fixed = this.allocate(given.network_id),
  ): Port {
    const id = randomUUID();
    const port: Port = {
      id,
      name: given.name ?? "",
      network_id: given.network_id,
      mac_address: `fa:16:3e:${id.slice(0, 6).replace(/..(?=.)/g, "$&:")}`,
      fixed_ips: fixed === undefined ? [] : [fixed],
      security_groups: given.security_groups ?? (owner === "" ? [this.groups.default] : []),
      admin_state_up: true,
      device_id: "",
      device_owner: owner,
      status: "DOWN",
      description: "",
      allowed_address_pairs: [],
      extra_dhcp_opts: [],
      dns_assignment: [],
      dns_name: "",
      tags: [],
      port_security_enabled: true,
      qos_policy_id: null,
      "binding:vnic_type": "normal",
      tenant_id: this.projectId,
      project_id: this.projectId,
    };
    this.ports.set(id, port);
    return port;
  }

  private routerRoutes(): void {
    const { service, routers } = this;
    service.on("GET", "/v2.0/routers", ({ query }) => ({
      status: 200,
      body: { routers: filtered(routers.values(), query) },
    }));
    service.on("GET", "/v2.0/routers/:id", (_, id) => ({
      status: 200,
      body: { router: found(routers, id as string, "Router") },
    }));
    service.on("POST", "/v2.0/routers", ({ body }) => {
      const given = bodyOf<{ name?: string; external_gateway_info?: { network_id?: string } }>(
        body,
        "router",
        {
          name: isText,
          description: isText,
          admin_state_up: isFlag,
          distributed: isFlag,
          tenant_id: isText,
          external_gateway_info: isGroup,
          availability_zone_hints: isList,
        },
      );
      const outside = given.external_gateway_info?.network_id;
      if (outside !== undefined) this.external(outside);
      const router: Router = {
        id: randomUUID(),
        name: given.name ?? "",
        description: "",
        admin_state_up: true,
        status: "ACTIVE",
        external_gateway_info:
          outside === undefined
            ? null
            : ({ network_id: outside, enable_snat: true, external_fixed_ips: [] } as never),
        distributed: false,
        ha: false,
        routes: [],
        tags: [],
        availability_zone_hints: [],
        tenant_id: this.projectId,
        project_id: this.projectId,
      };
      routers.set(router.id, router);
      return { status: 201, body: { router } };
    });
    service.on("PUT", "/v2.0/routers/:id/add_router_interface", ({ body }, id) =>
      this.addInterface(body, id as string),
    );
    service.on("PUT", "/v2.0/routers/:id/remove_router_interface", ({ body }, id) =>
      this.removeInterface(body, id as string),
    );
    service.on("DELETE", "/v2.0/routers/:id", (_, given) => {
      const { id } = found(routers, given as string, "Router");
      if ([...this.ports.values()].some(({ device_id }) => device_id === id))
        throw new Refused(409, `Router ${id} still has ports`, "RouterInUse");
      routers.delete(id);
      return { status: 204 };
    });
  }

  /** @throws Refused unless the network leads outside */
  external(id: string): Network {
    const network = found(this.networks, id, "Network");
    if (!network["router:external"])
      throw new Refused(400, `Bad router request: Network ${id} is not an external network.`, "BadRequest");
    return network;
  }

  private addInterface(body: unknown, id: string) {
    found(this.routers, id, "Router");
    const subnet = found(this.subnets, subnetOf(body), "Subnet");
    const gateway = subnet.gateway_ip as string;
    if (
      [...this.ports.values()].some(({ fixed_ips }) =>
        fixed_ips.some(({ ip_address }) => ip_address === gateway),
      )
    )
      throw new Refused(
        400,
        `Bad router request: Router already has a port on subnet ${subnet.id}.`,
        "BadRequest",
      );
    const port = this.newPort({ network_id: subnet.network_id }, ROUTER, {
      subnet_id: subnet.id,
      ip_address: gateway,
    });
    port.device_id = id;
    port.status = "ACTIVE";
    return { status: 200, body: interfaceOf(id, port, subnet) };
  }

  private removeInterface(body: unknown, id: string) {
    found(this.routers, id, "Router");
    const subnet = found(this.subnets, subnetOf(body), "Subnet");
    const port = [...this.ports.values()].find(
      ({ device_id, fixed_ips }) =>
        device_id === id && fixed_ips.some(({ subnet_id }) => subnet_id === subnet.id),
    );
    if (port === undefined)
      throw new Refused(
        404,
        `Router ${id} has no interface on subnet ${subnet.id}`,
        "RouterInterfaceNotFoundForSubnet",
      );
    if (this.floating.isServing(subnet.id))
      throw new Refused(
        409,
        `Router interface for subnet ${subnet.id} on router ${id} cannot be deleted, as it is required by one or more floating IPs.`,
        "RouterInterfaceInUseByFloatingIP",
      );
    this.ports.delete(port.id);
    return { status: 200, body: interfaceOf(id, port, subnet) };
  }
}

function subnetOf(body: unknown): string {
  const { subnet_id: id } = (body ?? {}) as { subnet_id?: unknown };
  if (!isId(id)) throw new Refused(400, "Either subnet_id or port_id must be specified", "BadRequest");
  return id as string;
}

function interfaceOf(id: string, port: Port, subnet: Subnet) {
  return {
    id,
    port_id: port.id,
    subnet_id: subnet.id,
    subnet_ids: [subnet.id],
    network_id: subnet.network_id,
    tags: [],
  };
}
