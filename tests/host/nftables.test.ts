// The firewall of a host through the whole life of a service, with stand-ins for the kernel's rules, systemd, SSH, firewalld and ufw. The real
// ones are in tests/integration/firewall.test.ts and tests/coexistence/firewall.test.ts.
import { chmodSync, existsSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { type FirewallInput, firewall } from "../../components/firewall/render";
import { firewallBundle } from "../../engines/systemd/nftables";
import { RunnerShell } from "./runnerShell";

/** A table is one file below `tables`; a transaction is refused as a whole. Prints what it has without comments. */
const NFT = `#!/bin/sh
set -eu
cd "$PODMAN_STATE/.."
tables=\${NETWORK:-tables}
mkdir -p "$tables"
[ "$1" != -s ] || shift
[ "$1" != -t ] || shift
case "$*" in
  "-f -")
    cat >"$tables.script"
    if grep -n 'BROKEN' "$tables.script" >"$tables.errors"; then
      sed 's/:.*//; s/.*/\\/dev\\/stdin:&:1-6: Error: syntax error, unexpected string/' "$tables.errors" >&2
      exit 1
    fi
    [ ! -e table-lost ] || exit 0
    name=$(sed -n 's/^table inet \\([a-z_]*\\)\\( {.*\\)\\{0,1\\}$/\\1/p' "$tables.script" | tail -n 1)
    grep -v -e '^#' -e '^delete table' -e '^table inet [a-z_]*$' "$tables.script" >"$tables/$name" ;;
  "list tables") for table in "$tables"/*; do [ ! -e "$table" ] || echo "table inet \${table##*/}"; done ;;
  "list table inet "*) [ -e "$tables/$4" ] || { echo "Error: No such file or directory" >&2; exit 1; }; cat "$tables/$4" ;;
  "delete table inet "*) rm "$tables/$4" 2>/dev/null || { echo "Error: Could not process rule" >&2; exit 1; } ;;
  "get element inet it range "*)
    address=$(echo "$6" | sed 's/[{} ]//g')
    range=$(sed -n 's/.*elements = { \\([^ ]*\\) }.*/\\1/p' "$tables/it")
    case $range in
      */24) [ "\${address%.*}" = "\${range%.*}" ] ;;
      */16) [ "\${address%.*.*}" = "\${range%.*.*}" ] ;;
      *) [ "$address" = "$range" ] ;;
    esac ;;
  *) echo "stand-in for nft: called with $*" >&2; exit 125 ;;
esac
`;

const UNSHARE = `#!/bin/sh
[ "$1 $2 $3 $#" = "--net /bin/sh -c 4" ] || { echo "stand-in for unshare: called with $*" >&2; exit 125; }
rm -rf "$PODMAN_STATE/../network"
export NETWORK=network
exec /bin/sh -c "$4"
`;

const SYSTEMCTL = `#!/bin/sh
cd "$PODMAN_STATE"
for unit; do :; done
case "$*" in
  "--quiet is-active "*) exec grep -qxF "$unit" active ;;
  "show --property Listen "*) echo "[::]:2022 (Stream)" ;;
  show*) ;;
  "daemon-reload" | "--quiet enable "* | "--quiet disable "* | "reset-failed "*) ;;
  "restart podwatch-firewall.service") sh ../state/runner load firewall </dev/null || exit 1; grep -qxF "$unit" active || echo "$unit" >>active ;;
  "stop podwatch-firewall-revert.timer") rm -f ../revert ;;
  "stop podwatch-firewall.service") grep -vxF "$unit" active >left || :; mv left active ;;
  *) echo "stand-in for systemctl: called with $*" >&2; exit 125 ;;
esac
`;

/** Remembers what the timer will do. */
const SYSTEMD_RUN = `#!/bin/sh
[ "$1 $2 $3 $4 $5" = "--quiet --collect --unit=podwatch-firewall-revert --on-active=60 --timer-property=AccuracySec=1s" ] ||
  { echo "stand-in for systemd-run: called with $*" >&2; exit 125; }
shift 5
echo "$*" >"$PODMAN_STATE/../revert"
`;

const SSHD = `#!/bin/sh
[ "$*" = -T ] || exit 125
echo "port 22"; echo "listenaddress [::]:22"; echo "listenaddress 10.0.0.1:2200"
`;

/** Reads its policies from their directory at a reload only, and refuses all of them for one that is wrong. */
const FIREWALL_CMD = `#!/bin/sh
cd "$PODMAN_STATE/.."
case "$*" in
  --check-config) ! grep -h BROKEN etc/firewalld/policies/* ;;
  --reload) mkdir -p etc/firewalld/policies; cat etc/firewalld/policies/* >ruling 2>/dev/null || : ;;
  *) echo "stand-in for firewall-cmd: called with $*" >&2; exit 125 ;;
esac
`;

/** A rule is there once: added again, it gets the other comment. Lines \`<rule>|<comment>\`. */
const UFW = `#!/bin/sh
cd "$PODMAN_STATE/.."
touch ufw-rules
refuse() { echo "ERROR: $1" >&2; exit 1; }
put() {
  case $1 in *:*:*) ! grep -q '^IPV6=no' etc/default/ufw || refuse "Invalid source address: IPv6 support not enabled" ;; esac
  case $1 in *BROKEN*) refuse "Bad port" ;; esac
  awk -F '|' -v rule="$1" -v comment="$2" '$1 == rule { print rule "|" comment; found = 1; next } { print } END { if (!found) print rule "|" comment }' ufw-rules >ufw-new
  mv ufw-new ufw-rules
}
take() { awk -F '|' -v rule="$1" '$1 == rule { next } { print }' ufw-rules >ufw-new; mv ufw-new ufw-rules; }
case "$*" in
  status) if [ -e ufw-off ]; then echo "Status: inactive"; else echo "Status: active"; fi ;;
  "show added")
    echo "Added user rules (see 'ufw status' for running firewall):"
    sed -e "s/^\\(.*\\)|\\(.*\\)$/ufw \\1 comment '\\2'/" -e "s/ comment ''$//" ufw-rules ;;
  "allow "*" comment "* | "route allow "*" comment "*) rule="$*"; put "\${rule% comment *}" "\${rule#* comment }" ;;
  "delete "*) shift; take "$*" ;;
  "route delete "*) shift 2; take "route $*" ;;
  *) refuse "Invalid syntax: $*" ;;
esac
`;

let shell: RunnerShell;

beforeEach(() => {
  shell = new RunnerShell(["tell.sh", "ssh.sh"]);
  const programs = {
    nft: NFT,
    unshare: UNSHARE,
    systemctl: SYSTEMCTL,
    "systemd-run": SYSTEMD_RUN,
    sshd: SSHD,
  };
  for (const [name, script] of Object.entries(programs)) program(name, script);
  program("ss", "#!/bin/sh\n");
  shell.write("boot", "the first boot\n");
  shell.write(
    "state/runner",
    script('case $1 in load) load_service "$2" ;; revert) revert_service "$2" ;; esac'),
  );
});

afterEach(() => shell.remove());

function program(name: string, text: string) {
  shell.write(`bin/${name}`, text);
  chmodSync(join(shell.directory, "bin", name), 0o755);
}

const script = (line: string) => shell.script(`SELF=/dev/null; boot() { cat "$STATE/../boot"; }; ${line}`);
const path = (name: string) => join(shell.directory, name);
const read = (name: string) => readFileSync(path(name), "utf8");
const there = (name: string) => existsSync(path(name));

const INPUT: FirewallInput = {
  allowFrom: ["10.1.0.0/16", "2001:db8::/32"],
  allow: [{ port: "6000-6010", protocol: "udp" }],
  forwardFrom: [],
  listeners: [{ bind: "::", port: 8443, setting: "podwatch:front.port" }],
  subnets: ["10.89.77.0/24"],
  sshPort: 2222,
};
const bundle = (more: Partial<FirewallInput> = {}) => firewallBundle(firewall({ ...INPUT, ...more }));

/** The log-in that a call belongs to. */
const logIn = (port: number, from = "10.1.0.9") => ({ SSH_CONNECTION: `${from} ${port} 10.1.2.3 2222` });

const run = (line: string, { input = "", env = logIn(50001) as Record<string, string> } = {}) =>
  shell.run(`SELF=/dev/null; boot() { cat "$STATE/../boot"; }; ${line}`, { input, env });
const apply = (text: string = bundle(), env?: Record<string, string>) =>
  run("apply_service firewall", { input: text, ...(env ? { env } : {}) });
const current = () =>
  run('readlink "$STATE/services/firewall/current"').stdout.trim().replace("releases/", "");
const confirm = (env = logIn(50002), release = current()) =>
  run(`confirm_service firewall ${release}`, { env });
const remove = () => run("remove_service firewall");
const drift = (text = bundle()) => {
  const { status, stdout } = run("show_drift firewall", { input: text });
  expect(status).toBe(0);
  return stdout.split("\n").filter((found) => found !== "" && !found.startsWith("runner "));
};
const inForce = () => (there("tables/podwatch_firewall") ? read("tables/podwatch_firewall") : "");
/** The timer has run out. */
const revert = () => {
  const call = read("revert").trim();
  expect(call).toBe(`/bin/sh ${shell.state}/runner revert firewall`);
  return run(call.replace("/bin/sh", "sh"));
};
const reboot = () => {
  rmSync(path("tables"), { recursive: true, force: true });
  rmSync(path("revert"), { force: true });
  shell.write("boot", "another boot\n");
  expect(run(`sh ${shell.state}/runner load firewall`)).toMatchObject({ status: 0, stderr: "" });
};

const done = (said: string) => ({ status: 0, stdout: `${said}\n`, stderr: "" });

describe("rules", () => {
  test("are in force at once, stay when they are confirmed, and go with the service", () => {
    expect(apply()).toEqual(done("started"));
    expect(inForce()).toMatch(/\n {4}ip saddr 10\.1\.0\.0\/16 tcp dport 8443 accept\n/);
    expect(there("revert")).toBe(true);
    expect(drift()).toEqual(["table unconfirmed podwatch_firewall"]);
    expect(confirm()).toEqual(done("confirmed"));
    expect([there("revert"), drift()]).toEqual([false, []]);
    expect(apply()).toEqual(done("unchanged"));
    expect(remove()).toEqual(done("removed"));
    expect([inForce(), readdirSync(join(shell.state, "services")), readdirSync(path("native"))]).toEqual([
      "",
      [],
      [],
    ]);
  });

  test("let SSH through on every port that the host knows, and on the deployment's", () => {
    shell.write("etc/ssh/sshd_config", "#Port 1\n  port=2201\n");
    shell.write("etc/ssh/sshd_config.d/own.conf", "Port 2203 # for us\n");
    program(
      "ss",
      `#!/bin/sh\necho 'LISTEN 0 128 [::]:2204 [::]:* users:(("sshd",pid=1,fd=3))'\necho 'LISTEN 0 9 *:80 *:* users:(("nginx",pid=2,fd=4))'\n`,
    );
    apply(bundle({ sshPort: 2205 }), { SSH_CONNECTION: "::ffff:10.1.0.9 50001 10.1.2.3 2206" });
    expect(inForce()).toContain("tcp dport { 22,2022,2200,2201,2203,2204,2205,2206 } accept");
  });

  test("let SSH in from the jump host alone, at its address and at the one that the deployment comes from", () => {
    const behind = bundle({ sshFrom: ["10.1.0.1"], sshFromDeployer: true });
    expect(apply(behind)).toEqual(done("started"));
    const ssh = () => inForce().match(/^ .*dport \{ 22.* accept$/gm);
    const ports = "tcp dport { 22,2022,2200,2222 } accept";
    expect(ssh()).toEqual([`    ip saddr 10.1.0.9 ${ports}`, `    ip saddr 10.1.0.1 ${ports}`]);
    expect(confirm()).toEqual(done("confirmed"));
    apply(bundle({ sshFromDeployer: true }), logIn(50003, "2001:db8::7"));
    expect(ssh()).toEqual([`    ip6 saddr 2001:db8::7 ${ports}`]);
  });

  test("limit new connections to SSH, but not those of the address that the deployment comes from", () => {
    const limited = bundle({ sshLimit: { perMinute: 6, except: ["10.9.0.0/16"] } });
    expect(apply(limited)).toEqual(done("started"));
    const ports = "tcp dport { 22,2022,2200,2222 }";
    expect(inForce().match(/^ .*(dport \{ 22|set ).*$/gm)).toEqual([
      "  set ssh_sources {",
      "  set ssh_sources6 {",
      `    ip saddr 10.1.0.9 ${ports} accept`,
      `    ip saddr 10.9.0.0/16 ${ports} accept`,
      `    meta nfproto ipv4 ${ports} add @ssh_sources { ip saddr limit rate over 6/minute burst 6 packets } counter drop`,
      `    meta nfproto ipv6 ${ports} add @ssh_sources6 { ip6 saddr & ffff:ffff:ffff:ffff:: limit rate over 6/minute burst 6 packets } counter drop`,
      `    ${ports} accept`,
    ]);
    // On the host itself there is no log-in.
    remove();
    run("apply_service firewall", { input: limited, env: {} });
    expect(inForce()).not.toContain("10.1.0.9");
    expect(inForce()).not.toContain("$from_deployer");
  });

  test("that nft refuses change nothing", () => {
    apply();
    confirm();
    const before = inForce();
    const { status, stderr } = apply(bundle({ forwardFrom: ["BROKEN"] }));
    expect([status, stderr]).toEqual([
      1,
      expect.stringMatching(
        /^podwatch: nftables refuses the rules of the firewall; nothing was changed: .*Error: syntax error/,
      ),
    ]);
    expect([inForce(), there("revert"), drift()]).toEqual([before, false, []]);
  });

  test("that do not come into force are an error, and those before are", () => {
    apply();
    confirm();
    const before = inForce();
    shell.write("table-lost", "");
    const { status, stderr } = apply(bundle({ allow: [] }));
    rmSync(path("table-lost"));
    expect(status).toBe(1);
    expect(stderr).toContain("the rules in force are not those that were loaded");
    expect(inForce()).toBe(before);
  });

  test("that others changed, or removed, are told of, and put back without another confirmation", () => {
    apply();
    confirm();
    const before = inForce();
    shell.write("tables/podwatch_firewall", before.replace("counter drop", "accept"));
    expect(drift()).toEqual(["table changed podwatch_firewall"]);
    expect(apply()).toEqual(done("restarted"));
    rmSync(path("tables/podwatch_firewall"));
    expect(drift()).toEqual(["table missing podwatch_firewall"]);
    expect(apply()).toEqual(done("restarted"));
    expect([inForce(), there("revert"), drift()]).toEqual([before, false, []]);
  });

  test("a table of somebody else's of that name is left alone, and so is what it says", () => {
    shell.write("tables/podwatch_firewall", "of somebody else's\n");
    const { status, stderr } = apply();
    expect(status).toBe(1);
    expect(stderr).toMatch(
      /already an nftables table inet podwatch_firewall that is not managed by Podwatch; remove it first: nft delete/,
    );
    expect(inForce()).toBe("of somebody else's\n");
  });

  test.each(["nft", "unshare", "systemd-run"])("need %s on the host", (tool) => {
    rmSync(path(`bin/${tool}`));
    expect(run(`PATH=${path("bin")}; kind=nftables; planned=; nftables_fit`).stderr).toBe(
      `podwatch: the command ${tool} is not installed on this host, and the firewall needs it: install nftables and util-linux\n`,
    );
  });
});

describe("a second log-in", () => {
  const NEW = bundle({ allow: [{ port: 7000, protocol: "tcp" }] });

  test("that does not come leaves what was before, and that is said", () => {
    apply();
    confirm();
    const before = inForce();
    expect(apply(NEW)).toEqual(done("restarted"));
    expect(inForce()).toContain("tcp dport 7000 accept");
    expect(revert()).toMatchObject({
      status: 0,
      stdout: expect.stringContaining("what was before is in force again"),
    });
    expect(inForce()).toBe(before);
    expect(confirm()).toMatchObject({
      status: 1,
      stderr: expect.stringMatching(
        /no second log-in got through the new firewall within 60 s, so the host took it back:\ncorrect podwatch:firewall/,
      ),
    });
    // It can be tried again.
    expect(apply(NEW).status).toBe(0);
    expect(confirm()).toEqual(done("confirmed"));
    expect(inForce()).toContain("tcp dport 7000 accept");
  });

  test("that does not come for the first rules leaves none", () => {
    apply();
    revert();
    expect(inForce()).toBe("");
  });

  test("that never comes before a reboot has the boot load what was before; after it, the rules themselves", () => {
    apply();
    confirm();
    const before = inForce();
    apply(NEW);
    reboot();
    expect(inForce()).toBe(before);
    expect(drift(NEW)).toContain("table changed podwatch_firewall");
    apply(NEW);
    confirm();
    const after = inForce();
    reboot();
    expect(inForce()).toBe(after);
  });

  test("has to be another than the one that applied it, except on the host itself", () => {
    apply(NEW, logIn(50001));
    expect(confirm(logIn(50001))).toMatchObject({
      status: 1,
      stderr: expect.stringContaining(
        "is confirmed by a log-in of its own, and this is the one that applied it",
      ),
    });
    expect(there("revert")).toBe(true);
    expect(run(`confirm_service firewall ${current()} here`, { env: logIn(50001) })).toEqual(
      done("confirmed"),
    );
  });

  test("confirms only the rules that it was sent for", () => {
    apply();
    expect(confirm(logIn(50002), "0123456789abcdef")).toMatchObject({
      status: 1,
      stderr: expect.stringContaining(
        "another firewall is in force on this host than this deployment applied",
      ),
    });
    expect(there("revert")).toBe(true);
  });

  test("is not needed again, and a revert that comes too late changes nothing", () => {
    apply();
    const call = read("revert").trim().replace("/bin/sh", "sh");
    confirm();
    expect(confirm()).toEqual(done("confirmed"));
    const before = inForce();
    expect(run(call)).toMatchObject({ status: 0, stdout: "" });
    expect(inForce()).toBe(before);
  });
});

describe("sshFrom", () => {
  test("without the address of this log-in is refused before anything is changed", () => {
    const { status, stderr } = apply(bundle({ sshFrom: ["10.2.0.0/16", "10.1.5.0/24"] }));
    expect([status, stderr]).toEqual([
      1,
      "podwatch: this deployment logs in from 10.1.0.9, which the new rules would shut out; nothing was changed: add it to podwatch:firewall.sshFrom\n",
    ]);
    expect([inForce(), there("revert")]).toEqual(["", false]);
  });

  test("with it is taken", () => {
    expect(apply(bundle({ sshFrom: ["10.2.0.0/16", "10.1.0.0/24"] }))).toEqual(done("started"));
    expect(inForce()).toContain("ip saddr 10.1.0.0/24 tcp dport");
  });
});

describe("where firewalld rules the host", () => {
  beforeEach(() => {
    program("firewall-cmd", FIREWALL_CMD);
    shell.write("podman/active", "firewalld.service\n");
    program(
      "podman",
      '#!/bin/sh\n[ "$*" = "network reload --all" ] && echo reloaded >>"$PODMAN_STATE/../networks"\n',
    );
  });
  const POLICY = "etc/firewalld/policies/podwatch.xml";

  test("it is told what is open, by a policy that goes with the service", () => {
    expect(apply()).toEqual(done("started"));
    expect(read("ruling")).toBe(read(POLICY));
    const rules = read(POLICY)
      .split("\n")
      .filter((line) => /<port |<rule /.test(line))
      .map((line) => line.trim());
    expect(rules).toEqual([
      '<rule family="ipv4"><source address="10.1.0.0/16"/><port port="8443" protocol="tcp"/><accept/></rule>',
      '<rule family="ipv6"><source address="2001:db8::/32"/><port port="8443" protocol="tcp"/><accept/></rule>',
      '<rule family="ipv4"><source address="10.89.77.0/24"/><port port="8443" protocol="tcp"/><accept/></rule>',
      '<port port="6000-6010" protocol="udp"/>',
    ]);
    confirm();
    expect(apply()).toEqual(done("unchanged"));
    expect(read("networks")).toBe("reloaded\n");
    remove();
    expect([there(POLICY), read("ruling")]).toEqual([false, ""]);
  });

  test("a policy that is gone or changed is drift, and comes back", () => {
    apply();
    confirm();
    shell.write(POLICY, "<policy/>\n");
    expect(drift()).toEqual([`policy changed ${path(POLICY)}`]);
    expect(apply()).toEqual(done("restarted"));
    rmSync(path(POLICY));
    expect(drift()).toEqual([`policy changed ${path(POLICY)}`]);
    expect(apply()).toEqual(done("restarted"));
    expect(drift()).toEqual([]);
  });

  test("a policy that it refuses is taken away again, and the deployment fails with what it said", () => {
    const { status, stderr } = apply(
      bundle({ allow: [{ port: "BROKEN", protocol: "tcp" }] }).replace(/(tcp dport )BROKEN/, "$17"),
    );
    expect(status).toBe(1);
    expect(stderr).toMatch(
      /firewalld, which rules this host too, does not take what it is told to open: .*BROKEN/,
    );
    expect([there(POLICY), inForce()]).toEqual([false, ""]);
  });

  test("one that is started only later is told then", () => {
    shell.write("podman/active", "");
    apply();
    confirm();
    expect(there(POLICY)).toBe(false);
    shell.write("podman/active", "podwatch-firewall.service\nfirewalld.service\n");
    expect(drift()).toEqual([`policy changed ${path(POLICY)}`]);
    expect(apply()).toEqual(done("restarted"));
    expect(there(POLICY)).toBe(true);
  });
});

describe("where ufw rules the host", () => {
  beforeEach(() => {
    program("ufw", UFW);
    shell.write("etc/default/ufw", "IPV6=yes\n");
    shell.write("ufw-rules", "allow 22/tcp|of the administrator\nallow 80/tcp|\n");
  });
  const OTHERS = ["allow 22/tcp", "allow 80/tcp"];
  const rules = () =>
    read("ufw-rules")
      .trim()
      .split("\n")
      .map((line) => line.replace(/\|.*/, ""));
  const OURS = [
    "allow proto tcp from 10.1.0.0/16 to any port 8443",
    "allow proto tcp from 2001:db8::/32 to any port 8443",
    "allow proto tcp from 10.89.77.0/24 to any port 8443",
    "allow proto udp from any to any port 6000:6010",
    "allow from 10.89.77.0/24 to any port 53",
    "route allow from any to 10.89.77.0/24",
    "route allow from 10.89.77.0/24 to any",
  ];

  test("it is told what is open, beside the rules of others, and untold with the service", () => {
    expect(apply()).toEqual(done("started"));
    expect(rules()).toEqual([...OTHERS, ...OURS]);
    confirm();
    expect(apply()).toEqual(done("unchanged"));
    remove();
    expect(read("ufw-rules")).toBe("allow 22/tcp|of the administrator\nallow 80/tcp|\n");
  });

  test("other openings take the place of those before", () => {
    apply();
    confirm();
    const other = bundle({ allow: [{ port: 7000, protocol: "tcp" }] });
    expect(apply(other)).toEqual(done("restarted"));
    expect(rules().sort()).toEqual(
      [
        ...OTHERS,
        ...OURS.filter((rule) => !rule.includes("udp")),
        "allow proto tcp from any to any port 7000",
      ].sort(),
    );
    confirm();
    expect(drift(other)).toEqual([]);
  });

  test("a port that is opened twice is one rule, and no drift", () => {
    const twice = bundle({ allow: [{ port: 8443, protocol: "tcp", allowFrom: ["10.1.0.0/16"] }] });
    apply(twice);
    confirm();
    expect(drift(twice)).toEqual([]);
    expect(apply(twice)).toEqual(done("unchanged"));
  });

  test("a rule that somebody deleted is drift, and comes back", () => {
    apply();
    confirm();
    shell.write("ufw-rules", read("ufw-rules").replace(/^allow proto udp.*\n/m, ""));
    expect(drift()).toEqual(["rules changed ufw"]);
    expect(apply()).toEqual(done("restarted"));
    expect(rules().sort()).toEqual([...OTHERS, ...OURS].sort());
  });

  test("it knows of the container network's IPv6", () => {
    shell.write("etc/default/ufw", '# of ufw\nIPV6="Yes"\n');
    apply(bundle({ subnets: ["fd5a:1c3e:9b20::/64"] }));
    expect(rules()).toContain("route allow from any to fd5a:1c3e:9b20::/64");
  });

  test("where it leaves IPv6 alone, it is told of IPv4 only", () => {
    shell.write("etc/default/ufw", "IPV6=no\n");
    const both = bundle({ subnets: ["10.89.77.0/24", "fd5a:1c3e:9b20::/64"] });
    expect(apply(both)).toEqual(done("started"));
    expect(rules()).toEqual([...OTHERS, ...OURS.filter((rule) => !rule.includes("2001:"))]);
    confirm();
    expect(drift(both)).toEqual([]);
  });

  test("what it refuses fails with what it said, and leaves none of ours", () => {
    const { status, stderr } = apply(
      bundle({ allow: [{ port: "BROKEN", protocol: "tcp" }] }).replace(/(tcp dport )BROKEN/, "$17"),
    );
    expect(status).toBe(1);
    expect(stderr).toContain(
      "ufw, which rules this host too, does not take what it is told to open: ERROR: Bad port",
    );
    expect([rules(), inForce()]).toEqual([OTHERS, ""]);
  });

  test("one that is not active is not told, and one that no longer is, is untold", () => {
    shell.write("ufw-off", "");
    apply();
    confirm();
    expect(rules()).toEqual(OTHERS);
    rmSync(path("ufw-off"));
    expect(drift()).toEqual(["rules changed ufw"]);
    apply();
    shell.write("ufw-off", "");
    remove();
    expect(rules()).toEqual(OTHERS);
  });
});
