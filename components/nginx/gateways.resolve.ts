// Checks that involve several of the gateways' settings.
import type { z } from "zod";
import { quote } from "../../config/problem";
import type { ResolveContext } from "../../config/section";
import type { GatewaysSettings, gateways } from "./gateways.schema";

export function resolveGateways(
  given: z.output<typeof gateways>,
  { host, locate, report }: ResolveContext,
): GatewaysSettings {
  const { sources } = given;
  if (sources !== "auto") {
    sources.forEach((name, index) => {
      if (sources.indexOf(name) < index)
        report(locate(["sources", index]), `${quote(name)} is listed twice; remove one of the two`);
    });
  }
  return { ...given, enabled: given.enabled ?? host.hostServices };
}
