// Which ranges of the containers' network an interface of the host has already. The real `ip` is asked in tests/integration/front.test.ts.
import { chmodSync } from "node:fs";
import { join } from "node:path";
import { RunnerShell } from "./runnerShell";

let shell: RunnerShell;

beforeEach(() => {
  shell = new RunnerShell();
});

afterEach(() => shell.remove());

interface Interfaces {
  /** As \`ip -o address show to RANGE\` says it. */
  readonly addresses?: string;
  /** As \`ip route show match RANGE\` says it, of both versions. */
  readonly routes?: string;
}

const UNITS = {
  podman: ["podwatch.network", "[Network]\nSubnet=10.89.77.0/24\nIPv6=true\nSubnet=fd00:1::/64\n"],
  docker: [
    "podwatch-network.service",
    "[Service]\nExecStart=-docker network create \\\n  --subnet=10.89.77.0/24 \\\n  --subnet=fd00:1::/64 \\\n  podwatch\n",
  ],
} as const;

/** What is said of a host with these interfaces; the network that is there has `bridge`. */
function refusal(
  { addresses = "", routes = "" }: Interfaces,
  { engine = "podman" as keyof typeof UNITS, rootless = "" } = {},
): string {
  const [unit, text] = UNITS[engine];
  shell.write(`state/services/network/candidate/current/unit/${unit}`, text);
  shell.write(
    "bin/ip",
    `#!/bin/sh
case "$*" in
  "-o address show to fd00:1::/64") printf '${addresses}' ;;
  "-4 route show match 10.89.77.0/24" | "-6 route show match fd00:1::/64") printf '${routes}' ;;
esac
`,
  );
  chmodSync(join(shell.directory, "bin/ip"), 0o755);
  const home = `${shell.state}/services/network`;
  const { status, stderr } = shell.run(
    `fail() { say "$1" >&2; exit 1; }; ${engine}_bridge() { say bridge; }; engine=${engine}; ROOTLESS=${rootless}; refuse_ranges_of_interfaces`,
    { variables: { service: "network", unit, home, candidate: `${home}/candidate/current` } },
  );
  expect(status).toBe(stderr === "" ? 0 : 1);
  return stderr.trim();
}

const REFUSED = "is used on this host already, by the interface";
const INSIDE = { addresses: "2: lan    inet6 fd00:1::99/128 scope global \\\\       valid_lft forever\\n" };

test.each(["podman", "docker"] as const)("%s: an address in a range is refused by the setting", (engine) => {
  expect(refusal(INSIDE, { engine })).toBe(
    `podwatch:network.subnet6 "fd00:1::/64" ${REFUSED} lan (fd00:1::99/128); nothing was changed: write a range that nothing else uses`,
  );
});

test("so is a range within the network of an interface", () => {
  const route = (words: string) => refusal({ routes: `${words}\\n` });
  expect(route("10.0.0.0/8 dev lan proto kernel scope link src 10.1.2.3")).toContain(
    `podwatch:network.subnet "10.89.77.0/24" ${REFUSED} lan (10.0.0.0/8)`,
  );
  expect(route("fd00::/16 dev lan proto ra metric 100 pref medium")).toContain("lan (fd00::/16)");
});

test.each([
  "default via 10.99.0.1 dev lan proto static",
  "unreachable default dev lo proto kernel metric 4294967295 error -101",
  "10.0.0.0/8 via 10.99.0.1 dev lan proto kernel metric 100",
  "10.0.0.0/8 dev vpn scope link",
  "10.0.0.0/8 dev vpn proto static scope link",
  "unreachable fd00::/8 dev lo proto static metric 1024",
])("what only leads elsewhere is no interface's: %s", (route) => {
  expect(refusal({ routes: `${route}\\n` })).toBe("");
});

test("the network that is there may keep its range, and an ordinary user's is beside the host's", () => {
  expect(refusal({ routes: "10.89.77.0/24 dev bridge proto kernel scope link src 10.89.77.1\\n" })).toBe("");
  expect(refusal(INSIDE, { rootless: "yes" })).toBe("");
});
