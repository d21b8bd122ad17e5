import { runnerInUnit } from "../../lib/runner";
import type { Scope } from "../../lib/scope";
import { unitName } from "../../lib/service";
import type { TimerService } from "../../lib/timerService";
import { type Bundle, type Header, type Part, writeBundle } from "../bundle";
import { buildParts, imageHeaders } from "../container";
import type { HostContext } from "../engine";
import { serializeUnit } from "./unit";

/** The bundle of work that is done by a calendar, in containers; `first` are the headers of every bundle of the engine. */
export function timerBundle(
  service: TimerService,
  { scope, builds = {} }: HostContext,
  first: readonly Header[] = [],
): Bundle {
  const build = builds[service.image];
  const unit = `unit/${unitName(service.name)}`;
  const headers: Header[] = [
    ...first,
    ["kind", service.kind],
    ...imageHeaders(service.image, build),
    ...service.secrets.map((secret): Header => ["secret", unitName(secret)]),
    ...service.directories.map((path): Header => ["host-directory", path]),
    ...Object.entries(service.advice).map(([topic, text]): Header => ["advice", `${topic} ${text}`]),
  ];
  return writeBundle(service.name, headers, [
    [`${unit}.timer`, timerUnit(service)],
    [`${unit}.service`, serviceUnit(service, scope)],
    ...Object.entries(service.hooks).map(([name, script]): Part => [`hooks/${name}`, script]),
    ...Object.entries(service.files).map(([path, text]): Part => [`files/${path}`, text]),
    ...buildParts(build),
  ]);
}

function timerUnit({ description, schedule, randomDelay }: TimerService): string {
  return serializeUnit([
    ["Unit", [["Description", `${description}, by the calendar`]]],
    [
      "Timer",
      [
        ["OnCalendar", schedule],
        ["RandomizedDelaySec", String(randomDelay)],
        // What was due while the host was down is done after its start.
        ["Persistent", "true"],
      ],
    ],
    ["Install", [["WantedBy", "timers.target"]]],
  ]);
}

/** It gives way to everything else on the host. */
function serviceUnit({ description, runs, ends, within }: TimerService, scope: Scope): string {
  return serializeUnit([
    ["Unit", [["Description", description]]],
    [
      "Service",
      [
        ["Type", "oneshot"],
        ["ExecStart", runnerInUnit(scope, runs)],
        ["ExecStopPost", runnerInUnit(scope, ends)],
        ["TimeoutStartSec", String(within)],
        ["Nice", "10"],
        ["IOSchedulingClass", "idle"],
      ],
    ],
  ]);
}
