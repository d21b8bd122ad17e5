// A Grafana of somebody else's: what is refused, and the resources for it.
import { MonitoringStack } from "../../../components/monitoringStack";
import { settingsOf as plainSettings, problemsOf, stack } from "../../config/support";
import {
  CERTIFICATE,
  deploy,
  GENERATED_PASSWORD,
  LOCAL_COMMAND,
  plainText,
  type Recorded,
  Secret,
} from "../mocks";
import { login, settingsOf } from "../stackFile";

const TOKEN = "glsa_0123456789-s3cret-of-elsewhere";
const external = { url: "https://grafana.my-company.net/team/", token: TOKEN };
const open = { bind: "0.0.0.0", insecure: "a test" };
const problems = (grafana: object, more: object = {}) => problemsOf(stack({ front: open, grafana, ...more }));
const AT = "podwatch:grafana";

describe("settings", () => {
  test("take the place of a Grafana of the host's own", () => {
    const { grafana } = plainSettings(stack({ front: open, grafana: { external } }));
    expect(grafana).toMatchObject({
      enabled: false,
      external: { url: "https://grafana.my-company.net/team", token: TOKEN },
    });
    expect(problems({ external, enabled: true })).toEqual([
      `${AT}.enabled: true is set together with external, a Grafana of somebody else's instead of the host's own; keep one of them`,
    ]);
    expect(problems({ external, smtp: { host: "a.net:25", from: "a@a.net" }, plugins: ["a@1.0.0"] })).toEqual(
      [
        `${AT}.plugins: is of a Grafana of the host's own, not of external; set it in that Grafana`,
        `${AT}.smtp: is of a Grafana of the host's own, not of external; set it in that Grafana`,
      ],
    );
  });

  test("need a front that it reaches, and a Prometheus that it can ask", () => {
    const [unreached, ...none] = problemsOf(stack({ grafana: { external } }));
    expect(none).toEqual([]);
    expect(unreached).toMatch(
      /grafana\.external: would ask the front at "http:\/\/localhost", which only the host itself reaches; write an address under front\.bind/,
    );
    const proxied = { publicUrl: "https://monitor.my-company.net" };
    expect(problems({ external }, { front: proxied })).toEqual([]);
    expect(problems({ external }, { prometheus: { enabled: false } })).toEqual([
      expect.stringMatching(/grafana\.external: has no data to show, since the host has no Prometheus/),
    ]);
  });

  test("are told what is wrong with each", () => {
    const wrong = { url: "grafana", token: "short", organisation: 0, folder: { uid: "a b" }, ca: "none.pem" };
    expect(problems({ external: wrong }).map((text) => text.replace(/^.*external\.(\S+): .*/, "$1"))).toEqual(
      expect.arrayContaining(["folder.uid", "organisation", "token", "url"]),
    );
    expect(problems({ external: wrong }).join()).not.toContain("short");
    expect(problems({ external: { ...external, ca: "none.pem" } })).toEqual([
      expect.stringMatching(/external\.ca: .*none\.pem/),
    ]);
  });
});

const object = ({ inputs }: Recorded) => JSON.parse(String(inputs.stdin));

async function deployed(grafana: object, more: object = {}, unmade?: RegExp) {
  const settings = settingsOf(
    {
      hosts: {
        a: { ...login, address: "10.1.2.3" },
        b: { ...login, address: "10.1.2.4" },
      },
      front: open,
      gateways: { enabled: false },
      grafana,
      ...more,
    },
    { "own.json": JSON.stringify(OWN) },
  );
  const { resources, result } = await deploy(() => new MonitoringStack("podwatch", settings), unmade);
  const objects = resources.filter(
    ({ type, name }) => type === LOCAL_COMMAND && name.includes("external-grafana"),
  );
  return { resources, objects, result };
}

const OWN = {
  uid: "mine",
  title: "Mine",
  panels: [
    {
      id: 1,
      type: "stat",
      title: "Up",
      datasource: { type: "prometheus", uid: "PBFA97CFB590B2093" },
      targets: [{ refId: "A", expr: "up" }],
      links: [{ title: "Overview", url: "/d/podwatch-overview?from=now-1h" }],
    },
  ],
};

describe("resources", () => {
  test("are one for each object, told apart by host, with nothing secret in plain text", async () => {
    const { resources, objects, result } = await deployed({ external, dashboards: ["own.json"] });
    expect(objects.map(({ name }) => name.replace(/^podwatch-/, ""))).toEqual(
      ["a", "b"].flatMap((host) =>
        [
          "dashboard-overview",
          "dashboard-own-own",
          "dashboard-prometheus",
          "datasource-prometheus",
          "folder",
        ].map((one) => `${host}-external-grafana-${one}`),
      ),
    );
    expect(plainText(resources)).not.toContain(TOKEN);
    const uids = objects.map((one) => object(one).dashboard?.uid ?? object(one).uid);
    expect(new Set(uids).size).toBe(objects.length);
    const [, own, , source, folder] = objects as [Recorded, Recorded, Recorded, Recorded, Recorded];
    expect(object(folder)).toEqual({
      uid: expect.stringMatching(/^pw[0-9a-f]{8}-folder$/),
      title: "Podwatch test a",
    });
    expect(object(source)).toEqual({
      uid: expect.stringMatching(/^pw[0-9a-f]{8}-prometheus$/),
      name: "Prometheus (test a)",
      type: "prometheus",
      access: "proxy",
      url: "https://10.1.2.3:443/prometheus",
      isDefault: false,
      jsonData: { httpMethod: "POST", timeInterval: "15s", tlsAuthWithCACert: true },
    });
    const { folderUid, dashboard } = object(own);
    expect(folderUid).toBe(object(folder).uid);
    expect(dashboard.panels[0]).toMatchObject({
      datasource: { uid: object(source).uid },
      links: [{ url: `/d/${object(objects[0] as Recorded).dashboard.uid}?from=now-1h` }],
    });
    expect(result.installations.a?.grafana).toEqual({
      url: `https://grafana.my-company.net/team/dashboards/f/${object(folder).uid}`,
    });
  });

  test("another token changes nothing but the environment; another address replaces", async () => {
    const [one] = (await deployed({ external })).objects as [Recorded];
    const [other] = (await deployed({ external: { ...external, token: `${TOKEN}-2` } })).objects as [
      Recorded,
    ];
    const { environment, ...inputs } = one.inputs as { environment: Record<string, unknown> };
    const { environment: later, ...others } = other.inputs as { environment: Record<string, unknown> };
    expect(others).toEqual(inputs);
    expect(inputs).toMatchObject({ triggers: ["https://grafana.my-company.net/team", ""] });
    expect(one.deleteBeforeReplace).toBe(true);
    expect(environment.PODWATCH_GRAFANA_TOKEN).toEqual(new Secret(TOKEN));
    expect(later).toEqual({ ...environment, PODWATCH_GRAFANA_TOKEN: new Secret(`${TOKEN}-2`) });
  });

  test("of a front with log-ins, the data source has one that may only query", async () => {
    const { objects, resources } = await deployed(
      { external },
      { hosts: { a: login }, front: { ...open, auth: { users: { ann: {} } } } },
    );
    const source = objects.find(({ name }) => name.endsWith("-datasource-prometheus")) as Recorded;
    expect(object(source).jsonData).toMatchObject({ httpHeaderName1: "Authorization" });
    const { PODWATCH_GRAFANA_SECRETS: secrets } = source.inputs.environment as Record<string, Secret>;
    expect(JSON.parse(String(secrets?.value))).toEqual({
      httpHeaderValue1: `Bearer ${GENERATED_PASSWORD}-for-podwatch-a-front-queries-token`,
      tlsCACert: CERTIFICATE,
    });
    expect(plainText(resources)).not.toContain(GENERATED_PASSWORD);
  });

  test("data sources of one type on one host are told apart", async () => {
    const { objects } = await deployed(
      { external },
      { hosts: { a: login }, victoriametrics: { enabled: true } },
    );
    const sources = objects.filter(({ name }) => name.includes("-datasource-")).map(object);
    expect(sources.map(({ uid, name }) => [uid.replace(/^pw[0-9a-f]{8}-/, ""), name]).sort()).toEqual([
      ["prometheus", "Prometheus (test a)"],
      ["victoriametrics", "VictoriaMetrics (test a)"],
    ]);
  });

  test("of somebody else's folder, titles say whose dashboards they are", async () => {
    const { objects } = await deployed({ external: { ...external, folder: { uid: "ops" } } });
    const [overview] = objects as [Recorded];
    expect(object(overview)).toMatchObject({ folderUid: "ops", dashboard: { title: "Overview (test a)" } });
    const folder = objects.find(({ name }) => name.endsWith("-folder")) as Recorded;
    expect(object(folder)).toEqual({ uid: "ops", existing: true });
  });

  test("no resource of a host waits for them, and they are no business of its runner", async () => {
    const { resources, objects } = await deployed({ external });
    const names = objects.map(({ name }) => name);
    for (const { name, dependsOn } of resources.filter(({ name }) => !names.includes(name))) {
      expect({ name, waits: dependsOn.filter((other) => names.includes(other)) }).toEqual({
        name,
        waits: [],
      });
    }
    // Nor do they have to be removed before anything of a host, which a Grafana that is away would stop.
    for (const { dependsOn } of objects) {
      expect(dependsOn.filter((other) => /-(service|secret|runner)$/.test(other))).toEqual([]);
    }
    const gate = resources.find(({ name }) => name === "podwatch-a-runner-gate");
    expect(plainText(gate?.inputs)).not.toContain("external");
  });
});

test("a run for some hosts only needs no mark of those that were never deployed", async () => {
  const { objects } = await deployed({ external }, {}, /^podwatch-b-.*-owner$/);
  const owners = (host: string) =>
    new Set(
      objects
        .filter(({ name }) => name.startsWith(`podwatch-${host}-`))
        .map(({ inputs }) => (inputs.environment as Record<string, string>).PODWATCH_GRAFANA_OWNER),
    );
  expect([...owners("a")]).toEqual([expect.stringMatching(/^podwatch-[0-9a-f]{8}$/)]);
  expect([...owners("b")]).toEqual([""]);
});
