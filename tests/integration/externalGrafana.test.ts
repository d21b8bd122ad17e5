// On a host without a Grafana: data source and dashboards are put into one that somebody else has, beside the lab's hosts.
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Answer, type Ask, build, StandIn } from "../grafana/standin";
import { HERE, LabHost } from "./support/lab";
import { operate } from "./support/operate";
import { connection, Stack } from "./support/stack";

jest.setTimeout(300_000);

/** With a log-in, which that Grafana has one of its own for. */
const FRONT = { bind: "0.0.0.0", auth: { users: { alice: {} } } };
const PASSWORD = "of-somebody-else";
const TITLE = "Podwatch external test-external";

describe("a Grafana of somebody else's", () => {
  let host: LabHost;
  let stack: Stack;
  let grafana: StandIn;
  let binary: string;
  let token: string;

  const external = () => ({ url: `http://${HERE}:${grafana.port}/grafana` });
  const settings = (more: object = {}, changed: object = {}, dashboards: string[] = []) => ({
    host: connection("operator", host),
    gateways: { enabled: false },
    prometheus: { scrapeInterval: "2s", evaluationInterval: "2s" },
    front: FRONT,
    grafana: { external: { ...external(), ...more }, dashboards },
    ...changed,
  });

  const api = (path: string, ask: Ask = {}): Promise<Answer> =>
    grafana.ask(`/grafana/api/${path}`, { auth: `admin:${PASSWORD}`, ...ask });

  async function tokenOf(name: string): Promise<string> {
    const account = await api("serviceaccounts", { method: "POST", body: { name, role: "Admin" } });
    const made = await api(`serviceaccounts/${account.json.id}/tokens`, { method: "POST", body: { name } });
    return made.json.key;
  }

  const configure = (more?: object, changed?: object, dashboards: string[] = []) =>
    stack.configure(settings(more, changed, dashboards), { "grafana.external.token": token });

  beforeAll(async () => {
    binary = build();
    host = await LabHost.boot("test-external");
    grafana = await new StandIn(
      binary,
      {},
      {
        GF_SERVER_HTTP_ADDR: HERE,
        GF_SERVER_ROOT_URL: `http://${HERE}/grafana/`,
        GF_SERVER_SERVE_FROM_SUB_PATH: "true",
        GF_SECURITY_ADMIN_PASSWORD: PASSWORD,
      },
    ).start();
    // The same address after a restart.
    grafana.env.GF_SERVER_HTTP_PORT = String(grafana.port);
    process.env.PODWATCH_GRAFANA_PATIENCE = "2";
    token = await tokenOf("podwatch");
    stack = await Stack.create("external", settings());
    await configure();
  });

  afterAll(async () => {
    await stack?.dispose();
    await grafana?.remove();
    await host?.down();
    rmSync(binary, { recursive: true, force: true });
  });

  test("previews what it will get as text, without the token", async () => {
    const text = await stack.preview("--diff");
    expect(text).toMatch(/title *: "Podwatch external test-external"/);
    expect(text).toMatch(/url *: "https:\/\/[0-9.]+:443\/prometheus"/);
    expect(text).toMatch(/expr *: "process_max_fds\{job=/);
    expect(text).not.toContain(token);
  });

  test("gets folder, data source and dashboards, whose panels have data", async () => {
    await stack.up();
    const found: Array<{ title: string; uid: string; folderTitle: string }> = (
      await api("search?type=dash-db")
    ).json;
    expect(found.map(({ title }) => title)).toEqual(["Overview", "Prometheus"]);
    expect(new Set(found.map(({ folderTitle }) => folderTitle))).toEqual(new Set([TITLE]));
    const [source, ...others] = (await api("datasources")).json;
    expect(others).toEqual([]);
    expect(source).toMatchObject({ name: `Prometheus (external test-external)`, isDefault: false });
    const installations = await stack.output<Record<string, { grafana: { url: string } }>>("installations");
    expect(installations["test-external"]?.grafana).toEqual({
      url: expect.stringMatching(/^http:.*\/grafana\/dashboards\/f\/pw[0-9a-f]{8}-folder$/),
    });
    expect((await api(`datasources/uid/${source.uid}`)).json.secureJsonFields).toEqual({
      httpHeaderValue1: true,
      tlsCACert: true,
    });
    expect(await stack.state()).not.toContain(token);
    await stack.preview("--expect-no-changes");
  });

  /** What there is, by uid, with its version. */
  async function versions(): Promise<Record<string, number>> {
    const boards: Array<{ uid: string }> = (await api("search?type=dash-db")).json;
    const sources: Array<{ uid: string }> = (await api("datasources")).json;
    const all = [
      ...boards.map(async ({ uid }) => [uid, (await api(`dashboards/uid/${uid}`)).json.dashboard.version]),
      ...sources.map(async ({ uid }) => [uid, (await api(`datasources/uid/${uid}`)).json.version]),
    ];
    return Object.fromEntries(await Promise.all(all));
  }

  const started = () => host.exec("podman ps --format '{{.Names}} {{.StartedAt}}' | sort");

  async function save(dashboard: object, folderUid = ""): Promise<void> {
    const body = { dashboard: { panels: [], ...dashboard }, folderUid };
    expect((await api("dashboards/db", { method: "POST", body })).status).toBe(200);
  }

  const uidOf = async (title: string): Promise<string> =>
    (await api("search")).json.find((one: { title: string }) => one.title === title).uid;

  test("verify queries through it", async () => {
    const { stdout } = await operate(stack, "verify");
    expect(stdout).toMatch(/^ok +test-external {2}grafana log-in: Main Org\.$/m);
    expect(stdout).toMatch(/^ok .* data source Prometheus \(external test-external\): Successfully queried/m);
    expect(stdout).toMatch(/^ok .* dashboard Prometheus: \d+ of \d+ panels with data/m);
    expect(stdout).not.toContain("FAILED");
  });

  test("a token that is rotated changes nothing there, and nothing on the host", async () => {
    const before = [await versions(), await started()];
    token = await tokenOf("rotated");
    await configure();
    await stack.up();
    expect([await versions(), await started()]).toEqual(before);
    await configure();
    await stack.preview("--expect-no-changes");
    token = "glsa_00000000000000000000000000000000_00000000";
    await configure();
    expect(await stack.failingUp()).toMatch(
      /status 401: Invalid API key\).*pulumi config set --secret --path podwatch:grafana.external.token/,
    );
    token = await tokenOf("third");
    await configure();
    await stack.up();
    expect([await versions(), await started()]).toEqual(before);
  });

  test("drift names what people changed there, and repair puts it back", async () => {
    expect(await operate(stack, "drift")).toHaveExited(0);
    const [overview, prometheus] = [await uidOf("Overview"), await uidOf("Prometheus")];
    const { dashboard } = (await api(`dashboards/uid/${overview}`)).json;
    await save({ ...dashboard, title: "Mine now" }, await uidOf(TITLE));
    await api(`dashboards/uid/${prometheus}`, { method: "DELETE" });
    const { code, stdout } = await operate(stack, "drift");
    expect(code).toBe(2);
    expect(stdout).toMatch(/external-grafana +dashboard +changed +.*-dashboard-overview/);
    expect(stdout).toMatch(/external-grafana +dashboard +missing +.*-dashboard-prometheus/);
    expect(await operate(stack, "repair")).toHaveExited(0);
    expect(await operate(stack, "drift")).toHaveExited(0);
    expect(await uidOf("Overview")).toBe(overview);
    expect(await uidOf("Prometheus")).toBe(prometheus);
  });

  test("a dashboard of somebody else's with a uid of ours is refused and kept; a change of ours is shown and made", async () => {
    const directory = mkdtempSync(join(tmpdir(), "podwatch-external-"));
    writeFileSync(join(directory, "own.json"), JSON.stringify({ uid: "mine", title: "Own", panels: [] }));
    const uid = `${(await uidOf(TITLE)).replace(/-folder$/, "")}-mine`;
    await save({ uid, title: "Sales" });
    await configure({}, { prometheus: { scrapeInterval: "3s", evaluationInterval: "2s" } }, [
      join(directory, "own.json"),
    ]);
    expect(await stack.preview("--diff")).toMatch(/timeInterval *: "2s" => "3s"/);
    expect(await stack.failingUp("--continue-on-error")).toContain(
      `has a dashboard with the uid ${uid}, which is called "Sales": it does not have the mark of this stack`,
    );
    expect((await api(`dashboards/uid/${uid}`)).json.dashboard).toMatchObject({ title: "Sales", version: 1 });
    const [source] = (await api("datasources")).json;
    expect(source.jsonData.timeInterval).toBe("3s");
    await api(`dashboards/uid/${uid}`, { method: "DELETE" });
    await stack.up();
    expect((await api(`dashboards/uid/${uid}`)).json.dashboard.title).toBe("Own");
    rmSync(directory, { recursive: true });
    await configure();
    await stack.up();
    expect((await api(`dashboards/uid/${uid}`)).status).toBe(404);
  });

  test("what fails on the host does not keep it waiting for ever", async () => {
    await configure({ folder: "Web shop" }, { front: { ...FRONT, snippet: "bogus;" } });
    expect(await stack.failingUp("--continue-on-error")).toMatch(/unknown directive "bogus"/);
    await configure();
    await stack.up();
  });

  test("when it is away everything on the host is applied all the same", async () => {
    await grafana.stop();
    await configure({}, { prometheus: { scrapeInterval: "4s", evaluationInterval: "2s" } });
    const told = await stack.failingUp();
    expect(told).toMatch(/the Grafana at .* is not there just now: .*Everything on the hosts is applied/);
    const config = "podman exec podwatch-prometheus cat /etc/podwatch/current/files/prometheus.yml";
    expect(await host.exec(config)).toContain("scrape_interval: 4s");
    await grafana.start();
    await stack.up();
    expect((await api("datasources")).json[0].jsonData.timeInterval).toBe("4s");
  });

  test("destroy removes the host while it is away, and then what is ours there", async () => {
    await save({ uid: "guest", title: "Guest" }, await uidOf(TITLE));
    await grafana.stop();
    expect(await stack.failingDestroy("--continue-on-error")).toMatch(
      /is not there just now.*It was not removed there/,
    );
    expect(await host.exec("podman ps -aq; ls /var/lib/podwatch 2>/dev/null || :")).toBe("");
    await grafana.start();
    await stack.destroy();
    expect((await api("datasources")).json).toEqual([]);
    expect((await api("search?type=dash-db")).json).toEqual([expect.objectContaining({ uid: "guest" })]);
    expect((await api("search?type=dash-folder")).json).toHaveLength(1);
  });
});
