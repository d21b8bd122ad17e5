// What a firewall that drops what is forwarded is told to. The real ones are asked in tests/integration/badHosts.test.ts.
import { chmodSync } from "node:fs";
import { join } from "node:path";
import { RunnerShell } from "./runnerShell";

const FIREWALL = join(__dirname, "../../host/firewall.sh");
const DOCKER = ["-P FORWARD DROP", "-N DOCKER-USER", "-A FORWARD -j DOCKER-USER", "-A DOCKER-USER -j RETURN"];

let shell: RunnerShell;

beforeEach(() => {
  shell = new RunnerShell();
  shell.write("units/podwatch.network", "[Network]\nSubnet=10.89.77.0/24\n");
});

afterEach(() => shell.remove());

interface Case {
  /** What `iptables -S` prints; nothing where it fails. */
  readonly rules?: readonly string[];
  /** As of `ip6tables -S`; the network has IPv6 then. */
  readonly rules6?: readonly string[];
  readonly published?: string;
  /** Whether iptables sees what goes through a bridge. */
  readonly bridges?: boolean;
  readonly rootless?: boolean;
}

/** What is said of a service, or nothing if it is let through. */
function refusal({
  rules,
  rules6,
  published = "127.0.0.1:80:8080",
  bridges = false,
  rootless = false,
}: Case): string {
  standIn("iptables", rules);
  standIn("ip6tables", rules6);
  if (rules6) shell.write("units/podwatch.network", "[Network]\nSubnet=10.89.77.0/24\nSubnet=fd00::/64\n");
  shell.write("units/web.container", `[Container]\n${published ? `PublishPort=${published}\n` : ""}`);
  const { status, stdout, stderr } = shell.run(
    `. ${FIREWALL}; ROOTLESS=${rootless ? "yes" : ""}
    is_bridge_filtered() { ${bridges}; }
    podman_is_let_through "$UNITS/web.container" || say "$reason"`,
  );
  expect([status, stderr]).toEqual([0, ""]);
  return stdout;
}

/** A program that lists rules, or fails. */
function standIn(program: string, rules: readonly string[] | undefined): void {
  const script = rules ? `cat <<'END'\n${rules.join("\n")}\nEND\n` : "exit 1\n";
  shell.write(`bin/${program}`, `#!/bin/sh\n${script}`);
  chmodSync(join(shell.directory, "bin", program), 0o755);
}

const allow = (chain: string) =>
  `  iptables -I ${chain} -s 10.89.77.0/24 -j ACCEPT && iptables -I ${chain} -d 10.89.77.0/24 -j ACCEPT\n`;

test.each<[what: string, of: Case]>([
  ["no iptables", { published: "0.0.0.0:80:8080", bridges: true }],
  ["a policy that lets through", { rules: ["-P FORWARD ACCEPT"], published: "80:8080", bridges: true }],
  ["a port for the host itself, bridges aside", { rules: DOCKER, published: "[::1]:80:8080" }],
  ["no port, bridges aside", { rules: DOCKER, published: "" }],
  ["an ordinary user's containers", { rules: DOCKER, published: "8080:8080", bridges: true, rootless: true }],
  [
    "podman's own rules",
    {
      rules: [...DOCKER, "-A NETAVARK_FORWARD -d 10.89.77.0/24 -m conntrack --ctstate NEW -j ACCEPT"],
      bridges: true,
    },
  ],
  [
    "everything allowed for Docker's users",
    { rules: [...DOCKER, "-A DOCKER-USER -j ACCEPT"], bridges: true },
  ],
  [
    "podman's bridges allowed",
    { rules: [...DOCKER, "-A FORWARD -i podman+ -o podman+ -j ACCEPT"], bridges: true },
  ],
  ["a port over IPv4 where IPv6 is dropped", { rules6: DOCKER, published: "10.1.2.3:80:8080" }],
  [
    "a port over IPv6 where IPv4 is dropped",
    { rules: DOCKER, rules6: ["-P FORWARD ACCEPT"], published: "[fd01::5]:80:8080" },
  ],
])("nothing, of %s", (_, of) => {
  expect(refusal(of)).toBe("");
});

test("that others do not reach a published port, and the rule for it", () => {
  const told = refusal({ rules: ["-P FORWARD DROP"], published: "0.0.0.0:80:8080" });
  expect(told).toMatch(
    /^this host drops what is forwarded to containers .* set podwatch:front\.bind to 127\.0\.0\.1, or allow it, /s,
  );
  expect(told.endsWith(`with:\n${allow("FORWARD")}`)).toBe(true);
});

test.each(["127.0.0.1:80:8080", "80:8080", ""])(
  "that containers do not reach one another, published %p",
  (published) => {
    const told = refusal({ rules: DOCKER, published, bridges: true });
    expect(told).toMatch(/^this host drops what is forwarded from one container to another /);
    expect(told).not.toContain("front.bind");
    expect(told.endsWith(`Allow it, for each boot anew, with:\n${allow("DOCKER-USER")}`)).toBe(true);
  },
);

test("rules for somebody else's network do not help", () => {
  const others = ["-A FORWARD -d 10.88.0.0/16 -j ACCEPT", "-A FORWARD -i docker0 -j ACCEPT"];
  expect(refusal({ rules: [...DOCKER, ...others], bridges: true })).toMatch(/from one container to another/);
});

test.each(["80:8080", "[fd01::5]:80:8080"])(
  "that others do not reach a port over IPv6, published %p",
  (published) => {
    const told = refusal({ rules: ["-P FORWARD ACCEPT"], rules6: DOCKER, published });
    expect(told).toMatch(/^this host drops what is forwarded to containers \(ip6tables -P FORWARD DROP, /);
    expect(
      told.endsWith(
        `with:\n${allow("DOCKER-USER").replaceAll("iptables", "ip6tables").replaceAll("10.89.77.0/24", "fd00::/64")}`,
      ),
    ).toBe(true);
  },
);
