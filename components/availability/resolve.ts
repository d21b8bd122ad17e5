// Checks that involve several settings of availability, and its Prometheus.
import type { z } from "zod";
import { quote } from "../../config/problem";
import type { ResolveContext } from "../../config/section";
import { inMilliseconds } from "../../lib/duration";
import { TO_HISTORY } from "./render";
import type { AvailabilitySettings, availability } from "./schema";

/** Sums of a finished period need the time since its beginning. */
const DAYS_NEED = "3d";
const MONTHS_NEED = "63d";

export function resolveAvailability(
  given: z.output<typeof availability>,
  { host, before: { prometheus }, locate, report }: ResolveContext,
): AvailabilitySettings {
  if (!given.enabled || !host.services.includes("prometheus")) return { ...given, enabled: false };
  if (!prometheus.enabled || prometheus.mode === "agent") {
    report(
      locate(["enabled"]),
      "true without a Prometheus that evaluates rules; set it for a host that has one, with prometheus.mode: server",
    );
  }
  const { time } = prometheus.retention;
  const { history } = given;
  const needed = history.enabled ? DAYS_NEED : MONTHS_NEED;
  if (inMilliseconds(time) < inMilliseconds(needed)) {
    report(
      locate(history.enabled ? ["enabled"] : ["history", "enabled"]),
      `${history.enabled} while samples are kept for ${quote(time)} only; write ${needed} or more as prometheus.retention.time`,
    );
  }
  if (inMilliseconds(history.time) < inMilliseconds(MONTHS_NEED)) {
    report(
      locate(["history", "time"]),
      `${quote(history.time)} is too short for the sums of the last month; write ${MONTHS_NEED} or more`,
    );
  }
  if (history.enabled && prometheus.remoteWrite.some(({ name }) => name === TO_HISTORY)) {
    report(
      locate(["history", "enabled"]),
      `true while ${TO_HISTORY} is the name of an endpoint in prometheus.remoteWrite; give that another name`,
    );
  }
  if (inMilliseconds(given.unknownAfter) > inMilliseconds("1h")) {
    report(
      locate(["unknownAfter"]),
      "is more than an hour, and would show what is gone as up; write 1h or less",
    );
  }
  return given;
}
