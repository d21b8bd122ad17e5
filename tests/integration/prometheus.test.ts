import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { load } from "js-yaml";
import { show } from "../../config/problem";
import { importFiles } from "../../import/import";
import { CONFIG_DIRECTORY } from "../../lib/service";
import { type DeviceExporter, deviceExporter } from "./support/deviceExporter";
import { ACCESS_KEY, type Discovered, discovered, TOKEN } from "./support/discovered";
import { ENGINE } from "./support/engine";
import { ALERTS, BEFORE } from "./support/imported";
import { CHECKOUT, eventually, LabHost } from "./support/lab";
import { nightly } from "./support/nightly";
import { drift, operate } from "./support/operate";
import {
  globalOf,
  jobsOf,
  ORIGINAL,
  OURS,
  receiversOf,
  rulesOf,
  startOriginal,
  stopOriginal,
  targetsOf,
} from "./support/original";
import { found, query, type Rule, rules, targets } from "./support/queries";
import { connection, Stack } from "./support/stack";

jest.setTimeout(300_000);

/** The promise: a gateway that appears or disappears is noticed within 15 s. */
const NOTICED_WITHIN = 15;

/** What Prometheus, Go's templates or a shell would take for their own. */
const PRICE = "$5 ${HOME} $1 {{x}} höst-α";

const RULES = `groups:
  - name: own
    rules:
      - alert: Dollars
        expr: vector(12.345)
        labels: { told: '{{ $externalLabels.price }} for {{ $value | humanize }}' }
`;

const TEST_OF_RULES = `rule_files: [embedded-exporter.yml]
tests:
  - external_labels: { price: "$2" }
    alert_rule_test:
      - eval_time: 1m
        alertname: Dollars
        exp_alerts: [{ exp_labels: { told: "$2 for 12.35" } }]
`;

describe("Prometheus on a deployed host", () => {
  let host: LabHost;
  let stack: Stack;
  let settings: Record<string, unknown>;
  let asked: DeviceExporter;

  beforeAll(async () => {
    host = await LabHost.boot("test-prometheus");
    // The address is there once there is a host.
    asked = await deviceExporter();
    await host.gateway("start", "deribit");
    settings = {
      host: connection("operator", host),
      gateways: { gid: 990 },
      grafana: { enabled: false },
      prometheus: { evaluationInterval: "2s", scrapeInterval: "2s" },
      alerts: { GatewayDown: { for: "0s" } },
    };
    stack = await Stack.create("prometheus", settings);
    await stack.up();
  });

  afterAll(async () => {
    asked?.close();
    await stack?.dispose();
    await host?.down();
  });

  const started = () => host.exec(`${ENGINE} inspect -f '{{.State.StartedAt}}' podwatch-prometheus`);

  test("scrapes itself and the gateways that have a socket", async () => {
    const expected = { "prometheus/localhost:9090": 1, "roq-gateways/deribit": 1 };
    await eventually(
      30,
      () => targets(host),
      (up) => JSON.stringify(up) === JSON.stringify(expected),
    );
  });

  test("evaluates every shipped rule about what it watches, without an error", async () => {
    const loaded = await eventually(
      30,
      () => rules(host),
      (all) => all.length > 0 && all.every(({ health }) => health === "ok"),
    );
    expect(new Set(loaded.map(({ group }) => group))).toEqual(
      new Set(["watchdog", "instance", "prometheus", "gateways"]),
    );
    expect(loaded.filter(({ lastError }) => lastError !== undefined)).toEqual([]);
    expect(loaded.filter(({ state }) => state === "firing").map(({ name }) => name)).toEqual(["Watchdog"]);
  });

  test("parses the gateways' own format, including repeated TYPE lines", async () => {
    const series = await query(host, 'count({job="roq-gateways"})');
    expect(series[0]?.value).toBeGreaterThan(20);
  });

  test("discovers gateways that appear and disappear, without a deployment", async () => {
    await host.gateway("start", "coinbase-pro");
    await eventually(
      NOTICED_WITHIN,
      () => targets(host),
      (up) => up["roq-gateways/coinbase-pro"] === 1,
    );
    await host.gateway("stop", "coinbase-pro");
    await eventually(
      NOTICED_WITHIN,
      () => found(host),
      (names) => !names.includes("roq-gateways/coinbase-pro"),
    );
  });

  test("changes one threshold and switches one alert off, by a reload", async () => {
    const before = { rules: await rules(host), started: await started() };
    expect((await host.fetch("/runbooks/InstanceFlapping")).status).toBe(200);
    settings = {
      ...settings,
      alerts: {
        GatewayDown: { for: "0s" },
        ScrapeSlow: { above: 7.5 },
        InstanceFlapping: { enabled: false },
      },
    };
    // With a gateway that the next test looks at.
    await stack.configure({ ...settings, gateways: { gid: 990, sources: ["deribit", "absent"] } });
    // The front has a page less.
    expect(await stack.up()).toMatchObject({ updated: 2 });
    const expressions = (all: readonly Rule[]) =>
      Object.fromEntries(all.map(({ name, query }) => [name, query]));
    const { InstanceFlapping, ScrapeSlow, ...others } = expressions(before.rules);
    expect([InstanceFlapping, ScrapeSlow]).not.toContain(undefined);
    const after = await eventually(
      10,
      async () => expressions(await rules(host)),
      (found) => !("InstanceFlapping" in found),
    );
    expect(after).toEqual({ ...others, ScrapeSlow: ScrapeSlow?.replace("> 4", "> 7.5") });
    expect(await started()).toBe(before.started);
    expect((await host.fetch("/runbooks/InstanceFlapping")).status).toBe(404);
    expect((await host.fetch("/runbooks/ScrapeSlow")).body).toMatch(/^# ScrapeSlow\n/);
  });

  test("shows a listed gateway without a socket as down", async () => {
    await eventually(
      NOTICED_WITHIN,
      () => targets(host),
      (up) => up["roq-gateways/deribit"] === 1 && up["roq-gateways/absent"] === 0,
    );
  });

  test("the alert for it links to a runbook page of the front", async () => {
    const page = await eventually(
      NOTICED_WITHIN,
      () => linkedPage("GatewayDown"),
      (path) => path !== undefined,
    );
    expect(page).toMatch(/^http:\/\/localhost\/runbooks\/GatewayDown$/);
    const { status, body } = await host.fetch(new URL(String(page)).pathname);
    expect(status).toBe(200);
    expect(body).toMatch(/^# GatewayDown\n/);
  });

  /** The runbook that a firing alert links to. */
  async function linkedPage(name: string): Promise<string | undefined> {
    const { body } = await host.fetch("/prometheus/api/v1/alerts");
    const { alerts } = JSON.parse(body).data as {
      alerts: Array<Record<"labels" | "annotations", Record<string, string>> & { state: string }>;
    };
    const firing = alerts.find(({ labels, state }) => labels.alertname === name && state === "firing");
    return firing?.annotations.runbook_url;
  }

  test("applies retention, labels, jobs, rules in folders and target files from the stack file", async () => {
    const directory = mkdtempSync(join(tmpdir(), "podwatch-targets-"));
    writeFileSync(
      join(directory, "more.json"),
      JSON.stringify([{ targets: ["localhost:9090"], labels: { room: "attic" } }]),
    );
    for (const folder of ["redis", "große Küche"]) {
      mkdirSync(join(directory, folder));
      writeFileSync(join(directory, folder, "embedded-exporter.yml"), RULES);
      writeFileSync(join(directory, folder, "own_test.yml"), TEST_OF_RULES);
    }
    await stack.configure({
      ...settings,
      prometheus: {
        scrapeInterval: "5s",
        scrapeTimeout: "4s",
        retention: { time: "3d", size: "512MB" },
        features: ["exemplar-storage"],
        outOfOrderTimeWindow: "30m",
        externalLabels: { region: "eu", price: PRICE },
        ruleFiles: [join(directory, "*/*.yml")],
        ruleTests: [join(directory, "**/*_test.yml")],
        scrapeJobs: [
          {
            name: "devices",
            targets: [
              "10.9.8.7",
              { targets: ["switch-7.lab.test", "https://shop.lab.test/a?b=c"], labels: { site: "$north" } },
            ],
            metricsPath: "/snmp",
            params: { auth: "public_v2", module: ["if_mib", "system"] },
            extra: {
              relabel_configs: [
                { source_labels: ["__address__"], target_label: "__param_target" },
                { source_labels: ["__param_target"], target_label: "instance" },
                {
                  source_labels: ["__address__"],
                  regex: "([^.]+)\\..*lab.*",
                  target_label: "short",
                  replacement: "${1}_$1",
                },
                { target_label: "__address__", replacement: asked.target },
              ],
            },
          },
          {
            name: "again",
            metricsPath: "/prometheus/metrics",
            targets: ["localhost:9090"],
            labels: { team: "core" },
            extra: { honor_labels: true },
          },
        ],
        fileSd: [{ name: "files", files: [join(directory, "*.json")], metricsPath: "/prometheus/metrics" }],
      },
    });
    await stack.up();
    rmSync(directory, { recursive: true });

    const devices = ["10.9.8.7", "https://shop.lab.test/a?b=c", "switch-7.lab.test"];
    const expected = [
      "again/localhost:9090",
      "files/localhost:9090",
      ...devices.map((name) => `devices/${name}`),
    ];
    await eventually(
      30,
      () => targets(host),
      (up) => expected.every((target) => up[target] === 1),
    );
    expect((await query(host, 'up{job="again"}'))[0]?.metric.team).toBe("core");
    expect((await query(host, 'up{job="files"}'))[0]?.metric.room).toBe("attic");

    expect(new Set(asked.queries.map((query) => query.get("target")))).toEqual(new Set(devices));
    expect(asked.queries[0]?.getAll("module")).toEqual(["if_mib", "system"]);
    const [device] = await query(host, 'up{instance="switch-7.lab.test"}');
    expect(device?.metric).toMatchObject({ site: "$north", short: "switch-7_switch-7" });

    // Both files of that name are in force, and what they say of the external label is what was written.
    await eventually(
      30,
      async () => (await rules(host)).filter(({ group }) => group === "own"),
      (own) => own.map(({ name, health }) => `${name} ${health}`).join() === "Dollars ok,Dollars ok",
    );
    const told = await eventually(
      30,
      () => query(host, 'ALERTS{alertname="Dollars"}'),
      (found) => found.length > 0,
    );
    expect(told[0]?.metric.told).toBe(`${PRICE} for 12.35`);

    const flags = JSON.parse((await host.fetch("/prometheus/api/v1/status/flags")).body).data;
    expect(flags["storage.tsdb.retention.time"]).toBe("3d");
    expect(flags["storage.tsdb.retention.size"]).toBe("512MiB");
    const { yaml } = JSON.parse((await host.fetch("/prometheus/api/v1/status/config")).body).data;
    expect(yaml).toContain("region: eu");
    expect(yaml).toContain("out_of_order_time_window: 30m");
    expect(flags["enable-feature"]).toContain("exemplar-storage");
    expect(yaml).toContain("honor_labels: true");
  });

  describe("what it finds by itself", () => {
    let asked: Discovered;
    let discovery: object[];
    const SECRET = "cloud-s3cret/key";
    const secrets = {
      "prometheus.discovery[0].http.bearerToken": TOKEN,
      "prometheus.discovery[4].ec2.secretKey": SECRET,
    };

    beforeAll(async () => {
      asked = await discovered();
      const port = asked.port;
      discovery = [
        {
          name: "listed",
          http: {
            url: `${asked.url}/targets`,
            keep: { env: "prod.*" },
            labelsFrom: { dc: "__meta_datacenter" },
          },
        },
        { name: "in-files", file: { directory: "/srv/inventory", names: ["lab-*.json"] } },
        {
          name: "in-dns",
          metricsPath: "/prometheus/metrics",
          dns: { names: ["podwatch-prometheus"], type: "A", port: 9090 },
        },
        {
          name: "containers",
          docker: {
            host: asked.url,
            address: "published",
            keep: { label: { "io.podwatch/monitored": "true" } },
            labelsFrom: { container: "name" },
          },
        },
        {
          name: "instances",
          labels: { price: "$1" },
          ec2: {
            region: "lab-1",
            endpoint: asked.url,
            accessKey: ACCESS_KEY,
            port,
            keep: { tag: { Team: "core" } },
            labelsFrom: { zone: "zone" },
          },
        },
      ];
    });

    afterAll(() => asked?.close());

    const metrics = async (job: string) =>
      (await query(host, `up{job="${job}"}`)).map(({ metric: { __name__, job, ...labels }, value }) => ({
        ...labels,
        value,
      }));

    test("in a list, in files, in DNS, in Docker and in EC2, with labels that people know", async () => {
      await stack.configure({ ...settings, prometheus: { scrapeInterval: "5s", discovery } }, secrets);
      await stack.up();
      const file = [{ targets: [`${asked.url.slice(7)}`], labels: { rack: "r1" } }];
      await host.exec(`printf %s '${JSON.stringify(file)}' >/srv/inventory/lab-1.json`);
      await eventually(
        60,
        () => found(host),
        (all) =>
          ["listed", "in-files", "in-dns", "containers", "instances"].every((job) =>
            all.some((target) => target.startsWith(`${job}/`)),
          ),
      );
      const here = asked.url.slice(7);
      await eventually(
        30,
        () => query(host, 'up{job=~"listed|in-files|in-dns|containers|instances"} == 1'),
        (up) => up.length === 7,
      );
      expect(await metrics("listed")).toEqual([{ env: "production", dc: "north", instance: here, value: 1 }]);
      expect(await metrics("in-files")).toEqual([{ rack: "r1", instance: here, value: 1 }]);
      expect(await metrics("in-dns")).toEqual([
        { dns_name: "podwatch-prometheus", instance: expect.stringMatching(/:9090$/), value: 1 },
      ]);
      expect(await metrics("containers")).toEqual([
        { instance: `web-1:${asked.port}`, container: "web-1", value: 1 },
      ]);
      const instance = (name: string, id: string) => ({
        instance: name,
        instance_id: id,
        zone: "lab-1a",
        price: "$1",
        value: 1,
      });
      expect(await metrics("instances")).toEqual(
        expect.arrayContaining([instance("shop", "i-1"), instance("shop", "i-2"), instance("i-3", "i-3")]),
      );
    });

    test("a job that is a secret is taken in by a reload, and its secret is nowhere", async () => {
      const before = await started();
      const [, , , , instances] = discovery as Array<{ ec2: object }>;
      const others = discovery.slice(0, 4);
      const fewer = { ...instances, ec2: { ...instances?.ec2, keep: { name: "shop" } } };
      await stack.configure(
        { ...settings, prometheus: { scrapeInterval: "5s", discovery: [...others, fewer] } },
        secrets,
      );
      await stack.up();
      await eventually(
        60,
        () => found(host),
        (all) => all.filter((one) => one.startsWith("instances/")).join() === "instances/shop,instances/shop",
      );
      expect(await started()).toBe(before);
      const { body } = await host.fetch("/prometheus/api/v1/status/config");
      expect(body).not.toContain(SECRET);
      expect(await host.exec(`grep -rlF '${SECRET}' /var/lib/podwatch /etc 2>/dev/null || true`)).toMatch(
        /^(\S*\/secrets?\/\S*\n?)*$/,
      );
      expect(await stack.state()).not.toContain(SECRET);
    });

    test("an image without a kind of discovery is refused by its name", async () => {
      const openstack = {
        name: "servers",
        openstack: {
          authUrl: asked.url,
          region: "lab",
          applicationCredential: { id: "1" },
        },
      };
      await stack.configure(
        { ...settings, prometheus: { discovery: [openstack] } },
        { "prometheus.discovery[0].openstack.applicationCredential.secret": SECRET },
      );
      const told = await stack.failingUp();
      expect(told).toContain(
        "the Prometheus in this image was built without service discovery for openstack; write an image that has it",
      );
      expect(told).not.toContain(SECRET);
      expect((await found(host)).filter((one) => one.startsWith("instances/"))).toHaveLength(2);
    });
  });

  test("what was imported is in force as it was before: configuration, targets, rules, routes", async () => {
    const directory = mkdtempSync(join(tmpdir(), "podwatch-imported-"));
    const put = (path: string, content: string) => {
      mkdirSync(dirname(join(directory, path)), { recursive: true });
      writeFileSync(join(directory, path), content);
    };
    for (const [path, content] of Object.entries(BEFORE)) put(path, content);
    const { draft, text, problems } = importFiles(
      {
        prometheus: join(directory, "etc/prometheus/prometheus.yml"),
        alertmanager: join(directory, "etc/alertmanager/alertmanager.yml"),
      },
      CHECKOUT,
      "before",
    );
    expect({ problems, left: draft.left }).toEqual({ problems: [], left: [] });
    expect(text).not.toContain("s3cret");
    // The copies lie beside the test instead of the checkout's stack files.
    for (const [path, content] of draft.files) put(path, content);
    const { config } = load(text.replaceAll("imported/before/", `${directory}/imported/before/`)) as {
      config: Record<string, unknown>;
    };
    const sections = Object.entries(config).map(([key, value]) => [key.replace("podwatch:", ""), value]);
    await stack.configure(
      { ...settings, ...Object.fromEntries(sections) },
      Object.fromEntries(
        draft.secrets.map(({ path, value }) => [show(path).replace("podwatch:", ""), value ?? ""]),
      ),
    );
    await stack.up();
    rmSync(directory, { recursive: true });
    await startOriginal(host, BEFORE);
    try {
      const jobs = ["devices", "files"];
      const before = await eventually(
        30,
        () => targetsOf(host, ORIGINAL, jobs),
        (all) => all.length === 4,
      );
      await eventually(
        30,
        () => targetsOf(host, OURS, jobs),
        (all) => JSON.stringify(all) === JSON.stringify(before),
      );
      // Prometheus' own job has a path, below the front.
      const { prometheus: _self, ...theirs } = await jobsOf(host, ORIGINAL);
      expect(await jobsOf(host, OURS)).toMatchObject(theirs);
      expect(Object.keys(theirs)).toEqual(jobs);
      expect(await globalOf(host, OURS)).toEqual(await globalOf(host, ORIGINAL));
      const rules = await rulesOf(host, ORIGINAL, ["imported"]);
      expect(rules).toHaveLength(1);
      expect(await rulesOf(host, OURS, ["imported"])).toEqual(rules);
      const goes = async (labels: string) => ({
        labels,
        to: await receiversOf(host, "original-alertmanager", "/etc/alertmanager/alertmanager.yml", labels),
      });
      for (const labels of ALERTS) {
        const to = await receiversOf(
          host,
          "podwatch-alertmanager",
          `${CONFIG_DIRECTORY}/alertmanager.yml`,
          labels,
        );
        expect({ labels, to }).toEqual(await goes(labels));
      }
      expect((await goes(ALERTS[1])).to).toBe("pager");
    } finally {
      await stopOriginal(host);
    }
  });

  describe("an agent on another host", () => {
    let edge: LabHost;
    let sender: Stack;
    /** The other stack of the pair: its Prometheus is a server first, whose samples are kept. */
    const sending = (prometheus: object, more: object = {}) => ({
      host: connection("operator", edge),
      gateways: { enabled: false },
      grafana: { enabled: false },
      prometheus: {
        scrapeInterval: "1s",
        remoteWrite: [{ name: "central", url: `http://${host.address}/prometheus/api/v1/write` }],
        ...prometheus,
      },
      ...more,
    });

    beforeAll(async () => {
      edge = await LabHost.boot("test-prometheus-edge");
      await stack.configure({
        ...settings,
        front: { bind: "0.0.0.0", insecure: "a test", tls: false },
        prometheus: { ...(settings.prometheus as object), remoteWriteReceiver: true },
      });
      sender = await Stack.create("edge", sending({}));
      await Promise.all([stack.up(), sender.up()]);
    });

    afterAll(async () => {
      await sender?.dispose();
      await edge?.down();
    });

    const startedThere = () =>
      edge.exec(`${ENGINE} inspect -f '{{.State.StartedAt}}' podwatch-prometheus podwatch-nginx`);
    /** What the other host's Prometheus has of it. */
    const arrived = (expression: string) =>
      eventually(
        60,
        () => query(host, expression),
        (series) => series.length > 0,
      );

    test("keeps what it stored as a server, says so, and sends its samples under its name", async () => {
      await eventually(
        30,
        () => targets(edge),
        (up) => up["prometheus/localhost:9090"] === 1,
      );
      await sender.configure(sending({ mode: "agent" }));
      const { code, stdout } = await sender.run("up", "--yes", "--skip-preview");
      expect(code).toBe(0);
      expect(stdout).toMatch(/stored here as a server, \d+ MB, stay in the volume/);
      const own = `{job="prometheus", host="${edge.name}"}`;
      expect(await arrived(`up${own} == 1 and prometheus_agent_active_series${own} > 100`)).toHaveLength(1);
      const asked = await edge.fetch("/prometheus/api/v1/query?query=up");
      expect(asked.body).toContain("unavailable");
    });

    test("is verified by what its endpoint takes; status and drift know it", async () => {
      const verified = await operate(sender, "verify");
      expect(verified.stdout).toMatch(/^ok {6}\S+ {2}targets: 1 up$/m);
      expect(verified.stdout).toMatch(/^ok {6}\S+ {2}samples sent: central takes them$/m);
      expect(verified).toHaveExited(0);
      expect(await operate(sender, "status")).toHaveExited(0);
      expect((await drift(sender)).code).toBe(0);
    });

    test("takes a changed job and another endpoint by a reload, and nothing else changes", async () => {
      const before = await startedThere();
      const scrapeJobs = [{ name: "again", targets: ["localhost:9090"], metricsPath: "/prometheus/metrics" }];
      const nobody = { name: "nobody", url: "http://127.0.0.1:9/api/v1/write" };
      const remoteWrite = [...sending({}).prometheus.remoteWrite, nobody];
      await sender.configure(sending({ mode: "agent", scrapeJobs, remoteWrite }));
      const { updated, unchanged, ...others } = await sender.up();
      expect([updated, others]).toEqual([1, {}]);
      await arrived(`up{job="again", host="${edge.name}"} == 1`);
      expect(await startedThere()).toBe(before);
    });

    test("verify names an endpoint that takes nothing; as a server again it has its samples of before", async () => {
      const verified = await operate(sender, "verify", "--timeout", "5");
      expect(verified).toHaveExited(3);
      expect(verified.stdout).toMatch(
        /^FAILED {2}\S+ {2}samples sent: central takes them; nobody has taken nothing/m,
      );
      await sender.configure(sending({}));
      await sender.up();
      const kept = await eventually(
        30,
        () => query(edge, "prometheus_tsdb_lowest_timestamp_seconds < process_start_time_seconds - 5"),
        (series) => series.length > 0,
      );
      expect(kept).toHaveLength(1);
    });

    describe("of the same stack, whose front wants log-ins and is encrypted", () => {
      /** Both hosts in one stack; what is sent between them finds its log-in and its authority by itself. */
      const both = (there: object) => {
        const { gateways, grafana, prometheus, host: _, ...more } = settings;
        const receiver = { ...(prometheus as object), remoteWriteReceiver: true };
        const central = {
          front: { bind: "0.0.0.0", auth: { users: { alice: {} } } },
          alertmanager: { enabled: true },
        };
        const unnamed = (one: LabHost) => ({ ...connection("operator", one), name: undefined });
        return {
          ...more,
          hosts: {
            [host.name]: {
              ...unnamed(host),
              gateways,
              grafana,
              prometheus: receiver,
              ...central,
            },
            [edge.name]: { ...unnamed(edge), gateways: { enabled: false }, ...there },
          },
        };
      };
      const remoteWrite = () => [{ name: "central", url: `https://${host.address}/prometheus/api/v1/write` }];
      /** What the central host's services answer, asked beside the front. */
      const central = async (path: string) =>
        JSON.parse(await host.exec(`${ENGINE} exec podwatch-nginx curl -s '${path}'`));
      const samples = async (expression: string) => {
        const asked = `http://podwatch-prometheus:9090/prometheus/api/v1/query?query=${encodeURIComponent(expression)}`;
        return (await central(asked)).data.result as Array<{ value: [number, string] }>;
      };

      beforeAll(async () => {
        await sender.destroy();
        const prometheus = { mode: "agent", scrapeInterval: "1s", remoteWrite: remoteWrite() };
        await stack.configure(both({ prometheus }));
        await stack.up();
      });

      nightly("its samples are taken, and its Grafana asks the other's Prometheus", async () => {
        const own = `up{job="prometheus", host="${edge.name}"} == 1`;
        expect(
          await eventually(
            60,
            () => samples(own),
            (series) => series.length > 0,
          ),
        ).toHaveLength(1);
        const installations =
          await stack.output<Record<string, { grafana: { password: string } }>>("installations");
        const user = `admin:${installations[edge.name]?.grafana.password}`;
        const { body: sources } = await edge.fetch("/grafana/api/datasources", { user });
        expect(JSON.parse(sources)).toEqual([
          expect.objectContaining({
            name: `Prometheus (${host.name})`,
            url: `https://${host.address}:443/prometheus`,
          }),
        ]);
        // With what Grafana is given for it; the stand-in knows no certificates.
        const [{ uid }] = JSON.parse(sources);
        const ca = `/var/lib/podwatch/services/grafana/current/files/tls/${uid}/ca.pem`;
        const header = `"Authorization: Bearer $(${ENGINE} exec podwatch-grafana cat /run/secrets/grafana-token.${uid})"`;
        const ask = (path: string, more = "") =>
          edge.exec(
            `curl -so /dev/null -w '%{http_code}' --cacert ${ca} -H ${header} ${more} 'https://${host.address}/prometheus/api/v1/${path}'`,
          );
        expect(await ask("query", "-d query=up")).toBe("200");
        expect(await ask("write", "-X POST")).toBe("403");
      });

      nightly("a new token is followed by whoever has the old one", async () => {
        const urn = /"urn": "(\S+-samples-token)"/.exec(await stack.state())?.[1];
        const token = "cat /run/secrets/prometheus-write-token.central";
        const before = await edge.exec(`${ENGINE} exec podwatch-prometheus ${token}`);
        await stack.up("--replace", `${urn}`);
        const after = await edge.exec(`${ENGINE} exec podwatch-prometheus ${token}`);
        expect(after).not.toBe(before);
        const sent = (given: string) =>
          host.exec(
            `curl -sko /dev/null -w '%{http_code}' -X POST -H 'Authorization: Bearer ${given}' https://127.0.0.1/prometheus/api/v1/write`,
          );
        expect(await sent(before)).toBe("401");
        // What is sent is no sample, but Prometheus says that.
        expect(await sent(after)).toBe("400");
        const since = Math.ceil(Date.now() / 1000);
        await eventually(
          60,
          () => samples(`timestamp(up{job="prometheus", host="${edge.name}"})`),
          ([series]) => Number(series?.value[1]) > since,
        );
      });

      nightly(
        "alerts of its server reach the other's Alertmanager, told apart from those there",
        async () => {
          await stack.configure(
            both({ grafana: { enabled: false }, prometheus: { evaluationInterval: "1s" } }),
          );
          await stack.up();
          const path =
            "http://podwatch-alertmanager:9093/alertmanager/api/v2/alerts?filter=alertname%3DWatchdog";
          const alerts = await eventually(
            60,
            async () => (await central(path)) as Array<{ labels: Record<string, string> }>,
            (all) => all.length === 2,
          );
          expect(alerts.map(({ labels }) => labels.host).sort()).toEqual([edge.name, undefined]);
        },
      );
    });
  });
});
