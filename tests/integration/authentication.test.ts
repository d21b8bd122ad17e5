// Whatever is asked or told over HTTP may ask for a log-in: each of its secrets arrives, and stands nowhere in clear.
import { GuardedServer, HEADER, type Keys, USER } from "./support/guarded";
import { eventually, LabHost } from "./support/lab";
import { targets } from "./support/queries";
import {
  HOST_PLACES,
  readableByEverybody,
  type Secrets,
  secretsIn,
  secretsOnHost,
} from "./support/secretScan";
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

describe("log-ins", () => {
  let host: LabHost;
  let server: GuardedServer;
  let stack: Stack;

  beforeAll(async () => {
    [host, server] = await Promise.all([LabHost.boot("test-auth"), GuardedServer.start(KEYS)]);
    await host.exec(`touch ${MARK}`);
    stack = await Stack.create("auth", settings());
    await configure(KEYS);
    await stack.up();
  });

  afterAll(async () => {
    server?.close();
    await stack?.dispose();
    await host?.down();
  });

  /** One job for each door, and one that asks for its targets behind another. */
  function jobs() {
    const { ca, client } = server.papers;
    const at = (door: string) => ({ name: door, targets: [server.target], metricsPath: `/${door}` });
    return [
      { ...at("basic"), basicAuth: { username: USER } },
      at("bearer"),
      { ...at("oauth2"), oauth2: { clientId: USER, tokenUrl: `http://${server.target}/token` } },
      at("header"),
      {
        name: "mutual",
        scheme: "https",
        targets: [server.mutualTarget],
        tls: { ca, certificate: client.certificate, serverName: "metrics.lab" },
      },
      {
        name: "found.by-list",
        httpSd: { url: `http://${server.target}/list`, refreshInterval: "1s", basicAuth: { username: USER } },
      },
    ];
  }

  const settings = () => ({
    host: connection("operator", host),
    grafana: { enabled: false },
    gateways: { enabled: false },
    prometheus: { scrapeInterval: "1s", scrapeJobs: jobs() },
  });

  function configure(keys: Keys): Promise<void> {
    const of = (index: number) => `prometheus.scrapeJobs[${index}]`;
    return stack.configure(settings(), {
      [`${of(0)}.basicAuth.password`]: keys.password,
      [`${of(1)}.bearerToken`]: keys.token,
      [`${of(2)}.oauth2.clientSecret`]: keys.clientSecret,
      [`${of(3)}.headers.${HEADER}`]: keys.header,
      [`${of(4)}.tls.key`]: server.papers.client.key,
      [`${of(5)}.httpSd.basicAuth.password`]: keys.password,
      [`${of(5)}.bearerToken`]: keys.token,
    });
  }

  /** `up` of the jobs, as `job: value`. */
  async function doors(): Promise<Record<string, number>> {
    const up = Object.entries(await targets(host)).map(([name, value]) => [name.split("/")[0], value]);
    return Object.fromEntries(up.filter(([job]) => job !== "prometheus"));
  }
  const open = { basic: 1, bearer: 1, "found.by-list": 1, header: 1, mutual: 1, oauth2: 1 };
  const started = () =>
    host.exec("podman inspect -f '{{.Name}} {{.State.StartedAt}}' podwatch-nginx podwatch-prometheus");
  const secrets = (keys: Keys): Secrets => ({ ...keys, key: server.papers.client.key });

  test("open each door, also where targets are asked for", async () => {
    await eventually(30, doors, (found) => JSON.stringify(found) === JSON.stringify(open));
  });

  test("their secrets stand nowhere in clear", async () => {
    expect(secretsIn(await stack.state(), secrets(KEYS))).toEqual([]);
    expect(await secretsOnHost(host, secrets(KEYS))).toEqual([]);
    expect(await readableByEverybody(host, MARK, secrets(KEYS))).toEqual([]);
    const script = "cat /proc/[0-9]*/environ /proc/[0-9]*/cmdline | tr '\\0' '\\n'";
    expect(secretsIn(await host.exec(script), secrets(KEYS))).toEqual([]);
    expect(Object.keys(HOST_PLACES).length).toBeGreaterThan(0);
  });

  test("a changed secret restarts who reads it alone; a wrong one keeps its door shut", async () => {
    const before = await started();
    const wrong = { ...KEYS, token: "another-token-that-is-wrong" };
    await configure(wrong);
    const preview = await stack.preview("--diff");
    expect(secretsIn(preview, { ...secrets(KEYS), wrong: wrong.token })).toEqual([]);
    // Two jobs have it.
    expect(await stack.up()).toMatchObject({ updated: 3 });
    const after = await started();
    const nginx = (text: string) => text.split("\n").find((line) => line.startsWith("podwatch-nginx"));
    expect(nginx(after)).toBe(nginx(before));
    expect(after).not.toBe(before);
    const shut = { ...open, bearer: 0, "found.by-list": 0 };
    await eventually(30, doors, (found) => JSON.stringify(found) === JSON.stringify(shut));
    server.keys = { ...KEYS, token: wrong.token };
    await eventually(30, doors, (found) => JSON.stringify(found) === JSON.stringify(open));
    expect(await secretsOnHost(host, { wrong: wrong.token })).toEqual([]);
  });
});
