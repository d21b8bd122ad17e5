// Neutron: floating IPs, which need a router between the outside and what they lead to.
import { randomUUID } from "node:crypto";
import type { Networks } from "./network";
import { bodyOf, filtered, found, isId, isText, orNull, Refused } from "./service";

export interface FloatingIp {
  readonly id: string;
  readonly floating_network_id: string;
  readonly floating_ip_address: string;
  port_id: string | null;
  fixed_ip_address: string | null;
  router_id: string | null;
  status: "ACTIVE" | "DOWN";
  readonly [other: string]: unknown;
}

export class FloatingIps {
  readonly all = new Map<string, FloatingIp>();

  constructor(
    private readonly networks: Networks,
    private readonly projectId: string,
  ) {
    const { service } = networks;
    service.on("GET", "/v2.0/floatingips", ({ query }) => ({
      status: 200,
      body: { floatingips: filtered(this.all.values(), query) },
    }));
    service.on("GET", "/v2.0/floatingips/:id", (_, id) => ({
      status: 200,
      body: { floatingip: found(this.all, id as string, "Floating IP") },
    }));
    service.on("POST", "/v2.0/floatingips", ({ body }) => ({
      status: 201,
      body: { floatingip: this.make(body) },
    }));
    service.on("PUT", "/v2.0/floatingips/:id", async ({ body }, id) => ({
      status: 200,
      body: { floatingip: await this.lead(found(this.all, id as string, "Floating IP"), body) },
    }));
    service.on("DELETE", "/v2.0/floatingips/:id", async (_, id) => {
      const { port_id: port } = found(this.all, id as string, "Floating IP");
      this.all.delete(id as string);
      if (port !== null) await networks.changed(port);
      return { status: 204 };
    });
  }

  /** Those that lead to a port. */
  of(port: string): string[] {
    return [...this.all.values()]
      .filter(({ port_id }) => port_id === port)
      .map((ip) => ip.floating_ip_address);
  }

  /** What leads to a port leads nowhere. */
  release(port: string): void {
    for (const ip of this.all.values()) if (ip.port_id === port) nowhere(ip);
  }

  isServing(subnet: string): boolean {
    return [...this.all.values()].some(({ port_id }) =>
      this.networks.ports.get(port_id ?? "")?.fixed_ips.some(({ subnet_id }) => subnet_id === subnet),
    );
  }

  private make(body: unknown): FloatingIp {
    const given = bodyOf<{ floating_network_id: string; description?: string }>(body, "floatingip", {
      "floating_network_id!": isId,
      description: isText,
      tenant_id: isText,
    });
    const network = this.networks.external(given.floating_network_id);
    if (this.all.size >= this.networks.quota.floatingIps)
      throw new Refused(409, "Quota exceeded for resources: ['floatingip'].", "OverQuota");
    const ip: FloatingIp = {
      id: randomUUID(),
      floating_network_id: network.id,
      floating_ip_address: this.networks.allocate(network.id)?.ip_address ?? "",
      port_id: null,
      fixed_ip_address: null,
      router_id: null,
      status: "DOWN",
      description: given.description ?? "",
      dns_domain: "",
      dns_name: "",
      tags: [],
      tenant_id: this.projectId,
      project_id: this.projectId,
    };
    this.all.set(ip.id, ip);
    return ip;
  }

  private async lead(ip: FloatingIp, body: unknown): Promise<FloatingIp> {
    const given = bodyOf<{ port_id?: string | null }>(body, "floatingip", {
      port_id: orNull(isId),
      fixed_ip_address: isText,
      description: isText,
    });
    const before = ip.port_id;
    if (given.port_id == null) nowhere(ip);
    else {
      const port = found(this.networks.ports, given.port_id, "Port");
      const [fixed] = port.fixed_ips;
      if (fixed === undefined)
        throw new Refused(
          400,
          `Bad floatingip request: Port ${port.id} does not have fixed IPs.`,
          "BadRequest",
        );
      if (this.networks.outside(fixed.subnet_id) !== ip.floating_network_id)
        throw new Refused(
          404,
          `External network ${ip.floating_network_id} is not reachable from subnet ${fixed.subnet_id}. Therefore, cannot associate Port ${port.id} with a Floating IP.`,
          "ExternalGatewayForFloatingIPNotFound",
        );
      if (this.of(port.id).some((other) => other !== ip.floating_ip_address))
        throw new Refused(
          409,
          `Cannot associate floating IP ${ip.floating_ip_address} with port ${port.id} using fixed IP ${fixed.ip_address}, as that fixed IP already has a floating IP.`,
          "FloatingIPPortAlreadyAssociated",
        );
      Object.assign(ip, { port_id: port.id, fixed_ip_address: fixed.ip_address, status: "ACTIVE" });
    }
    for (const port of new Set([before, ip.port_id])) if (port !== null) await this.networks.changed(port);
    return ip;
  }
}

function nowhere(ip: FloatingIp): void {
  Object.assign(ip, { port_id: null, fixed_ip_address: null, router_id: null, status: "DOWN" });
}
