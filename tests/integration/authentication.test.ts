// Whatever is asked or told over HTTP may ask for a log-in: each of its secrets arrives, and stands nowhere in clear.

import { ENGINE } from "./support/engine";
import { GuardedServer, HEADER, type Keys, USER } from "./support/guarded";
import { eventually, LabHost } from "./support/lab";
import { query, targets } from "./support/queries";
import { readableByEverybody, type Secrets, secretsIn, secretsOnHost } from "./support/secretScan";
import { connection, Stack } from "./support/stack";

jest.setTimeout(300_000);

const MARK = "/etc/podwatch-test-mark";

// Each with something that a shell, YAML, a template or a unit file would take for its own.
const KEYS: Keys = {
  password: `p"a'$$s: #{{x}}\\-of-the-basic-door`,
  token: "token.of-the-bearer-door_~+/=",
  clientSecret: "s: %t $HOME `id` & ключ of-the-oauth2-door",
  header: "- {{ .Value }} %n 'of-the-header-door",
};

/** The ways in, and what is secret about each: the path of the setting, and the value. */
const WAYS: Record<
  string,
  { auth: (server: GuardedServer) => object; secret: string; of: keyof Keys | "key" }
> = {
  basic: { auth: () => ({ basicAuth: { username: USER } }), secret: "basicAuth.password", of: "password" },
  bearer: { auth: () => ({}), secret: "bearerToken", of: "token" },
  oauth2: {
    auth: ({ target }) => ({ oauth2: { clientId: USER, tokenUrl: `http://${target}/token` } }),
    secret: "oauth2.clientSecret",
    of: "clientSecret",
  },
  header: { auth: () => ({}), secret: `headers.${HEADER}`, of: "header" },
  mutual: {
    auth: ({ papers: { ca, client } }) => ({
      tls: { ca, certificate: client.certificate, serverName: "metrics.lab" },
    }),
    secret: "tls.key",
    of: "key",
  },
};
const doors = Object.keys(WAYS);
const all = (value: number, ...more: string[]) =>
  Object.fromEntries([...doors, ...more].sort().map((door) => [door, value]));

describe("log-ins", () => {
  let host: LabHost;
  let server: GuardedServer;
  let stack: Stack;

  beforeAll(async () => {
    [host, server] = await Promise.all([LabHost.boot("test-auth"), GuardedServer.start(KEYS)]);
    await host.exec(`touch ${MARK}`);
    stack = await Stack.create("auth", settings());
    await configure();
    await stack.up();
  });

  afterAll(async () => {
    server?.close();
    await stack?.dispose();
    await host?.down();
  });

  const address = (door: string) =>
    door === "mutual" ? `https://${server.mutualTarget}/` : `http://${server.target}/${door}`;
  const perDoor = <T>(make: (door: string, auth: object) => T) =>
    doors.map((door) => make(door, WAYS[door]?.auth(server) ?? {}));

  const settings = () => ({
    host: connection("operator", host),
    grafana: { enabled: false },
    gateways: { enabled: false },
    front: {
      snippet: `location = /own { include /run/secrets/nginx.door; proxy_pass http://${server.target}/bearer; }\n`,
    },
    prometheus: {
      scrapeInterval: "1s",
      evaluationInterval: "1s",
      scrapeJobs: [
        ...perDoor((name, auth) => ({
          name,
          ...(name === "mutual"
            ? { targets: [server.mutualTarget], scheme: "https" }
            : { targets: [server.target], metricsPath: `/${name}` }),
          ...auth,
        })),
        {
          name: "found.by-list",
          httpSd: { url: address("list"), refreshInterval: "1s", basicAuth: { username: USER } },
        },
        {
          name: "own",
          targets: [server.target],
          metricsPath: "/basic",
          extra: { basic_auth: { username: USER, password_file: "/run/secrets/prometheus.door" } },
        },
      ],
      remoteWrite: [{ name: "own", url: address("write"), basicAuth: { username: USER } }],
      alertmanagers: [
        { name: "own", targets: [server.target], pathPrefix: "/alertmanager", basicAuth: { username: USER } },
      ],
    },
    blackboxExporter: {
      targets: doors.map((door) => ({ name: door, module: door, target: address(door), interval: "1s" })),
      modules: Object.fromEntries(perDoor((door, auth) => [door, { prober: "http", ...auth }])),
    },
    alertmanager: {
      receivers: Object.fromEntries(perDoor((door, auth) => [door, { webhook: auth }])),
      route: {
        receiver: "basic",
        groupWait: "1s",
        routes: doors.map((receiver) => ({ matchers: ["alertname=Rang"], receiver, continue: true })),
      },
    },
  });

  /** The keys that each of those who log in has. */
  interface Holders {
    readonly jobs: Keys;
    readonly probes: Keys;
  }

  function configure({ jobs, probes }: Holders = { jobs: KEYS, probes: KEYS }): Promise<void> {
    const given = (keys: Keys, at: (door: string, index: number) => string) =>
      Object.entries(WAYS).map(([door, { secret, of }], index) => [
        `${at(door, index)}.${secret}`,
        of === "key" ? server.papers.client.key : keys[of],
      ]);
    const job = (index: number) => `prometheus.scrapeJobs[${index}]`;
    return stack.configure(
      settings(),
      Object.fromEntries([
        ...given(jobs, (_, index) => job(index)),
        [`${job(doors.length)}.httpSd.basicAuth.password`, jobs.password],
        [`${job(doors.length)}.bearerToken`, jobs.token],
        ["prometheus.secrets.door", jobs.password],
        ["prometheus.remoteWrite[0].basicAuth.password", jobs.password],
        ["prometheus.alertmanagers[0].basicAuth.password", jobs.password],
        ...given(probes, (door) => `blackboxExporter.modules.${door}`),
        ...given(KEYS, (door) => `alertmanager.receivers.${door}.webhook`),
        ...doors.map((door) => [`alertmanager.receivers.${door}.webhook.url`, address(door)]),
        ["front.secrets.door", `proxy_set_header Authorization "Bearer ${KEYS.token}";`],
      ]),
    );
  }

  /** `up` of the jobs that the stack file names. */
  async function scraped(): Promise<Record<string, number>> {
    const up = Object.entries(await targets(host)).map(([name, value]) => [name.split("/")[0] ?? "", value]);
    return Object.fromEntries(up.filter(([job]) => [...doors, "found.by-list", "own"].includes(String(job))));
  }
  async function probed(): Promise<Record<string, number>> {
    const samples = await query(host, "probe_success");
    return Object.fromEntries(samples.map(({ metric, value }) => [metric.instance, value]).sort());
  }
  const open = all(1, "found.by-list", "own");
  const becomes = (wanted: object, ask: () => Promise<object>) =>
    eventually(30, ask, (found) => JSON.stringify(found) === JSON.stringify(wanted));

  /** When each container was started, by service. */
  async function started(): Promise<Record<string, string>> {
    const lines = await host.exec(
      `${ENGINE} inspect -f '{{.Name}} {{.State.StartedAt}}' $(${ENGINE} ps -q) | sed 's,^/,,'`,
    );
    return Object.fromEntries(
      lines
        .trim()
        .split("\n")
        .map((line) => [line.slice(0, line.indexOf(" ")), line]),
    );
  }
  /** The services that are started anew by what is done. */
  async function restarted(act: () => Promise<unknown>): Promise<string[]> {
    const before = await started();
    await act();
    const after = Object.entries(await started());
    return after.filter(([name, at]) => before[name] !== at).map(([name]) => name);
  }
  const secrets = (keys: Keys): Secrets => ({ ...keys, key: server.papers.client.key });

  test("of scrape jobs give access, also at service discovery, and with a file", async () => {
    await becomes(open, scraped);
  });

  test("of probes give access", async () => {
    await becomes(all(1), probed);
  });

  test("of receivers give access", async () => {
    const alert = JSON.stringify([{ labels: { alertname: "Rang" } }]);
    const url = "http://127.0.0.1:9093/alertmanager/api/v2/alerts";
    await host.exec(
      `${ENGINE} exec podwatch-alertmanager wget -q -O - --header 'Content-Type: application/json' --post-data '${alert}' ${url}`,
    );
    await becomes(doors.toSorted(), async () => [...server.told].filter((door) => door in WAYS).sort());
  });

  test("of the front's snippet are covered", async () => {
    expect((await host.fetch("/own")).body).toBe("guarded 1\n");
  });

  test("are nowhere in clear text", async () => {
    const words = secrets(KEYS);
    expect(secretsIn(await stack.state(), words)).toEqual([]);
    expect(await secretsOnHost(host, words)).toEqual([]);
    expect(await readableByEverybody(host, MARK, words)).toEqual([]);
    const processes = await host.exec("cat /proc/[0-9]*/environ /proc/[0-9]*/cmdline | tr '\\0' '\\n'");
    expect(secretsIn(processes, words)).toEqual([]);
    // Prometheus tells its configuration to everybody who asks.
    const { body } = await host.fetch("/prometheus/api/v1/status/config");
    expect(body).toContain("/run/secrets/prometheus-password.basic");
    expect(secretsIn(body, words)).toEqual([]);
    expect((await stack.up()).updated ?? 0).toBe(0);
  });

  test("changed ones restart only their service; a wrong one is denied access", async () => {
    const wrong = { ...KEYS, token: "another-token-that-is-wrong" };
    await configure({ jobs: wrong, probes: KEYS });
    const preview = await stack.preview("--diff");
    expect(secretsIn(preview, { ...secrets(KEYS), wrong: wrong.token })).toEqual([]);
    // Two jobs have it.
    expect(await restarted(async () => expect(await stack.up()).toMatchObject({ updated: 3 }))).toEqual([
      "podwatch-prometheus",
    ]);
    await becomes({ ...open, bearer: 0, "found.by-list": 0 }, scraped);
    expect(await secretsOnHost(host, { wrong: wrong.token })).toEqual([]);

    await configure({ jobs: KEYS, probes: { ...KEYS, header: "another-header-that-is-wrong" } });
    expect((await restarted(() => stack.up())).sort()).toEqual([
      "podwatch-blackbox-exporter",
      "podwatch-prometheus",
    ]);
    await becomes(open, scraped);
    await becomes({ ...all(1), header: 0 }, probed);
  });

  // Last: it is a minute after its start that Prometheus first tells of an alert, or sends samples.
  test("of remote write and Alertmanagers give access", async () => {
    await becomes(["alertmanager", "write"], async () =>
      [...server.told].filter((door) => ["alertmanager", "write"].includes(door)).sort(),
    );
  });
});
