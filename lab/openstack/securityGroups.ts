// Neutron: security groups and their rules.
import { randomUUID } from "node:crypto";
import { isIP } from "node:net";
import type { Networks } from "./network";
import { bodyOf, filtered, found, isId, isText, isWhole, Refused } from "./service";

export interface Rule {
  readonly id: string;
  readonly security_group_id: string;
  readonly direction: "ingress" | "egress";
  readonly ethertype: "IPv4" | "IPv6";
  readonly protocol: string | null;
  readonly port_range_min: number | null;
  readonly port_range_max: number | null;
  readonly remote_ip_prefix: string | null;
  readonly [other: string]: unknown;
}

interface Group {
  readonly id: string;
  readonly name: string;
  readonly [other: string]: unknown;
}

const IPV6_ONLY = ["ipv6-icmp", "icmpv6"];

export class SecurityGroups {
  readonly all = new Map<string, Group>();
  readonly rules = new Map<string, Rule>();
  /** What a port has that asks for none: nothing is let in. */
  readonly default: string;

  constructor(
    private readonly networks: Networks,
    private readonly projectId: string,
  ) {
    this.default = this.newGroup("default", "Default security group").id;
    this.groupRoutes();
    this.ruleRoutes();
  }

  /** What is let in to a port. */
  ingress(groups: readonly string[]): Rule[] {
    return [...this.rules.values()].filter(
      ({ security_group_id, direction }) => direction === "ingress" && groups.includes(security_group_id),
    );
  }

  private groupRoutes(): void {
    const { service, ports } = this.networks;
    service.on("GET", "/v2.0/security-groups", ({ query }) => ({
      status: 200,
      body: { security_groups: filtered(this.all.values(), query).map((group) => this.shown(group)) },
    }));
    service.on("GET", "/v2.0/security-groups/:id", (_, id) => ({
      status: 200,
      body: { security_group: this.shown(found(this.all, id as string, "Security group")) },
    }));
    service.on("POST", "/v2.0/security-groups", ({ body }) => {
      const given = bodyOf<{ name: string; description?: string }>(body, "security_group", {
        "name!": isText,
        description: isText,
        tenant_id: isText,
      });
      if (given.name === "default")
        throw new Refused(409, "Default security group already exists.", "SecurityGroupDefaultAlreadyExists");
      return {
        status: 201,
        body: { security_group: this.shown(this.newGroup(given.name, given.description ?? "")) },
      };
    });
    service.on("DELETE", "/v2.0/security-groups/:id", (_, given) => {
      const { id } = found(this.all, given as string, "Security group");
      if ([...ports.values()].some(({ security_groups }) => security_groups.includes(id)))
        throw new Refused(409, `Security Group ${id} in use.`, "SecurityGroupInUse");
      for (const rule of [...this.rules.values()])
        if (rule.security_group_id === id) this.rules.delete(rule.id);
      this.all.delete(id);
      return { status: 204 };
    });
  }

  private shown(group: Group) {
    const rules = [...this.rules.values()].filter(({ security_group_id }) => security_group_id === group.id);
    return { ...group, security_group_rules: rules };
  }

  private newGroup(name: string, description: string): Group {
    const group = {
      id: randomUUID(),
      name,
      description,
      stateful: true,
      tags: [],
      tenant_id: this.projectId,
      project_id: this.projectId,
    };
    this.all.set(group.id, group);
    for (const ethertype of ["IPv4", "IPv6"] as const)
      this.newRule({ security_group_id: group.id, direction: "egress", ethertype });
    return group;
  }

  private ruleRoutes(): void {
    const { service, ports } = this.networks;
    const applied = async (group: string) => {
      for (const port of ports.values())
        if (port.security_groups.includes(group)) await this.networks.changed(port.id);
    };
    service.on("GET", "/v2.0/security-group-rules/:id", (_, id) => ({
      status: 200,
      body: { security_group_rule: found(this.rules, id as string, "Security group rule") },
    }));
    service.on("POST", "/v2.0/security-group-rules", async ({ body }) => {
      const given = bodyOf<GivenRule>(body, "security_group_rule", {
        "security_group_id!": isId,
        "direction!": (value) => value === "ingress" || value === "egress",
        ethertype: (value) => value === "IPv4" || value === "IPv6",
        protocol: isText,
        port_range_min: isWhole,
        port_range_max: isWhole,
        remote_ip_prefix: isText,
        description: isText,
        tenant_id: isText,
      });
      found(this.all, given.security_group_id, "Security group");
      check(given);
      const twin = [...this.rules.values()].find((rule) => sameRule(rule, given));
      if (twin !== undefined)
        throw new Refused(
          409,
          `Security group rule already exists. Rule id is ${twin.id}.`,
          "SecurityGroupRuleExists",
        );
      const rule = this.newRule(given);
      await applied(rule.security_group_id);
      return { status: 201, body: { security_group_rule: rule } };
    });
    service.on("DELETE", "/v2.0/security-group-rules/:id", async (_, id) => {
      const { security_group_id: group } = found(this.rules, id as string, "Security group rule");
      this.rules.delete(id as string);
      await applied(group);
      return { status: 204 };
    });
  }

  private newRule(given: GivenRule): Rule {
    const rule: Rule = {
      id: randomUUID(),
      security_group_id: given.security_group_id,
      direction: given.direction,
      ethertype: given.ethertype ?? "IPv4",
      protocol: given.protocol ?? null,
      port_range_min: given.port_range_min ?? null,
      port_range_max: given.port_range_max ?? null,
      remote_ip_prefix: given.remote_ip_prefix ?? null,
      remote_group_id: null,
      description: "",
      tags: [],
      tenant_id: this.projectId,
      project_id: this.projectId,
    };
    this.rules.set(rule.id, rule);
    return rule;
  }
}

interface GivenRule {
  readonly security_group_id: string;
  readonly direction: "ingress" | "egress";
  readonly ethertype?: "IPv4" | "IPv6";
  readonly protocol?: string;
  readonly port_range_min?: number;
  readonly port_range_max?: number;
  readonly remote_ip_prefix?: string;
}

const MEANING = ["direction", "protocol", "port_range_min", "port_range_max", "remote_ip_prefix"] as const;

function sameRule(rule: Rule, given: GivenRule): boolean {
  return (
    rule.security_group_id === given.security_group_id &&
    rule.ethertype === (given.ethertype ?? "IPv4") &&
    MEANING.every((field) => rule[field] === (given[field] ?? null))
  );
}

/** @throws Refused when its parts do not fit */
function check({
  protocol,
  ethertype = "IPv4",
  port_range_min: from,
  port_range_max: to,
  remote_ip_prefix,
}: GivenRule) {
  const bad = (message: string, kind: string) => new Refused(400, message, kind);
  if (protocol !== undefined && !["tcp", "udp", "icmp", "sctp", ...IPV6_ONLY].includes(protocol))
    throw bad(`Security group rule protocol ${protocol} not supported.`, "SecurityGroupRuleInvalidProtocol");
  if (protocol !== undefined && IPV6_ONLY.includes(protocol) && ethertype === "IPv4")
    throw bad(
      `Invalid ethertype IPv4 for protocol ${protocol}.`,
      "SecurityGroupEthertypeConflictWithProtocol",
    );
  if ((from !== undefined || to !== undefined) && protocol !== "tcp" && protocol !== "udp")
    throw bad("Must also specify protocol if port range is given.", "SecurityGroupProtocolRequiredWithPorts");
  if ((protocol === "tcp" || protocol === "udp") && (from === undefined) !== (to === undefined))
    throw bad(
      "For TCP/UDP protocols, port_range_min must be <= port_range_max",
      "SecurityGroupInvalidPortRange",
    );
  if (from !== undefined && to !== undefined && (from > to || from < 1 || to > 65_535))
    throw bad(
      "For TCP/UDP protocols, port_range_min must be <= port_range_max",
      "SecurityGroupInvalidPortRange",
    );
  if (remote_ip_prefix === undefined) return;
  const [address = "", bits] = remote_ip_prefix.split("/");
  if (isIP(address) === 0 || bits === "" || Number(bits ?? 0) > (isIP(address) === 4 ? 32 : 128))
    throw bad(`Invalid CIDR ${remote_ip_prefix} given as IP prefix.`, "InvalidCIDR");
  if ((isIP(address) === 6) !== (ethertype === "IPv6"))
    throw bad(
      `Conflicting value ethertype ${ethertype} for CIDR ${remote_ip_prefix}`,
      "SecurityGroupRuleParameterConflict",
    );
}
