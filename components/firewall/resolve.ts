import type { z } from "zod";
import { quote } from "../../config/problem";
import type { ResolveContext } from "../../config/section";
import { isIpAddress } from "../../lib/address";
import type { FirewallSettings, firewall } from "./schema";

export function resolveFirewall(
  { sshLimit, ...others }: z.output<typeof firewall>,
  { host, written, locate, report }: ResolveContext,
): FirewallSettings {
  const given = { ...others, ...fromJumpHost(others, host), ...limit(sshLimit) };
  const enabled = given.enabled ?? Object.keys(written).length > 0;
  if (enabled && !host.become) {
    report(
      locate(given.enabled === undefined ? [] : ["enabled"]),
      "needs become: true, since only root can filter what reaches the host; set become: true for this host, or firewall.enabled to false",
    );
  }
  for (const [index, { allowFrom }] of given.allow.entries()) {
    if (allowFrom?.length === 0)
      report(
        locate(["allow", index, "allowFrom"]),
        "lists nobody; remove the port, which is closed then, or write who may reach it",
      );
  }
  for (const key of ["allowFrom", "sshFrom"] as const) {
    if (given[key]?.length === 0)
      report(locate([key]), "lists nobody; write who may, or remove it, so that everybody may");
  }
  if (given.allowFrom === undefined) return { ...given, enabled };
  for (const { name, address } of host.clients) {
    if (enabled && !isIpAddress(address))
      report(
        locate(["allowFrom"]),
        `limits the front, which ${name} uses, and ${name} has no IP address in the stack file but ${quote(address)}; write an IP address for it, or remove allowFrom`,
      );
  }
  const clients = host.clients.map(({ address }) => address).filter(isIpAddress);
  return { ...given, enabled, allowFrom: [...new Set([...given.allowFrom, ...clients])] };
}

/** Who is reached through another host lets in that one only. It may come from another address than the one by which it is reached. */
function fromJumpHost(
  { sshFrom }: Pick<z.output<typeof firewall>, "sshFrom">,
  { via }: ResolveContext["host"],
): Pick<FirewallSettings, "sshFrom" | "sshFromDeployer"> {
  if (sshFrom !== undefined || via === undefined) return { sshFrom, sshFromDeployer: false };
  return { sshFrom: isIpAddress(via.address) ? [via.address] : undefined, sshFromDeployer: true };
}

function limit(given: z.output<typeof firewall>["sshLimit"]): Pick<FirewallSettings, "sshLimit"> {
  if (given === undefined) return {};
  const { perMinute, except = [] } = given;
  return { sshLimit: { perMinute, except } };
}
