import type { Time } from "../../lib/time";
import { type Bundle, type Header, writeBundle } from "../bundle";
import { OUR_PIECE } from "../fragment";

/** The bundle of a host's clock: what each of the time services is told, of which a host has one. */
export function timeBundle({ name, servers, zone }: Time): Bundle {
  return writeBundle(
    name,
    [
      ["kind", "time"],
      ...OUR_PIECE,
      // For messages: the runner names no settings.
      ["advice", "servers podwatch:time.servers"],
      ["advice", "zone podwatch:time.zone"],
      ...servers.map((server): Header => ["server", server]),
      ...(zone === undefined ? [] : [["zone", zone] satisfies Header]),
    ],
    servers.length === 0
      ? []
      : [
          ["files/chrony", servers.map((server) => `server ${server} iburst prefer\n`).join("")],
          ["files/timesyncd", `[Time]\nNTP=\nNTP=${servers.join(" ")}\n`],
        ],
  );
}
