import type { Network } from "../../lib/deployable";
import { gatewayOf, NETWORK_NAME } from "../network";
import { serializeUnit } from "../systemd/unit";

/** The unit that makes the network that the services of a host share, where it is missing. Its bridge has the network's name. */
export function networkUnit({ subnet, subnet6 }: Network): string {
  const ranges = subnet6 === undefined ? [subnet] : [subnet, subnet6];
  return serializeUnit([
    [
      "Unit",
      [
        ["Description", "Podwatch network"],
        ["Wants", "docker.service"],
        ["After", "docker.service"],
      ],
    ],
    [
      "Service",
      [
        ["Type", "oneshot"],
        ["RemainAfterExit", "yes"],
        // It fails where there is one already; whether there is one then decides.
        [
          "ExecStart",
          [
            "-docker network create",
            "--label=io.podwatch.service=network",
            `--opt=com.docker.network.bridge.name=${NETWORK_NAME}`,
            ...(subnet6 === undefined ? [] : ["--ipv6"]),
            ...ranges.map((range) => `--subnet=${range}`),
            ...ranges.map((range) => `--gateway=${gatewayOf(range)}`),
            NETWORK_NAME,
          ],
        ],
        ["ExecStart", `docker network inspect ${NETWORK_NAME}`],
        ["StandardOutput", "null"],
        // Otherwise systemd would take it for the same.
        ["StandardError", "journal"],
      ],
    ],
    ["Install", [["WantedBy", "multi-user.target"]]],
  ]);
}
