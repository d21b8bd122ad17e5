// The stack files of examples/isa on two hosts whose real Apache is under load all the time: encrypted, with log-ins, behind the firewall. The
// status block of before is taken over, changed, repaired and removed without a failed request, the exporter reaches nothing but Apache,
// and the links and data sources that people kept go on working.
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { apacheStatus } from "../../components/apache-exporter/status.render";
import { fragmentBundle } from "../../engines/fragment";
import versions from "../../versions.json";
import { CHECKOUT, eventually, type FetchOptions, LabHost, must } from "./support/lab";
import { operate } from "./support/operate";
import { type From, fromHere, listener, type Seen, scan } from "./support/ports";
import { query, targets } from "./support/queries";
import { connection, merge, Stack, sectionsIn } from "./support/stack";

jest.setTimeout(400_000);

/** The Prometheus of before. */
const OF_BEFORE = `global: { scrape_interval: 1s }
scrape_configs:
  - job_name: before
    static_configs:
      - targets: ["localhost:9090"]
`;

/** Debian's counterpart of the file on ISA's hosts. */
const CONF = "/etc/apache2/conf-enabled/EPFL_isa.conf";

/** As Ansible left it there, among other lines. */
const BEFORE = `ServerTokens Prod
# BEGIN apache server status
<Location /server-status>
  SetHandler server-status

  Order Deny,Allow
  Deny from all
  # Allow from both Docker containers and localhost:
  Allow from 127.0.0.1 172.16.0.0/15
</Location>
# END apache server status
Timeout 60
`;

const BLOCK = `# BEGIN apache server status
<Location /server-status>
  SetHandler server-status
  Require local
  Require ip 10.89.77.0/24
</Location>
ExtendedStatus On
# END apache server status
`;

let hosts: LabHost[];
let host: LabHost;
let other: LabHost;
let stack: Stack;
/** Generated, by host. */
let passwords: Readonly<Record<string, string>>;

beforeAll(async () => {
  hosts = await LabHost.bootAll(["isaqal09", "isaqal10"]);
  [host, other] = hosts as [LabHost, LabHost];
  await Promise.all(
    hosts.map(async (one) => {
      await must("lab/lab", ["install", one.name, "apache2"]);
      await one.exec(`mkdir -p /srv/isa/prometheus/data && chmod 777 /srv/isa/prometheus/data
        cat >/srv/isa/prometheus/prometheus.yml <<'CONF'\n${OF_BEFORE}CONF
        podman run --quiet --detach --name prometheus --volume /srv/isa/prometheus:/etc/prometheus \\
          --volume /srv/isa/prometheus/data:/prometheus ${versions.images.prometheus}`);
      await one.exec(`cat >${CONF} <<'CONF'\n${BEFORE}CONF
        chmod 640 ${CONF}; chgrp operator ${CONF}; apachectl graceful 2>/dev/null`);
    }),
  );
  await load("start");
  stack = await Stack.create("qual", settings("qual"));
  await other.exec("podman rm --force --time 10 prometheus");
});

afterAll(async () => {
  await stack?.dispose();
  await Promise.all(hosts?.map((one) => one.down()) ?? []);
});

/** The example's stack file, on hosts of the lab. */
function settings(name: string, more: object = {}): Record<string, unknown> {
  const { hosts: _, ...sections } = sectionsIn(`examples/isa/Pulumi.${name}.yaml`);
  const lab = {
    prometheus: { scrapeInterval: "1s", evaluationInterval: "1s", data: "delete" },
    apache: { configFile: CONF },
  };
  const places = hosts.map((one) => {
    const { name: _, ...place } = connection("operator", one);
    return [one.name, place];
  });
  return { hosts: Object.fromEntries(places), ...(merge(merge(sections, lab), more) as object) };
}

/** `npm run up` of one host, as `isasible -l`. */
const upOf = (one: LabHost) =>
  operate(stack, "up", "--config-file", stack.configFile, "--yes", "--host", one.name);

/** Takes the generated password and the authority from the stack, as people do. */
async function logIn(): Promise<void> {
  const authority = await stack.output<string>("authority");
  const installations = await stack.output<Installations>("installations");
  await Promise.all(hosts.map((one) => one.exec(`cat >/root/ca.pem <<'END'\n${authority}END`)));
  passwords = Object.fromEntries(
    Object.entries(installations).map(([name, { logIns }]) => [name, logIns.users.isa]),
  );
}

/** The front, for nobody, and for who has logged in on a host. */
const nobody: FetchOptions = { port: 8443, ca: "/root/ca.pem" };
const front = (one: LabHost): FetchOptions => ({ ...nobody, user: `isa:${passwords[one.name]}` });

type Installations = Record<string, { readonly logIns: { readonly users: { readonly isa: string } } }>;

/** Requests without end, half of them on a connection that is kept, at a pace that leaves the machine to others. */
async function load(action: "start" | "stop"): Promise<{ complete: number; failed: number }> {
  if (action === "start") {
    const requests = `curl -s --rate 50/s -o /dev/null -w "%{stderr}%{http_code}\\n" "http://127.0.0.1/?[1-6000000]"`;
    await host.exec(
      `systemd-run --quiet --unit load sh -c '${requests} 2>/tmp/load.1 & ${requests} -H "Connection: close" 2>/tmp/load.2 & wait'`,
    );
    return { complete: 0, failed: 0 };
  }
  await host.exec("systemctl stop load");
  // The last lines may not be whole.
  const codes = (await host.exec("sed '$d' /tmp/load.1; sed '$d' /tmp/load.2")).trim().split("\n");
  const complete = codes.filter((code) => code === "200").length;
  return { complete, failed: codes.length - complete };
}

describe("the data of the Prometheus of before", () => {
  const kept = () =>
    host.exec("cd /srv/isa/prometheus/data && find . -type f ! -name lock | sort | xargs sha256sum");

  test("the other host is deployed alone, and nothing is touched here", async () => {
    expect(await upOf(other)).toMatchObject({ code: 0 });
    await logIn();
    await eventually(
      20,
      () => targets(other, front(other)),
      (found) => found["prometheus/localhost:9090"] === 1,
    );
    expect(await host.exec("podman ps --format '{{.Names}}'; ls -d /var/lib/podwatch 2>/dev/null || :")).toBe(
      "prometheus\n",
    );
  });

  test("are not touched while it runs", async () => {
    const { code, stdout, stderr } = await upOf(host);
    expect(code).not.toBe(0);
    expect(stdout + stderr).toMatch(
      /\/srv\/isa\/prometheus\/data is in use: the program that writes there still runs; nothing was changed: stop the Prometheus of before/,
    );
    expect(await host.exec("podman volume ls --quiet")).not.toContain("prometheus");
  });

  test("are copied once it is stopped, and stay where they are", async () => {
    await host.exec("podman rm --force --time 10 prometheus");
    const before = await kept();
    await stack.up();
    await logIn();
    const [{ value = 0 } = {}] = await eventually(
      20,
      () => query(host, 'count_over_time(up{job="before"}[1h])', front(host)),
      (found) => found.length > 0,
    );
    expect(value).toBeGreaterThan(3);
    expect(await kept()).toBe(before);
    expect(await host.exec("podman volume ls --quiet")).toBe("podwatch-prometheus\n");
  });
});

const conf = () => host.exec(`stat -c '%a %G' ${CONF}; cat ${CONF}`);

test("each host scrapes its own Apache, under its own name, with all states of the scoreboard", async () => {
  for (const one of hosts) {
    await eventually(
      30,
      () => targets(one, front(one)),
      (found) => found[`apache/${one.name}`] === 1,
    );
    const samples = await eventually(
      20,
      () => query(one, "apache_scoreboard", front(one)),
      (found) => found.length === 11,
    );
    expect(new Set(samples.map(({ metric }) => `${metric.job} ${metric.server} ${metric.instance}`))).toEqual(
      new Set([`apache ${one.name} ${one.name}`]),
    );
  }
});

test("the block of before is taken over where it stands; mode and owner stay", async () => {
  expect(await conf()).toBe(`640 operator\nServerTokens Prod\n${BLOCK}Timeout 60\n`);
});

test("the exporter reaches Apache and nothing else", async () => {
  const reached = await host.exec(`
    prometheus=$(podman inspect -f '{{.NetworkSettings.Networks.podwatch.IPAddress}}' podwatch-prometheus)
    for place in 10.89.77.1:80 10.89.77.1:22 10.89.77.1:8443 $prometheus:9090 10.99.0.1:5000; do
      ! podman exec podwatch-apache-exporter nc -w 2 \${place%:*} \${place#*:} </dev/null >/dev/null 2>&1 || echo $place
    done
    podman exec podwatch-nginx curl -s -m 5 -o /dev/null http://$prometheus:9090 && echo "they are there"`);
  expect(reached).toBe("10.89.77.1:80\nthey are there\n");
  // After a start by systemd alone, too.
  await host.exec("systemctl restart podwatch-apache-exporter");
  await host.exec("! podman exec podwatch-apache-exporter nc -w 2 10.89.77.1 22 </dev/null");
  await host.exec(
    "podman exec podwatch-apache-exporter wget -q -O /dev/null http://10.89.77.1/server-status?auto",
  );
});

test("its page is for the host and the containers only", async () => {
  const from = (where: LabHost, address: string) =>
    where.exec(`curl -s -o /dev/null -w '%{http_code}' -m 5 http://${address}/server-status || :`);
  expect(await from(host, "127.0.0.1")).toBe("200");
  expect(await from(other, host.address)).toBe("403");
});

test("links to Prometheus that people kept lead on, with their query, for who has logged in", async () => {
  const graph = "/graph?g0.range_input=1h&g0.expr=apache_scoreboard%7Bstate%3D%22idle%22%7D&g0.tab=1";
  // As from somebody's own machine.
  const place = `https://${host.address}:8443`;
  for (const path of ["/", "/targets", graph]) {
    const to = await other.exec(
      `curl -s --cacert /root/ca.pem --user '${front(host).user}' -o /dev/null -w '%{http_code} %header{location}' '${place}${path}'`,
    );
    expect(to).toBe(`307 /prometheus${path}`);
    const followed = async (to: string, at: FetchOptions) =>
      (await other.fetch(to, { ...at, of: host, follow: true })).status;
    // Debian's Prometheus comes without the pages themselves: what is said of them there is what the link leads to.
    const page = await followed(`/prometheus${path}`, front(host));
    expect([401, 403]).not.toContain(page);
    expect([path, await followed(path, nobody), await followed(path, front(host))]).toEqual([
      path,
      401,
      page,
    ]);
  }
  expect((await host.fetch("/start", front(host))).body).toMatch(/<html/i);
});

test("a data source of before goes on asking, also by POST; without the log-in it gets nothing", async () => {
  const asks = (at: FetchOptions) =>
    other.fetch("/api/v1/query", { ...at, of: host, follow: true, data: "query=apache_up" });
  const answer = await eventually(
    30,
    async () => JSON.parse((await asks(front(host))).body),
    ({ data }) => data.result.length === 1,
  );
  expect(answer).toMatchObject({ status: "success", data: { result: [{ metric: { job: "apache" } }] } });
  expect((await asks(nobody)).status).toBe(401);
  expect((await asks({ ...nobody, user: "isa:guessed" })).status).toBe(401);
  // Each host has a password of its own, and says nothing in clear text.
  expect((await asks(front(other))).status).toBe(401);
  expect((await other.fetch("/api/v1/query", { port: 8443, of: host })).status).toBe(308);
});

test("verify logs in on both hosts", async () => {
  const { code, stdout } = await operate(stack, "verify", "--timeout", "20");
  for (const one of hosts) expect(stdout).toContain(`ok      ${one.name}  front: answers\n`);
  expect(code).toBe(0);
});

interface Status {
  readonly routes: ReadonlyArray<{ readonly path: string; readonly answers: boolean }>;
  readonly connections: Readonly<Record<"accepted" | "active" | "requests", number>>;
}

describe("the front's own status", () => {
  const asks = (path: string, options: FetchOptions) =>
    other.fetch(path, { ...options, of: host, port: 8080 });
  const found = async () => {
    const { status, body } = await asks("/status.json", front(host));
    expect(status).toBe(200);
    return JSON.parse(body) as Status;
  };
  const answers = async () => (await found()).routes.map((route) => `${route.path} ${route.answers}`);

  test("shows in qual where each path leads, whether that answers, and NGINX's counters", async () => {
    await eventually(20, answers, (all) => all.includes("/prometheus/ true"));
    const { routes, connections } = await found();
    const upstream = "podwatch-prometheus:9090";
    expect(routes.filter(({ path }) => path !== "/runbooks/")).toEqual([
      { path: "/start", service: "Start page", upstream: null, answers: true },
      { path: "/prometheus/", service: "Prometheus", upstream, answers: true },
    ]);
    expect(connections.accepted).toBeGreaterThan(0);
    expect(connections.requests).toBeGreaterThanOrEqual(connections.active);
    expect((await asks("/", front(host))).body).toMatch(/podwatch-prometheus:9090<td>answers\n/);
  });

  test("says so when a service does not answer", async () => {
    await host.exec("systemctl stop podwatch-prometheus");
    await eventually(10, answers, (all) => all.includes("/prometheus/ false"));
    expect((await asks("/", front(host))).body).toMatch(/9090<td><strong>does not answer<\/strong>\n/);
    await host.exec("systemctl start podwatch-prometheus");
    await eventually(20, answers, (all) => all.includes("/prometheus/ true"));
  });

  test("is for who has logged in, encrypted, and changes nothing", async () => {
    const user = front(host);
    const status = async (path: string, options: FetchOptions) => (await asks(path, options)).status;
    for (const path of ["/", "/status.json", "/prometheus/", "/front-status"]) {
      expect([path, await status(path, nobody)]).toEqual([path, 401]);
    }
    expect(await status("/status.json", { ...nobody, user: "isa:guessed" })).toBe(401);
    // Of the front itself nothing is there, not even where it asks for the log-in.
    for (const path of ["/prometheus/", "/start", "/api/v1/query?query=up", "/front-status", "/log-in"]) {
      expect([path, await status(path, user)]).toEqual([path, 404]);
    }
    for (const method of ["POST", "PUT", "DELETE", "PATCH"]) {
      expect([method, await status("/status.json", { ...user, method })]).toEqual([method, 405]);
    }
    expect(await status("/", {})).toBe(308);
    expect(await status("/", { ...user, headers: { Host: "evil.net:8080" } })).toBe(421);
    // The front has no such page.
    expect((await other.fetch("/front-status", { ...user, of: host })).status).toBe(404);
  });
});

describe("who reaches what", () => {
  const PROGRAM = 7003;
  const PORTS: Readonly<Record<number, string>> = {
    22: "SSH",
    80: "Apache",
    8080: "the front's status; in prod another program",
    8443: "the front",
    9090: "Prometheus, not published",
    9117: "Apache's exporter, not published",
    [PROGRAM]: "another program",
  };
  const rows: string[] = [];
  const on =
    (lab: LabHost, ...within: string[]): From =>
    (script) =>
      must("lab/lab", ["exec", lab.name, ...within, "bash", "-c", script]);

  /** The front listens at IPv4 addresses, and the container network has no others. */
  function expected(name: string, port: number, source: string, family: string): Seen {
    const ofFront = port === 8443 || (name === "qual" && port === 8080);
    const opened = port === 22 || port === 80 || ofFront;
    const listens = opened || port === PROGRAM || port === 8080;
    const reaches = family === "IPv4" || (!ofFront && source !== "the container network");
    return listens && reaches && (opened || source === "the host itself") ? "open" : "closed";
  }

  async function compare(name: string): Promise<void> {
    const ports = Object.keys(PORTS).map(Number);
    const process = await host.exec("podman inspect --format '{{.State.Pid}}' podwatch-prometheus");
    const sources: ReadonlyArray<readonly [string, From]> = [
      ["the host itself", on(host)],
      ["the container network", on(host, "nsenter", "-t", process.trim(), "-n")],
      ["another host", fromHere],
    ];
    const addresses = { IPv4: host.address, IPv6: host.address6 };
    const seen = await Promise.all(sources.map(([, from]) => scan(from, Object.values(addresses), ports)));
    const table = ports.flatMap((port) =>
      sources.flatMap(([source], index) =>
        Object.entries(addresses).map(([family, address]) => ({
          row: `${name} | ${port}: ${PORTS[port]} | ${source} | ${family}`,
          wanted: expected(name, port, source, family),
          found: seen[index]?.[`${address} ${port}`],
        })),
      ),
    );
    for (const { row, wanted, found } of table) rows.push(`| ${row} | ${wanted} | ${found} |`);
    expect(table).toEqual(table.map((row) => ({ ...row, found: row.wanted })));
  }

  test("in qual: 8080 and 8443", async () => {
    await host.exec(listener(PROGRAM));
    await compare("qual");
  });

  test("in prod: 8443 only, deployed to one host before the other", async () => {
    await stack.configure(settings("prod"));
    const { code, stderr } = await upOf(host);
    expect([code, stderr]).toEqual([
      0,
      expect.stringContaining(`other hosts differ from the stack file: ${other.name}`),
    ]);
    // The port is closed, whoever listens there.
    await host.exec(listener(8080));
    await compare("prod");
    expect(await scan(fromHere, [other.address], [8080])).toEqual({ [`${other.address} 8080`]: "open" });
    expect((await other.fetch("/prometheus/-/ready", { ...front(host), of: host })).status).toBe(200);
  });

  test("examples/isa/README.md says so", () => {
    const file = join(CHECKOUT, "examples/isa/README.md");
    const text = readFileSync(file, "utf8");
    const shown = text.replace(
      /(\| stack \| port .*\n\|---.*\n)(\|.*\n)*/,
      (_, head: string) => `${head}${rows.join("\n")}\n`,
    );
    if (process.env.PODWATCH_WRITE_TABLES) writeFileSync(file, shown);
    else expect(text).toBe(shown);
  });
});

describe("under load", () => {
  const apply = (text: string) =>
    must("lab/lab", ["exec", host.name, "sh", "/var/lib/podwatch/runner", "apply", "apache-status"], {
      input: text,
    });
  const refused = (text: string) =>
    apply(text).then(
      () => "applied",
      (error: Error) => error.message,
    );
  const bundle = (subnet = "10.89.77.0/24") =>
    fragmentBundle(apacheStatus({ configFile: CONF, host: "10.89.77.1", port: 80, subnet }));

  test("a changed block, drift and its repair", async () => {
    expect(await apply(bundle("10.89.77.0/25"))).toBe("restarted\n");
    expect(await conf()).toContain("Require ip 10.89.77.0/25\n");
    const drift = await operate(stack, "drift", "--host", host.name);
    expect(drift.code).toBe(2);
    expect(drift.stdout).toMatch(new RegExp(`apache-status +fragment +changed +${CONF}`));
    expect(await operate(stack, "repair", "--host", host.name)).toMatchObject({ code: 0 });
    expect(await conf()).toBe(`640 operator\nServerTokens Prod\n${BLOCK}Timeout 60\n`);
    expect(await operate(stack, "drift", "--host", host.name)).toMatchObject({ code: 0 });
  });

  test("a block that Apache refuses, or that shows nothing, is taken back", async () => {
    const before = await conf();
    expect(await refused(bundle().replaceAll("SetHandler", "SetHandlr"))).toMatch(
      /Apache refuses its configuration with the status block in .*SetHandlr/s,
    );
    expect(await refused(bundle("192.0.2.0/24"))).toMatch(
      /does not show its status .*The previous release is back/s,
    );
    expect(await conf()).toBe(before);
  });

  test("somebody else's block is refused with its place; the distribution's own is not", async () => {
    await host.exec(
      `printf '<Location "/server-status">\\n  Require all granted\\n</Location>\\n' >/etc/apache2/sites-enabled/extra.conf`,
    );
    expect(await refused(bundle("10.89.77.0/26"))).toMatch(
      /not Podwatch's: \/etc\/apache2\/sites-enabled\/extra\.conf, line 1 \(a file of root/,
    );
    await host.exec(
      "rm /etc/apache2/sites-enabled/extra.conf; grep -q '<Location /server-status>' /etc/apache2/mods-enabled/status.conf",
    );
  });

  test("is removed with everything, and no request of all has failed", async () => {
    await stack.destroy();
    expect(await conf()).toBe("640 operator\nServerTokens Prod\nTimeout 60\n");
    const { complete, failed } = await load("stop");
    expect(failed).toBe(0);
    expect(complete).toBeGreaterThan(1000);
    console.info(`Apache answered ${complete} requests meanwhile`);
  });
});
