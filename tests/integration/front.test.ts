import { createHash } from "node:crypto";
import { aroundTheLogIn, guesses } from "./support/attacks";
import { ENGINE, withDocker } from "./support/engine";
import { hostileGateways } from "./support/hostileGateways";
import { type Header, RawHttp2, withoutLogIn } from "./support/http2";
import { eventually, LabHost, must } from "./support/lab";
import { startLoad } from "./support/load";
import {
  AUTH,
  authorizations,
  basic,
  logInsOf,
  type Request,
  SILENCE,
  statuses,
  TABLE,
  WHO,
} from "./support/logIns";
import { nightly } from "./support/nightly";
import { operate } from "./support/operate";
import { Pebble } from "./support/pebble";
import { connection, Stack } from "./support/stack";
import { strangersAtTheFront } from "./support/strangers";
import { Elsewhere, type Issued } from "./support/tls";

jest.setTimeout(300_000);

/** Where the network of containers is described. */
const NETWORK = withDocker
  ? "/etc/systemd/system/podwatch-network.service"
  : "/etc/containers/systemd/podwatch.network";

/** Where the engine keeps what containers are started with. */
const OF_ENGINE = withDocker
  ? "/etc/systemd/system /run/podwatch /run/docker /var/lib/docker/containers"
  : "/etc/containers /run/containers";

describe("the front door of a deployed host", () => {
  let host: LabHost;
  let neighbour: LabHost;
  let stack: Stack;

  /** With the same URL wherever it listens, so that only NGINX has to follow a change. */
  const settings = (front: object) => ({
    host: connection("operator", host),
    gateways: { gid: 990, scrapeInterval: "2s", limits: { bodySize: "8MB" } },
    alertmanager: { enabled: true },
    blackboxExporter: { enabled: true, targets: [{ name: "self", target: "http://podwatch-nginx:8080/" }] },
    front: {
      publicUrl: "http://localhost",
      tls: false,
      insecure: "a test",
      serverNames: ["monitor.my-company.net", "*.lan"],
      snippet: 'location /own/ { return 200 "own"; }\n',
      ...front,
    },
  });

  beforeAll(async () => {
    [host, neighbour] = await Promise.all([LabHost.boot("test-front"), LabHost.boot("test-neighbour")]);
    await host.gateway("start", "deribit");
    stack = await Stack.create("front", settings({ bind: "::" }));
    await stack.up();
  });

  afterAll(async () => {
    await stack?.dispose();
    await host?.down();
    await neighbour?.down();
  });

  /** The TCP ports of the host that the neighbour finds open: of all, or of those where anything listens inside or outside of containers. */
  async function openPorts(address: string, among: "all" | "likely" = "likely"): Promise<number[]> {
    const listening = `for process in 1 $(${ENGINE} ps -q | xargs ${ENGINE} inspect -f '{{.State.Pid}}'); do nsenter -n -t $process ss -Hltn; done | awk '{ sub(/.*:/, "", $4); print $4 }' | sort -u`;
    const likely = async () => `22 80 443 8080 ${(await host.exec(listening)).trim().replaceAll("\n", " ")}`;
    const scan = `for port in $(printf '%s\\n' ${among === "all" ? "$(seq 1 10000) 16686 30000" : await likely()} | sort -nu); do
      { : 3<>/dev/tcp/${address}/$port && echo $port; } 2>/dev/null
    done; :`;
    const output = await must("lab/lab", ["exec", neighbour.name, "bash", "-c", scan]);
    return output.split("\n").filter(Boolean).map(Number);
  }

  /** Which of Prometheus' own addresses the neighbour reaches who sends to them through the host. */
  async function reachedDirectly(): Promise<string[]> {
    const addresses = await host.exec(
      `${ENGINE} inspect -f '{{with .NetworkSettings.Networks.podwatch}}{{.IPAddress}} {{.GlobalIPv6Address}}{{end}}' podwatch-prometheus`,
    );
    const [v4 = "", v6 = ""] = addresses.trim().split(" ");
    await neighbour.exec(`ip route replace ${v4} via ${host.address}`);
    if (v6 !== "") await neighbour.exec(`ip -6 route replace ${v6} via ${host.address6}`);
    const ask = (address: string) => neighbour.tryExec(`timeout 2 bash -c ': 3<>/dev/tcp/${address}/9090'`);
    const asked = await Promise.all(
      [v4, v6].filter(Boolean).map(async (address) => ({ address, code: (await ask(address)).code })),
    );
    return asked.filter(({ code }) => code === 0).map(({ address }) => (address === v4 ? "IPv4" : "IPv6"));
  }

  test("another host cannot reach the containers' own addresses, over IPv4 and IPv6", async () => {
    expect(await reachedDirectly()).toEqual([]);
    // Docker has rules of its own for IPv4, which those of a host may go before.
    if (withDocker) await host.exec("iptables -I DOCKER-USER -j ACCEPT");
    expect(await reachedDirectly()).toEqual([]);
    // It is the table that stops it, not the way there.
    await host.exec("nft delete table inet podwatch");
    expect(await reachedDirectly()).toEqual(["IPv4", "IPv6"]);
    await host.exec("sh /var/lib/podwatch/runner shield </dev/null");
    expect(await reachedDirectly()).toEqual([]);
    if (withDocker) await host.exec("iptables -D DOCKER-USER -j ACCEPT");
  });

  test("another host finds only SSH, and the front if the stack opens it, over IPv4 and IPv6", async () => {
    expect(await openPorts(host.address, "all")).toEqual([22, 80]);
    expect(await openPorts(host.address6, "all")).toEqual([22, 80]);
    // Asked by an address that stands nowhere in the stack file, and by a page of that address or of another.
    const status = (address: string, page: string) =>
      must("lab/lab", [
        "exec",
        neighbour.name,
        "curl",
        "-s",
        "-o",
        "/dev/null",
        "-w",
        "%{http_code}",
        "-H",
        `Origin: http://${page}`,
        `http://${address}/`,
      ]);
    for (const address of [host.address, `[${host.address6}]`]) {
      expect(await status(address, address)).toBe("200");
      expect(await status(address, "10.99.0.250")).toBe("403");
      expect(await status(address, "[fd10:99::250]")).toBe("403");
    }
    await stack.configure(settings({}));
    await stack.up();
    expect(await openPorts(host.address)).toEqual([22]);
    expect(await openPorts(host.address6)).toEqual([22]);
    expect(await reachedDirectly()).toEqual([]);
  });

  test("only the front listens, on the loopback address", async () => {
    // Docker's containerd has a port of its own there, another with each start.
    const listeners = await host.exec(
      "ss -Hltnp | grep -v '((\"containerd\",' | awk '{ print $4 }' | grep -v -e ':22$' -e ':53$' | sort -u",
    );
    expect(listeners.split("\n").filter(Boolean)).toEqual(["127.0.0.1:80"]);
  });

  test.each(["podwatch-nginx", "podwatch-prometheus", "podwatch-grafana"])(
    "%s is confined",
    async (container) => {
      const [inspected] = JSON.parse(await host.exec(`${ENGINE} inspect ${container}`));
      expect(inspected.HostConfig).toMatchObject({
        ReadonlyRootfs: true,
        Privileged: false,
        ...(withDocker
          ? { NetworkMode: "podwatch", PidMode: "", IpcMode: "private" }
          : { NetworkMode: "bridge", PidMode: "private", IpcMode: "shareable" }),
      });
      expect(inspected.HostConfig.SecurityOpt).toContain("no-new-privileges");
      expect(inspected.EffectiveCaps ?? []).toEqual([]);
      const status = await host.exec(
        `cat /proc/$(${ENGINE} inspect -f '{{.State.Pid}}' ${container})/status`,
      );
      expect(status).toMatch(/^CapEff:\t0+$/m);
      expect(status).toMatch(/^CapBnd:\t0+$/m);
      expect(status).toMatch(/^NoNewPrivs:\t1$/m);
      expect(status).not.toMatch(/^Uid:\t0\t/m);
    },
  );

  test("the start page links what is there", async () => {
    const { status, body } = await host.fetch("/");
    expect(status).toBe(200);
    const links = [...body.matchAll(/href="([^"]+)"/g)].map(([, link]) => link as string);
    expect(links).toEqual([
      "/grafana/",
      "/prometheus/",
      "/alertmanager/",
      "/blackbox/",
      "/runbooks/",
      "/roq/service/",
    ]);
    for (const link of links) {
      expect((await host.fetch(link)).status).toBeLessThan(400);
    }
    expect(JSON.parse((await host.fetch("/roq/service/")).body)).toEqual(["deribit"]);
  });

  test("its own pages may run no script, and look only as they are written", async () => {
    const policy = async (path: string) =>
      /^Content-Security-Policy: (.*)$/m.exec(
        await host.exec(`curl -sD - -o /dev/null http://127.0.0.1${path} | tr -d '\\r'`),
      )?.[1];
    const nothing = "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'self'";
    const [, style = ""] = /<style>([\s\S]*?)<\/style>/.exec((await host.fetch("/")).body) ?? [];
    const hash = createHash("sha256").update(style).digest("base64");
    expect(await policy("/")).toBe(`${nothing}; style-src 'sha256-${hash}'`);
    expect(await policy("/runbooks/")).toBe(nothing);
    expect(await policy("/runbooks/ProbeFailed")).toBe(nothing);
    expect((await host.fetch("/runbooks/")).body).not.toMatch(/<style|<script|style=/);
    // What is no page of ours decides for itself.
    expect(await policy("/prometheus/graph")).toBe("frame-ancestors 'self'");
  });

  test("a gateway's metrics are shown under its name", async () => {
    const { status, body } = await host.fetch("/roq/service/deribit/metrics");
    expect(status).toBe(200);
    expect(body).toMatch(/^# TYPE \S+ \S+$/m);
  });

  strangersAtTheFront(() => host);

  const outside = [
    "/roq/service/../../etc/passwd",
    "/roq/service/..%2f..%2fetc%2fpasswd/metrics",
    "/roq/service/%2e%2e/metrics",
    "/roq/service/a%2Fb/metrics",
    "/roq/service/a%00b/metrics",
    "/roq/service//metrics",
    "/roq/service/a.b/metrics",
    "/roq/service/a%20b/metrics",
    "/roq/service/caf%C3%A9/metrics",
    "/roq/service/deribit/other",
    "/roq/service/deribit/metrics%0a",
    `/roq/service/${"x".repeat(65)}/metrics`,
    `/roq/service/${"x".repeat(4000)}/metrics`,
    "/index.html",
    "/release",
    "/gateways",
  ];

  test.each(outside.map((path) => [path.slice(0, 60), path]))("%s is not found", async (_, path) => {
    // NGINX itself refuses a NUL byte.
    expect((await host.fetch(path)).status).toBe(path.includes("%00") ? 400 : 404);
  });

  test("a gateway without a socket is answered with 502 at once, and works again with its socket", async () => {
    const missing = await host.fetch("/roq/service/coinbase-pro/metrics");
    expect(missing.status).toBe(502);
    // It would take a minute to give up a gateway that does not answer.
    expect(missing.seconds).toBeLessThan(10);
    await host.gateway("start", "coinbase-pro");
    expect((await host.fetch("/roq/service/coinbase-pro/metrics")).status).toBe(200);
    await host.exec(
      "systemctl kill -s KILL lab-gateway@coinbase-pro; systemctl stop lab-gateway@coinbase-pro; rm -f /run/roq/service/coinbase-pro.sock",
    );
    expect((await host.fetch("/roq/service/coinbase-pro/metrics")).status).toBe(502);
    await host.gateway("start", "coinbase-pro");
    expect((await host.fetch("/roq/service/coinbase-pro/metrics")).status).toBe(200);
    await host.gateway("stop", "coinbase-pro");
  });

  hostileGateways(() => host);

  test("NGINX starts without any backend and serves the rest", async () => {
    await host.exec(
      "systemctl stop podwatch-grafana podwatch-prometheus && systemctl restart podwatch-nginx",
    );
    await eventually(
      10,
      () => host.fetch("/"),
      ({ status }) => status === 200,
    );
    expect((await host.fetch("/roq/service/deribit/metrics")).status).toBe(200);
    expect((await host.fetch("/prometheus/-/ready")).status).toBe(502);
    await host.exec("systemctl start podwatch-prometheus");
    await eventually(
      20,
      () => host.fetch("/prometheus/-/ready"),
      ({ status }) => status === 200,
    );
    await host.exec("systemctl start podwatch-grafana");
    await eventually(
      20,
      () => host.fetch("/grafana/api/health"),
      ({ status }) => status === 200,
    );
  });

  test("NGINX starts before the directory of the sockets is there", async () => {
    await host.exec(
      "systemctl stop podwatch-nginx lab-gateway@deribit; rm -r /run/roq; systemctl start podwatch-nginx",
    );
    await eventually(
      10,
      () => host.fetch("/"),
      ({ status }) => status === 200,
    );
    await host.exec("systemd-tmpfiles --create; systemctl start lab-gateway@deribit");
    await eventually(
      10,
      () => host.fetch("/roq/service/deribit/metrics"),
      ({ status }) => status === 200,
    );
  });

  test("a container that comes back with another address is found", async () => {
    const address = () =>
      host.exec(
        `${ENGINE} inspect -f '{{.NetworkSettings.Networks.podwatch.IPAddress}}' podwatch-prometheus`,
      );
    const before = await address();
    await host.exec(`systemctl stop podwatch-prometheus
      ${ENGINE} run -d --name squatter --network podwatch --ip ${before.trim()} --entrypoint sleep docker.io/library/nginx:$(${ENGINE} images --format '{{.Tag}}' ${withDocker ? "nginx" : "docker.io/library/nginx"} | head -1) 60
      systemctl start podwatch-prometheus`);
    expect(await address()).not.toBe(before);
    await eventually(
      15,
      () => host.fetch("/prometheus/-/ready"),
      ({ status }) => status === 200,
    );
    await host.exec(`${ENGINE} kill squatter && ${ENGINE} rm squatter`);
  });

  /** Asks for all of the table of log-ins, over a version of HTTP if it is encrypted. */
  async function everybodyGetsHis(version?: "http1.1" | "http2"): Promise<void> {
    const who = await authorizations(stack, host);
    const requests = TABLE.flatMap(([method, path, , body]) =>
      who.map((authorization) => ({
        method,
        path,
        ...(authorization === undefined ? {} : { authorization }),
        ...(body === undefined ? {} : { body }),
      })),
    );
    const seen = await statuses(host, requests, version);
    const rows = TABLE.map(([method, path, expected], index) => ({
      request: `${method} ${path}`,
      expected: expected.join(" "),
      seen: seen.slice(index * WHO.length, (index + 1) * WHO.length).join(" "),
    }));
    expect(rows.map(({ request, seen }) => `${request}: ${seen}`)).toEqual(
      rows.map(({ request, expected }) => `${request}: ${expected}`),
    );
  }

  describe("with log-ins", () => {
    let before: string;
    const containers = () =>
      host.exec(`${ENGINE} inspect -f '{{.Name}} {{.Id}} {{.State.StartedAt}}' $(${ENGINE} ps -q) | sort`);
    const asked = async (requests: readonly Request[]) => statuses(host, requests);

    beforeAll(async () => {
      await stack.configure(settings({}));
      await stack.up();
      before = await containers();
      await stack.configure(settings({ auth: AUTH }));
      await stack.up();
    });

    afterAll(async () => {
      await stack.configure(settings({}));
      await stack.up();
    });

    test("everybody gets what is open to him, and nothing else", async () => {
      await everybodyGetsHis();
    });

    test("no container was started anew for it, and none is for another password", async () => {
      expect(await containers()).toBe(before);
      const { users } = await logInsOf(stack, host);
      const old = basic("bob", users.bob);
      const path = "/prometheus/-/ready";
      expect(await asked([{ path, authorization: old }])).toEqual([200]);
      const bob = { ...AUTH.users.bob };
      await stack.configure(settings({ auth: { ...AUTH, users: { ...AUTH.users, bob } } }), {
        "front.auth.users.bob.password": "another one of Bob's",
      });
      await stack.up();
      // The one of before was remembered as known a moment ago.
      expect(
        await asked([
          { path, authorization: old },
          { path, authorization: basic("bob", "another one of Bob's") },
        ]),
      ).toEqual([401, 200]);
      expect(await containers()).toBe(before);
    });

    test("verify knows the log-in", async () => {
      const { stdout } = await operate(stack, "verify", "--timeout", "20", "--host", host.name);
      expect(stdout).toContain(`ok      ${host.name}  front: answers\n`);
      expect(stdout).toMatch(/ok {6}\S+ {2}targets: \d+ up\n/);
    });

    test("no way of writing a request gets around the log-in", async () => {
      const answers = await aroundTheLogIn(host);
      expect(answers.filter(({ got }) => got.includes(200))).toEqual([]);
      expect(answers.filter(({ got }) => got.length > 0).length).toBeGreaterThan(40);
    });

    test("guesses are slowed down, and whoever has logged in is not", async () => {
      const { users } = await logInsOf(stack, host);
      const good = basic("alice", users.alice);
      const path = "/prometheus/-/ready";
      expect(await asked([{ path, authorization: good }])).toEqual([200]);
      const { counts, goods, seconds, slowest } = await guesses(host, good, path);
      const told = JSON.stringify({ counts, goods, seconds, slowest });
      if (process.env.REPORT !== undefined) process.stderr.write(`guesses: ${told}\n`);
      // What NGINX looked at: the burst, and one a second.
      expect(counts[401] ?? 0).toBeLessThanOrEqual(22 + seconds);
      expect((counts[401] ?? 0) + (counts[429] ?? 0)).toBe(1000);
      expect(goods).toBe(20);
    });

    test("hashes are for the service alone to read, and passwords nowhere on the host", async () => {
      const { users, tokens } = await logInsOf(stack, host);
      const files = await host.exec(
        "find /var/lib/podwatch/services/nginx/current/secrets -type f -printf '%f %m %u\n' | sort",
      );
      expect(files).toBe("nginx-tokens 440 root\nnginx-users 440 root\n");
      for (const secret of [...Object.values(users), ...Object.values(tokens)]) {
        const search = `grep -rlF -f /dev/stdin /var/lib/podwatch ${OF_ENGINE} || :`;
        const found = await must("lab/lab", ["exec", host.name, "sh", "-c", search], { input: secret });
        expect(found).toBe("");
      }
    });
  });

  describe("over IPv6", () => {
    const unchanged = () =>
      host.exec(`${ENGINE} inspect -f '{{.Name}} {{.Id}}' $(${ENGINE} ps -q) | sort; cat ${NETWORK}`);

    const refused = async (bind: string) => {
      const before = await unchanged();
      await stack.configure(settings({ bind }));
      expect(await stack.failingUp()).toContain(
        `host ${host.name}: podwatch:front.bind "${bind}" is not an address of this host; write one of its own: ${host.address}, ${host.address6}`,
      );
      expect(await unchanged()).toBe(before);
    };

    test("an IPv6 address of another is refused by name, before anything is changed", () =>
      refused(neighbour.address6));

    nightly("an IPv4 address of another is, too", () => refused(neighbour.address));

    test("a host on which IPv6 is switched off, or that has no address of it, refuses it by name", async () => {
      const before = await unchanged();
      await stack.configure(settings({ bind: "::" }));
      await host.exec("sysctl -qw net.ipv6.conf.host0.disable_ipv6=1");
      expect(await stack.failingUp()).toContain(
        'podwatch:front.bind "::" needs IPv6, and this host has no routable IPv6 address; give it one, or write 0.0.0.0 or an IPv4 address of it',
      );
      await host.exec("sysctl -qw net.ipv6.conf.all.disable_ipv6=1");
      expect(await stack.failingUp()).toContain(
        'podwatch:front.bind "::" needs IPv6, which is disabled on this host (net.ipv6.conf.all.disable_ipv6 is 1; 0 in a file in /etc/sysctl.d switches it on); write 0.0.0.0 or an IPv4 address of it',
      );
      await host.exec("sysctl -qw net.ipv6.conf.all.disable_ipv6=0; systemctl restart systemd-networkd");
      expect(await unchanged()).toBe(before);
    });

    test("a subnet that another interface of the host has is refused by name, before anything is changed", async () => {
      const before = await unchanged();
      await host.exec("ip -6 address add fdb6:93f8:2e1d::99/64 dev host0");
      await stack.configure(settings({ bind: host.address6 }));
      const refusal = async () => refusedRange(await stack.failingUp());
      const inside = await refusal();
      await host.exec("ip -6 address del fdb6:93f8:2e1d::99/64 dev host0");
      expect(inside).toBe("fdb6:93f8:2e1d::/64 host0 (fdb6:93f8:2e1d::99/64)");
      // One that is wider.
      await host.exec("ip -6 address add fdb6:93f8:2e1d:9::1/48 dev host0");
      const around = await refusal();
      await host.exec("ip -6 address del fdb6:93f8:2e1d:9::1/48 dev host0");
      expect(around).toBe("fdb6:93f8:2e1d::/64 host0 (fdb6:93f8:2e1d::/48)");
      expect(await unchanged()).toBe(before);
    });

    /** The range and the interface that has it, of an error that says no more than that. */
    const refusedRange = (output: string) =>
      output
        .match(
          /podwatch:network\.subnet6 "(\S+)" is used on this host already, by the interface (.*); nothing was changed: write a range that nothing else uses/,
        )
        ?.slice(1)
        .join(" ");

    test("a subnet of another network of the engine's: the previous network is restored, with all services", async () => {
      const create = `${ENGINE} network create --ipv6 --subnet fdb6:93f8:2e1d::/64`;
      // Without an interface of the host's, which podman makes only for a container.
      await host.exec(
        withDocker
          ? `${create} -o com.docker.network.bridge.name=other other && ip link delete other`
          : `${create} other`,
      );
      await stack.configure(settings({ bind: host.address6 }));
      const output = await stack.failingUp();
      await host.exec(`${ENGINE} network rm other`);
      expect(output).toContain(
        withDocker
          ? "Pool overlaps with other one on this address space"
          : "subnet fdb6:93f8:2e1d::/64 is already used on the host",
      );
      expect(output).toContain("The previous release is back and healthy.");
      expect(await host.exec(`cat ${NETWORK}`)).not.toMatch(/ipv6/i);
      await eventually(
        20,
        () => host.fetch("/prometheus/-/ready"),
        ({ status }) => status === 200,
      );
    });

    test("a front bound to one of the host's addresses is reachable there only", async () => {
      await stack.configure(settings({ bind: host.address6 }));
      expect(await stack.preview("--diff")).toMatch(withDocker ? /\+ +--ipv6 / : /\+ +IPv6=true\n/);
      await stack.up();
      expect(await openPorts(host.address6)).toEqual([22, 80]);
      expect(await openPorts(host.address)).toEqual([22]);
      const { stdout } = await operate(stack, "verify", "--timeout", "5");
      expect(stdout).toContain(`ok      ${host.name}  front: answers\n`);
    });

    test("guesses at Grafana's passwords are slowed by the network that they come from", async () => {
      const network = host.address6.replace(/[0-9a-f]*$/, "");
      const guess = `for address in $(seq 1 40); do
        ip -6 address add ${network}5:$address/64 dev host0 nodad
        curl -so /dev/null -w '%{http_code} ' --interface ${network}5:$address -H 'Content-Type: application/json' -d '{"user":"nobody","password":"'$address'"}' 'http://[${host.address6}]/grafana/login' &
      done; wait`;
      const statuses = (await neighbour.exec(guess)).trim().split(" ");
      // Some at once, and the rest not at all.
      expect(statuses).toHaveLength(40);
      expect(statuses.filter((status) => status === "429").length).toBeGreaterThan(20);
    });

    test("verify says that the host lost the address", async () => {
      await host.exec(`ip -6 address del ${host.address6}/64 dev host0`);
      const { stdout } = await operate(stack, "verify", "--timeout", "1", "--host", host.name);
      await host.exec("systemctl restart systemd-networkd");
      expect(stdout).toContain(
        `FAILED  ${host.name}  front: the host has no route to its own [${host.address6}]:80 ((SSH) Channel open failure: open failed): the address, or IPv6 as a whole, is gone from it`,
      );
    });
  });

  describe("encrypted", () => {
    let ca: string;
    const encrypted = (front: object) =>
      settings({
        bind: "0.0.0.0",
        httpPort: 80,
        publicUrl: undefined,
        serverNames: [],
        tls: undefined,
        ...front,
      });
    /** What the neighbour gets, who trusts the stack's authority. */
    const curl = (...args: string[]) =>
      neighbour.tryExec(
        `curl -s --max-time 20 --cacert /root/ca.pem -w '%{http_code} %{http_version}' ${args.join(" ")}`,
      );
    const served = async () =>
      (
        await neighbour.exec(
          `openssl s_client -connect ${host.address}:443 </dev/null 2>/dev/null | openssl x509 -noout -serial -subject -ext subjectAltName`,
        )
      ).trim();
    const started = () =>
      host.exec(`${ENGINE} inspect -f '{{.Name}} {{.State.StartedAt}}' $(${ENGINE} ps -q) | sort`);

    const deployEncrypted = async (front: object, more: object = {}) => {
      await stack.configure({ ...encrypted(front), ...more });
      await stack.up();
      ca = await stack.output<string>("authority");
      await neighbour.exec(`cat >/root/ca.pem <<"END"\n${ca}END`);
    };

    beforeAll(() => {
      // What leads to the front itself, and says neither whom to trust nor how to log in.
      const origin = `https://${host.address}`;
      const scrapeJob = { name: "own", scheme: "https", metricsPath: "/prometheus/metrics" };
      return deployEncrypted(
        {},
        {
          blackboxExporter: { targets: [{ name: "front", target: `${origin}/grafana/api/health` }] },
          prometheus: { scrapeJobs: [{ ...scrapeJob, targets: [`${host.address}:443`] }] },
          grafana: {
            datasources: [{ name: "Own", uid: "own", type: "prometheus", url: `${origin}/prometheus` }],
          },
        },
      );
    });

    test("another host reaches it by HTTP/2, and knows it by the stack's authority", async () => {
      expect(await openPorts(host.address)).toEqual([22, 80, 443]);
      expect((await curl("-o", "/dev/null", `https://${host.address}/`)).stdout).toBe("200 2");
      expect((await curl("-o", "/dev/null", `https://${host.address}/prometheus/-/ready`)).stdout).toBe(
        "200 2",
      );
      expect((await neighbour.tryExec(`curl -s https://${host.address}/`)).code).toBe(60);
      expect(
        (await curl("-o", "/dev/null", "-w", "'%{redirect_url}'", `http://${host.address}:443/grafana/`))
          .stdout,
      ).toContain(`https://${host.address}:443/grafana/`);
      expect(await served()).toContain(`IP Address:${host.address}`);
      const { stdout } = await operate(stack, "verify", "--timeout", "10", "--host", host.name);
      expect(stdout).toContain(`ok      ${host.name}  front: answers\n`);
    });

    test("who speaks HTTP is sent to the same page, encrypted, and only by a name of the front's", async () => {
      const asked = async (...args: string[]) =>
        (await curl("-o", "/dev/null", "-w", "'%{http_code} %{redirect_url}'", ...args)).stdout;
      const path = "/prometheus/graph?g0.expr=up&g0.tab=1";
      expect(await asked(`'http://${host.address}${path}'`)).toBe(`308 https://${host.address}${path}`);
      expect(await asked("-X", "POST", `'http://${host.address}/'`)).toBe(`308 https://${host.address}/`);
      expect(await asked("-0", "-H", "Host:", `'http://${host.address}/'`)).toContain(
        ` https://${host.address}/`,
      );
      expect(await asked("-H", "'Host: rebound.example'", `'http://${host.address}/'`)).toBe("421 ");
    });

    test("Prometheus knows when its certificate expires", async () => {
      const shown = await neighbour.exec(
        `openssl s_client -connect ${host.address}:443 </dev/null 2>/dev/null | openssl x509 -noout -enddate`,
      );
      const url = `https://${host.address}/prometheus/api/v1/query?query=podwatch_front_certificate_not_after_timestamp_seconds`;
      const { stdout } = await eventually(
        60,
        () => neighbour.tryExec(`curl -s --cacert /root/ca.pem '${url}'`),
        (asked) => asked.stdout.includes('"job":"front"'),
      );
      const [{ metric, value }] = JSON.parse(stdout).data.result;
      expect(metric.instance).toBe(host.name);
      expect(Number(value[1])).toBe(Date.parse(shown.trim().replace("notAfter=", "")) / 1000);
    });

    test("what the settings lead to the front trusts it by itself", async () => {
      const { user, password } = (
        await stack.output<Record<string, { grafana: { user: string; password: string } }>>("installations")
      )[host.name]?.grafana ?? { user: "", password: "" };
      const source = "/grafana/api/datasources/proxy/uid/own";
      for (const expression of ['probe_success{instance="front"}', 'up{job="own"}']) {
        const asked = `https://${host.address}${source}/api/v1/query?query=${encodeURIComponent(expression)}`;
        await eventually(
          60,
          () => neighbour.tryExec(`curl -s --cacert /root/ca.pem -u '${user}:${password}' '${asked}'`),
          ({ stdout }) => /"value":\[[\d.]+,"1"\]/.test(stdout),
        );
      }
    });

    test("nobody else on the host reads the key, and nothing shows it", async () => {
      const key = "/var/lib/podwatch/services/nginx/current/secrets/nginx-certificate";
      expect((await host.exec(`stat -c '%a %U %g' ${key}`)).trim()).toBe("440 root 990");
      expect((await host.tryExec(`su operator -c 'cat ${key}'`)).code).not.toBe(0);
      const state = await stack.state();
      expect(state).toContain("BEGIN CERTIFICATE");
      expect(state).not.toContain("PRIVATE KEY");
    });

    test("a renewed certificate is served without a failed request or a restart", async () => {
      const [before, running] = [await served(), await started()];
      const load = startLoad({
        origin: `https://${host.address}`,
        ca,
        paths: ["/", "/prometheus/-/ready"],
        rate: 500,
        atMost: 120,
      });
      // Its period is over, as it is in the last third of its life.
      await stack.configure(encrypted({ tls: { ownCa: { lifetime: "90d" } } }));
      await stack.up();
      const { requests, seconds, failures } = await load.stop();
      console.info(`${requests} requests, ${Math.round(requests / seconds)}/s`);
      expect(failures).toEqual({});
      expect(await served()).not.toBe(before);
      expect(await started()).toBe(running);
      expect(await stack.output("authority")).toBe(ca);
      expect(await stack.up()).toEqual({ unchanged: expect.any(Number) });
    });

    test("one from elsewhere takes its place, and is replaced, without a failed request or a restart", async () => {
      const elsewhere = new Elsewhere("Elsewhere");
      const running = await started();
      const load = startLoad({
        origin: `https://${host.address}`,
        ca: ca + elsewhere.ca,
        paths: ["/", "/prometheus/-/ready"],
        rate: 500,
        atMost: 120,
      });
      const files = (given: object) => encrypted({ tls: { files: { ca: elsewhere.ca, ...given } } });
      const names = `IP:${host.address}`;
      const [first, second] = ["first", "second"].map((name) => elsewhere.signed(name, names)) as [
        Issued,
        Issued,
      ];
      await stack.configure(files({ certificate: first.certificate }), { "front.tls.files.key": first.key });
      await stack.up();
      expect(await served()).toMatch(/CN ?= ?first\b/);
      await stack.configure(files({ certificate: second.certificate, keyFile: second.keyFile }));
      await stack.up();
      const { requests, seconds, failures } = await load.stop();
      console.info(`${requests} requests, ${Math.round(requests / seconds)}/s`);
      expect(failures).toEqual({});
      expect(await served()).toMatch(/CN ?= ?second\b/);
      const { stdout } = await operate(stack, "verify", "--timeout", "10", "--host", host.name);
      expect(stdout).toContain(`ok      ${host.name}  front: answers\n`);
      expect(await stack.state()).not.toContain("PRIVATE KEY");

      const stranger = elsewhere.signed("stranger", "DNS:other.my-company.net");
      await stack.configure(files({ certificate: stranger.certificate, keyFile: stranger.keyFile }));
      expect(await stack.failingUp()).toContain(
        `podwatch:front.tls.files.certificate: the certificate is not for "${host.address}", the host of publicUrl, but for: other.my-company.net`,
      );
      expect(await served()).toMatch(/CN ?= ?second\b/);
      expect(await started()).toBe(running);
      elsewhere.dispose();
    });

    describe("with log-ins", () => {
      // A front with a certificate from elsewhere needs no authority, so this is another one.
      beforeAll(() => deployEncrypted({ auth: AUTH }));

      test("everybody gets what is open to him over http2", () => everybodyGetsHis("http2"));

      // As in clear text, which is looked at above.
      nightly("everybody gets what is open to him over http1.1", () => everybodyGetsHis("http1.1"));

      test("a page of another site changes nothing with the log-in that a browser sends along", async () => {
        const { users } = await logInsOf(stack, host);
        const silence = { method: "POST", path: "/alertmanager/api/v2/silences", body: SILENCE };
        const query = { method: "POST", path: "/prometheus/api/v1/query?query=up" };
        const own = `Origin: https://${host.address}`;
        const asked = (headers: readonly string[], request: Request = silence) => ({
          ...request,
          authorization: basic("alice", users.alice),
          headers,
        });
        const requests = [
          asked([own, "Sec-Fetch-Site: same-origin"]),
          asked([]),
          asked(["Origin: https://attacker.test"]),
          asked(["Origin: https://attacker.test", "Sec-Fetch-Site: cross-site"]),
          asked(["Sec-Fetch-Site: cross-site"]),
          asked(["Origin: null", "Sec-Fetch-Site: cross-site"]),
          asked([`Origin: https://${host.address}.attacker.test`]),
          asked(["Origin: https://attacker.test"], query),
          asked(["Origin: https://attacker.test"], {
            method: "GET",
            path: "/prometheus/api/v1/query?query=up",
          }),
        ];
        for (const version of ["http1.1", "http2"] as const) {
          expect(await statuses(host, requests, version)).toEqual([200, 200, ...Array(7).fill(403)]);
        }
      });

      test("no frames of HTTP/2 get around the log-in", async () => {
        const answers = [];
        for (const attack of withoutLogIn(host.address)) {
          const client = await RawHttp2.open(host.address, ca);
          client.request(1, attack);
          const got = await client.answer();
          // What is smuggled would be answered by itself.
          await new Promise((resolve) => setTimeout(resolve, 100));
          answers.push({ name: attack.name, got, all: [...client.seen] });
          client.close();
        }
        if (process.env.REPORT !== undefined)
          process.stderr.write(answers.map(({ name, got }) => `| ${name} | ${got} |\n`).join(""));
        expect(answers.filter(({ got, all }) => got === "silence" || all.includes(200))).toEqual([]);
        expect(answers.find(({ name }) => name === "as anybody")?.got).toBe(401);
      });

      test("headers without an end are not taken in", async () => {
        const client = await RawHttp2.open(host.address, ca);
        const taken = await client.endless(
          [
            [":method", "GET"],
            [":path", "/"],
          ],
          8 * 1024 ** 2,
        );
        expect(client.isOpen).toBe(false);
        expect(taken).toBeLessThan(2 * 1024 ** 2);
      });

      test("requests that are taken back at once hold up nobody else", async () => {
        const headers: Header[] = [
          [":method", "GET"],
          [":scheme", "https"],
          [":authority", host.address],
          [":path", "/"],
        ];
        const until = Date.now() + 5_000;
        let sent = 0;
        const attacker = async () => {
          while (Date.now() < until) {
            const client = await RawHttp2.open(host.address, ca);
            for (let stream = 1; client.isOpen && Date.now() < until; stream += 2) {
              client.rapidReset(stream, headers);
              sent += 1;
              if (stream % 100 === 1) await new Promise((resolve) => setImmediate(resolve));
            }
            client.close();
          }
        };
        const attack = Promise.all([attacker(), attacker(), attacker(), attacker()]);
        const answers = [];
        while (Date.now() < until) {
          answers.push(
            (await curl("-o", "/dev/null", "--max-time", "5", `https://${host.address}/grafana/api/health`))
              .stdout,
          );
        }
        await attack;
        if (process.env.REPORT !== undefined)
          process.stderr.write(`resets: ${sent}, others: ${answers.length}\n`);
        expect(sent).toBeGreaterThan(1000);
        expect(answers.length).toBeGreaterThan(0);
        expect(answers.filter((answer) => answer !== "200 2")).toEqual([]);
      });
    });

    describe("by ACME", () => {
      const name = "monitor.lab-acme.net";
      let pebble: Pebble;
      const byAcme = () => {
        const { directory, directoryCa, root } = pebble;
        const acme = { email: "ops@lab-acme.net", acceptTerms: true, directory, directoryCa, ca: root };
        return encrypted({ publicUrl: `https://${name}`, tls: { acme } });
      };
      const shown = () =>
        neighbour.exec(
          `openssl s_client -connect ${host.address}:443 </dev/null 2>/dev/null | openssl x509 -noout -issuer -serial -ext subjectAltName`,
        );
      const told = () => host.exec(`${ENGINE} exec podwatch-nginx curl -s http://127.0.0.1:8081/certificate`);

      beforeAll(async () => {
        pebble = await Pebble.start({ [name]: host.address });
        await stack.configure(byAcme());
        await stack.up();
      });

      afterAll(() => pebble?.dispose());

      test("the host gets one from a CA, which asks for the proof, and NGINX shows it", async () => {
        const seen = await eventually(60, shown, (text) => text.includes("Pebble"));
        expect(seen).toContain(`DNS:${name}`);
        expect(pebble.log).toMatch(/validate w\/ HTTP: http:\/\/\S+\/\.well-known\/acme-challenge\/\S+\n/);
        expect(pebble.log).toContain(" set VALID by completed challenge ");
        await eventually(10, told, (text) => text.includes("podwatch_acme_last_run_success 1"));
        const { stdout } = await operate(stack, "verify", "--timeout", "10", "--host", host.name);
        expect(stdout).toContain(`ok      ${host.name}  front: answers\n`);
      });

      test("a deployment leaves it, and the account's key is on the host alone", async () => {
        const before = await shown();
        expect(await stack.up()).toEqual({ unchanged: expect.any(Number) });
        await host.exec("systemctl restart podwatch-nginx");
        expect(await eventually(20, shown, (text) => text !== "")).toBe(before);
        const found = await host.exec(
          "find /var/lib/podwatch -name '*.key' ! -perm 600; find / -xdev -name '*.key' -path '*lego*'",
        );
        expect(found).toMatch(/^\/var\/lib\/podwatch\/services\/acme\/lego\/accounts\/\S+\.key$/m);
        expect(await stack.state()).not.toContain("PRIVATE KEY");
      });

      test("it is renewed without a deployment, a failed request or a restart", async () => {
        const [before, running] = [await shown(), await started()];
        const load = startLoad({
          origin: `https://${host.address}`,
          name,
          ca: pebble.root,
          paths: ["/"],
          rate: 500,
          atMost: 60,
        });
        // The CA says that it is time, as it does in the last third of its life; the timer is not made to wait for half a day.
        await pebble.wantsRenewed(
          await neighbour.exec(
            `openssl s_client -connect ${host.address}:443 </dev/null 2>/dev/null | openssl x509`,
          ),
        );
        const soon = "/run/systemd/system/podwatch-acme.timer.d";
        await host.exec(`mkdir ${soon}
          printf '[Timer]\\nOnCalendar=\\nOnCalendar=*:*:0/5\\nRandomizedDelaySec=0\\nAccuracySec=1s\\n' >${soon}/soon.conf
          systemctl daemon-reload; systemctl restart podwatch-acme.timer`);
        await eventually(60, shown, (text) => text.includes("Pebble") && text !== before);
        // An old worker keeps idle connections for 10 s, and no client can know when that ends.
        const { requests, seconds, failures } = await load.stop();
        console.info(`${requests} requests, ${Math.round(requests / seconds)}/s`);
        await host.exec(`rm -r ${soon}; systemctl daemon-reload; systemctl restart podwatch-acme.timer`);
        // Its last run may be under way.
        await eventually(
          20,
          () => host.tryExec("systemctl is-active podwatch-acme.service"),
          ({ stdout }) => stdout.trim() === "inactive",
        );
        expect(failures).toEqual({});
        const after = await shown();
        expect(after).toContain("Pebble");
        expect(after).not.toBe(before);
        expect(await started()).toBe(running);
      });

      test("the last one stays while the CA is away, and Prometheus is told", async () => {
        const before = await shown();
        pebble.stop();
        await host.exec("rm /var/lib/podwatch/services/acme/ordered");
        expect((await host.tryExec("systemctl start podwatch-acme")).code).not.toBe(0);
        expect(await shown()).toBe(before);
        expect(await told()).toContain("podwatch_acme_last_run_success 0");
      });

      nightly(
        "one for all names of a domain is proved by DNS, with an account that is bound to a customer's where the engine can",
        async () => {
          pebble.dispose();
          const accountBinding = {
            keyId: "customer-1",
            key: "bGFiLWFjY291bnQtYmluZGluZy1rZXktczNjcmV0LW9mLTMyLWJ5dGVzLWFuZC1tb3Jl",
          };
          pebble = await Pebble.start({}, withDocker ? {} : { accountBinding });
          const { endpoint, user, password } = pebble.dnsApi;
          const dns = {
            provider: "httpreq",
            environment: { HTTPREQ_ENDPOINT: endpoint, HTTPREQ_USERNAME: user },
            resolvers: [pebble.resolver],
            wait: "5s",
          };
          const acme = {
            ...{ email: "others@lab-acme.net", acceptTerms: true, domains: ["*.lab-acme.net"] },
            ...{ directory: pebble.directory, directoryCa: pebble.directoryCa, ca: pebble.root },
            dns,
          };
          const configure = (bound: object) =>
            stack.configure(
              encrypted({
                httpPort: undefined,
                publicUrl: `https://${name}`,
                tls: { acme: { ...acme, ...bound } },
              }),
              {
                ...("accountBinding" in bound
                  ? { "front.tls.acme.accountBinding.key": accountBinding.key }
                  : {}),
                "front.tls.acme.dns.secrets.HTTPREQ_PASSWORD": password,
              },
            );
          await configure({ accountBinding: { keyId: accountBinding.keyId } });
          if (withDocker) {
            expect(await stack.failingUp()).toContain(
              "podwatch:front.tls.acme.accountBinding: needs secrets as environment variables, which the engine docker does not support",
            );
            await configure({});
          }
          await stack.up();
          // While lego waits for the record: nothing shows the secrets to others.
          const record = "_acme-challenge.lab-acme.net.";
          await eventually(
            60,
            async () => pebble.records,
            (records) => records.length > 0,
          );
          for (const secret of [accountBinding.key, password]) {
            const seen = await host.exec(
              `cat /proc/*/cmdline | tr '\\0' ' ' | grep -c ${secret.slice(0, -1)}[${secret.slice(-1)}]
            su operator -c 'cat /proc/*/environ 2>/dev/null' | grep -ac ${secret.slice(0, -1)}[${secret.slice(-1)}]
            ${ENGINE} inspect podwatch-acme-run | grep -c ${secret.slice(0, -1)}[${secret.slice(-1)}]; :`,
            );
            expect(seen).toBe("0\n0\n0\n");
          }
          const seen = await eventually(60, shown, (text) => text.includes("DNS:*.lab-acme.net"));
          expect(seen).toContain("Pebble");
          expect(pebble.records).toEqual([`200 set-txt ${record}`, `200 clear-txt ${record}`]);
          expect(pebble.log).toContain(" set VALID by completed challenge ");
          const shownElsewhere = `${await host.exec("journalctl --quiet")}${await stack.state()}`;
          for (const secret of [accountBinding.key, password]) expect(shownElsewhere).not.toContain(secret);
        },
      );

      test("without it NGINX shows one of the stack's own authority again, and nothing is left", async () => {
        await stack.configure(encrypted({}));
        await stack.up();
        expect(await shown()).toContain("Podwatch");
        expect(
          await host.exec(
            "ls /var/lib/podwatch/services /var/lib/podwatch/issued; systemctl list-timers --all --no-legend 'podwatch-*'",
          ),
        ).not.toMatch(/acme|certificate/);
      });
    });
  });
});
