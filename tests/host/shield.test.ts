// The rules that keep others from the containers' own addresses. That they do is tried in tests/integration/front.test.ts.
import { chmodSync, existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { RunnerShell } from "./runnerShell";

const DROP_IN = "native/podwatch-network.service.d/podwatch.conf";

let shell: RunnerShell;

beforeEach(() => {
  shell = new RunnerShell();
  shell.write(
    "units/podwatch.network",
    "# Managed by Podwatch.\n[Network]\nSubnet=10.89.77.0/24\nIPv6=true\nSubnet=fd00::/64\n",
  );
  for (const name of ["nft", "iptables", "ip6tables", "systemctl"]) {
    // Looks for a rule in vain.
    const keep = `{ echo "${name} $*"; [ "$1" != -f ] || cat; } >>"${join(shell.directory, "called")}"`;
    shell.write(`bin/${name}`, `#!/bin/sh\n${keep}\ncase "$*" in *" -C "*) exit 1 ;; esac\n`);
    chmodSync(join(shell.directory, "bin", name), 0o755);
  }
});

afterEach(() => shell.remove());

const read = (name: string) => {
  const path = join(shell.directory, name);
  return existsSync(path) ? readFileSync(path, "utf8") : "";
};

/** What is called; `nft` is there, or only iptables. */
function called(line: string, { nft = true, rootless = "" } = {}): string[] {
  const has = nft ? "" : 'command() { [ "$2" != nft ]; };';
  const { status, stderr } = shell.run(`ROOTLESS=${rootless}; ${has} ${line}`);
  expect([status, stderr]).toEqual([0, ""]);
  return read("called").split("\n").filter(Boolean);
}

test("one table of nftables' drops what neither belongs to a connection nor came by a published port", () => {
  expect(called("raise_shield")).toEqual([
    "nft -f -",
    "add table inet podwatch",
    "delete table inet podwatch",
    "table inet podwatch {",
    "  chain forward {",
    "    type filter hook forward priority -10; policy accept;",
    "    ip daddr 10.89.77.0/24 ip saddr != 10.89.77.0/24 ct state new ct status & dnat == 0 drop",
    "    ip6 daddr fd00::/64 ip6 saddr != fd00::/64 ct state new ct status & dnat == 0 drop",
    "  }",
    "}",
  ]);
});

test("without nft, iptables does, one rule a range", () => {
  const rule = (range: string) =>
    `FORWARD -d ${range} ! -s ${range} -m conntrack ! --ctstate DNAT,RELATED,ESTABLISHED -j DROP`;
  expect(called("raise_shield", { nft: false })).toEqual([
    `iptables -w 5 -t mangle -C ${rule("10.89.77.0/24")}`,
    `iptables -w 5 -t mangle -A ${rule("10.89.77.0/24")}`,
    `ip6tables -w 5 -t mangle -C ${rule("fd00::/64")}`,
    `ip6tables -w 5 -t mangle -A ${rule("fd00::/64")}`,
  ]);
});

test("a network that is there already gets it, and it goes without a trace", () => {
  expect(called("shield_network")).toEqual(expect.arrayContaining(["systemctl daemon-reload", "nft -f -"]));
  expect(read(DROP_IN)).toBe(
    `# Managed by Podwatch.\n[Service]\nExecStartPost=-/bin/sh ${shell.state}/runner shield\n`,
  );
  expect(called("remove_shield").at(-1)).toBe("nft delete table inet podwatch");
  expect(existsSync(join(shell.directory, "native/podwatch-network.service.d"))).toBe(false);
});

describe("a network of Docker's, which gives packets of IPv6 no address of the host's", () => {
  const unit = (ranges: readonly string[]) =>
    shell.write(
      "native/podwatch-network.service",
      `# Managed by Podwatch.\n[Service]\nExecStart=-docker network create \\\n${ranges.map((range) => `  --subnet=${range} \\\n`).join("")}  podwatch\n`,
    );

  beforeEach(() => {
    shell.run('rm "$UNITS/podwatch.network"');
    unit(["10.89.77.0/24", "fd00::/64"]);
  });

  test("gets a rule for that, which goes with the shield", () => {
    expect(called("raise_shield").slice(10)).toEqual([
      "nft -f -",
      "add table ip6 podwatch",
      "delete table ip6 podwatch",
      "table ip6 podwatch {",
      "  chain outgoing {",
      "    type nat hook postrouting priority 99; policy accept;",
      "    ip6 saddr fd00::/64 ip6 daddr != fd00::/64 masquerade",
      "  }",
      "}",
    ]);
    expect(called("lower_shield").slice(-2)).toEqual([
      "nft delete table ip6 podwatch",
      "nft delete table inet podwatch",
    ]);
  });

  test("without nft, iptables has it", () => {
    const rule = "POSTROUTING -s fd00::/64 ! -d fd00::/64 -j MASQUERADE";
    expect(called("raise_shield", { nft: false }).slice(-2)).toEqual([
      `ip6tables -w 5 -t nat -C ${rule}`,
      `ip6tables -w 5 -t nat -A ${rule}`,
    ]);
    expect(called("lower_shield", { nft: false })).toContain(`ip6tables -w 5 -t nat -D ${rule}`);
  });

  test("gets none without IPv6", () => {
    unit(["10.89.77.0/24"]);
    expect(called("raise_shield").join()).not.toContain("ip6");
  });
});

test("somebody else's network, and an ordinary user's, are left alone", () => {
  expect(called("shield_network; place_shield; lower_shield", { rootless: "yes" })).toEqual([]);
  shell.write("units/podwatch.network", "[Network]\nSubnet=10.89.77.0/24\n");
  expect(called("shield_network")).toEqual([]);
  expect(read(DROP_IN)).toBe("");
});
