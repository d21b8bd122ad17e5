// The clock of a host.
import type { z } from "zod";
import { type DeepReadonly, flag, group, isAddress, list, setting, text } from "../../config/schema/words";

function isZone(name: string): boolean {
  try {
    new Intl.DateTimeFormat("en", { timeZone: name });
    return /^[A-Z]/.test(name);
  } catch {
    return false;
  }
}

export const time = group({
  enabled: setting(flag().optional(), "Whether the clock is looked after.", {
    defaultText: "`true` once `servers` or `zone` is written",
  }),
  servers: setting(
    list(
      text(
        isAddress,
        "is not a time server; write a name such as ntp1.example.org, or an address, without a port",
      ),
      "time servers",
    ).default([]),
    "NTP servers, for chrony or systemd-timesyncd, whichever the host has. One of them has to answer. Without any the host keeps those of its own configuration.",
    { example: ["ntp1.example.org", "ntp2.example.org"] },
  ),
  zone: setting(
    text(isZone, "is not a time zone; write one such as Europe/Berlin, or UTC").optional(),
    "Time zone of the host, in which its logs and its timers go. Prometheus, and what is shown, do not depend on it.",
    { defaultText: "the host's", example: "UTC" },
  ),
}).meta({
  id: "time",
  description:
    "Time servers and time zone of the host. [docs/bastion.md](bastion.md#the-clock) says what is done with which time service.",
});

export type GivenTime = DeepReadonly<z.output<typeof time>>;

/** Resolved. */
export type TimeSettings = GivenTime & { readonly enabled: boolean };

declare module "../../config/section" {
  interface ServiceSettings<Secret> {
    readonly time: TimeSettings;
  }
}
