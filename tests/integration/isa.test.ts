// examples/isa on two hosts whose real Apache is under load all the time: the status block of before is taken over, changed, repaired and
// removed without a failed request, the exporter reaches nothing but Apache, and the links that people kept go on working.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { parse } from "yaml";
import { apacheStatus } from "../../components/apache-exporter/status.render";
import { fragmentBundle } from "../../engines/fragment";
import versions from "../../versions.json";
import { CHECKOUT, eventually, LabHost, must } from "./support/lab";
import { operate } from "./support/operate";
import { query, targets } from "./support/queries";
import { connection, merge, Stack } from "./support/stack";

jest.setTimeout(300_000);

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
let stack: Stack;

beforeAll(async () => {
  hosts = await LabHost.bootAll(["isaqal09", "isaqal10"]);
  host = hosts[0] as LabHost;
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
  await hosts[1]?.exec("podman rm --force --time 10 prometheus");
});

afterAll(async () => {
  await stack?.dispose();
  await Promise.all(hosts?.map((one) => one.down()) ?? []);
});

/** The example's stack file, on hosts of the lab. */
function settings(name: string, more: object = {}): Record<string, unknown> {
  const { config } = parse(readFileSync(join(CHECKOUT, "examples/isa", `Pulumi.${name}.yaml`), "utf8"));
  const example = Object.fromEntries(
    Object.entries(config).map(([key, value]) => [key.replace("podwatch:", ""), value]),
  );
  // Without the log-in, so that all requests here are those of the links that people kept.
  const { auth: _auth, ...front } = example.front as Record<string, unknown>;
  const { hosts: _, ...given } = example;
  const sections = { ...given, front };
  const lab = {
    prometheus: { scrapeInterval: "1s", evaluationInterval: "1s", data: "delete" },
    apache: { configFile: CONF },
    // Encryption has tests of its own, in front.test.ts.
    front: { tls: false },
  };
  const places = hosts.map((one) => {
    const { name: _, ...place } = connection("operator", one);
    return [one.name, place];
  });
  return { hosts: Object.fromEntries(places), ...(merge(merge(sections, lab), more) as object) };
}

/** Requests without end; ab gives up with the first one that fails to connect or is cut off. */
async function load(action: "start" | "stop"): Promise<{ complete: number; failed: number }> {
  if (action === "start") {
    await host.exec(
      "systemd-run --quiet --unit load -p CPUQuota=20% -p KillSignal=SIGINT -p StandardOutput=file:/tmp/load -p StandardError=file:/tmp/load.log ab -q -t 900 -n 2000000 -c 8 http://127.0.0.1/",
    );
    return { complete: 0, failed: 0 };
  }
  await host.exec("systemctl stop load");
  const said = await host.exec("cat /tmp/load /tmp/load.log");
  const number = (what: string) => Number(new RegExp(`^${what}: +(\\d+)`, "m").exec(said)?.[1] ?? Number.NaN);
  if (/Non-2xx/.test(said)) throw new Error(said);
  return { complete: number("Complete requests"), failed: number("Failed requests") };
}

describe("the data of the Prometheus of before", () => {
  const kept = () =>
    host.exec("cd /srv/isa/prometheus/data && find . -type f ! -name lock | sort | xargs sha256sum");

  test("are not touched while it runs; everything else is deployed", async () => {
    const said = await stack.failingUp();
    expect(said).toMatch(
      /\/srv\/isa\/prometheus\/data is in use: the program that writes there still runs; nothing was changed: stop the Prometheus of before/,
    );
    expect(await host.exec("podman volume ls --quiet")).not.toContain("prometheus");
    await eventually(
      20,
      () => targets(hosts[1] as LabHost, 8443),
      (found) => found["prometheus/localhost:9090"] === 1,
    );
  });

  test("are copied once it is stopped, and stay where they are", async () => {
    await host.exec("podman rm --force --time 10 prometheus");
    const before = await kept();
    await stack.up();
    const [{ value = 0 } = {}] = await eventually(
      20,
      () => query(host, 'count_over_time(up{job="before"}[1h])', 8443),
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
      () => targets(one, 8443),
      (found) => found[`apache/${one.name}`] === 1,
    );
    const samples = await eventually(
      20,
      () => query(one, "apache_scoreboard", 8443),
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
  expect(await from(hosts[1] as LabHost, host.address)).toBe("403");
});

test("links to Prometheus that people kept lead on, with their query", async () => {
  const answer = (path: string) =>
    host.exec(`curl -s -o /dev/null -w '%{http_code} %{redirect_url}' 'http://127.0.0.1:8443${path}'`);
  const graph = "/graph?g0.range_input=1h&g0.expr=apache_scoreboard%7Bstate%3D%22idle%22%7D&g0.tab=1";
  for (const path of ["/", "/targets", graph]) {
    expect(await answer(path)).toBe(`307 http://127.0.0.1:8443/prometheus${path}`);
  }
  // A data source of before goes on asking, also by POST.
  const asked = () => host.exec("curl -s -L -d query=apache_up http://127.0.0.1:8443/api/v1/query");
  const answers = await eventually(
    30,
    async () => JSON.parse(await asked()),
    ({ data }) => data.result.length === 1,
  );
  expect(answers).toMatchObject({ status: "success", data: { result: [{ metric: { job: "apache" } }] } });
  expect(await host.exec("curl -s http://127.0.0.1:8443/start")).toMatch(/<html/i);
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
