import type { ResolveContext } from "../../config/section";
import type { GivenTime, TimeSettings } from "./schema";

export function resolveTime(
  { enabled, ...given }: GivenTime,
  { host, locate, report }: ResolveContext,
): TimeSettings {
  const isGiven = given.servers.length > 0 || given.zone !== undefined;
  const settings = { ...given, enabled: enabled ?? isGiven };
  if (!settings.enabled) return settings;
  if (!isGiven)
    report(locate(["enabled"]), "true without servers and zone; write one of the two, or remove this");
  if (!host.become)
    report(
      locate(["enabled"]),
      "needs become: true, since only root can set a clock; set become: true for this host, or time.enabled to false",
    );
  return settings;
}
