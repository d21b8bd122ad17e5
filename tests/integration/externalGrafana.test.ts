import { rmSync } from "node:fs";
import { type Answer, type Ask, build, StandIn } from "../grafana/standin";
import { HERE, LabHost } from "./support/lab";
import { connection, Stack } from "./support/stack";

jest.setTimeout(300_000);

const PASSWORD = "of-somebody-else";
const TITLE = "Podwatch external test-external";

describe("a Grafana of somebody else's", () => {
  let host: LabHost;
  let stack: Stack;
  let grafana: StandIn;
  let binary: string;
  let token: string;

  const external = () => ({ url: `http://${HERE}:${grafana.port}/grafana` });
  const settings = (more: object = {}, changed: object = {}) => ({
    host: connection("operator", host),
    gateways: { enabled: false },
    prometheus: { scrapeInterval: "2s", evaluationInterval: "2s" },
    front: { bind: "0.0.0.0" },
    grafana: { external: { ...external(), ...more } },
    ...changed,
  });

  const api = (path: string, ask: Ask = {}): Promise<Answer> =>
    grafana.ask(`/grafana/api/${path}`, { auth: `admin:${PASSWORD}`, ...ask });

  async function tokenOf(name: string): Promise<string> {
    const account = await api("serviceaccounts", { method: "POST", body: { name, role: "Admin" } });
    const made = await api(`serviceaccounts/${account.json.id}/tokens`, { method: "POST", body: { name } });
    return made.json.key;
  }

  const configure = (more?: object, changed?: object) =>
    stack.configure(settings(more, changed), { "grafana.external.token": token });

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
    expect(await stack.state()).not.toContain(token);
    await stack.preview("--expect-no-changes");
  });

  test("destroy takes what is ours, and keeps what others have there", async () => {
    await stack.destroy();
    expect((await api("datasources")).json).toEqual([]);
    expect((await api("search")).json).toEqual([]);
  });
});
