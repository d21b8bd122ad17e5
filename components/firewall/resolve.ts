import type { z } from "zod";
import type { ResolveContext } from "../../config/section";
import type { FirewallSettings, firewall } from "./schema";

export function resolveFirewall(
  given: z.output<typeof firewall>,
  { host, written, locate, report }: ResolveContext,
): FirewallSettings {
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
  return { ...given, enabled };
}
