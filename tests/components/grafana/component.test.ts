import { parse } from "yaml";
import { Grafana } from "../../../components/grafana/component";
import type { Datasource } from "../../../components/grafana/datasource.render";
import type { HostSettings } from "../../../config/load";
import { prepareUserDashboard } from "../../../dashboards/user";
import { secretInput } from "../../../lib/secretVersion";
import versions from "../../../versions.json";
import { everySection, filesBeside } from "../everything";
import { command, component, removal, serviceUnit, unitLines } from "../expected";
import { GENERATED_PASSWORD, PASSWORD, plainText, type Recorded, read, Secret, versionOf } from "../mocks";
import { bundleOf, deployOnHost, serviceCommand } from "../onHost";
import { hostSettings, SECRETS } from "../stackFile";

const DATASOURCE: Datasource<never> = {
  type: "prometheus",
  name: "Prometheus",
  uid: "the-uid",
  endpoint: { scheme: "http", host: "prometheus.test", port: 9090, path: "/path" },
  scrapeInterval: "15s",
};

function deployGrafana(settings: HostSettings, datasources = [DATASOURCE], dashboards = {}) {
  return deployOnHost(settings, (name, ground) => {
    const { front, grafana } = settings;
    return new Grafana(name, { ...ground, front, settings: grafana, datasources, dashboards });
  });
}

function passwordSecret(value: string, dependsOn: readonly string[]): Recorded {
  return command({
    name: "tested-admin-password-secret",
    parent: "tested",
    create: "/bin/sh /var/lib/podwatch/runner put-secret grafana-admin-password --owner=mon",
    delete: removal("remove-secret grafana-admin-password"),
    stdin: new Secret(secretInput(value)),
    triggers: ["id-of-mon-runner"],
    dependsOn,
  });
}

const SERVICE = serviceCommand("grafana", {
  note: ` ${versionOf("tested-admin-password-secret")}`,
  dependsOn: ["tested-admin-password-secret"],
});

test("minimal: with a password that is generated", async () => {
  const { resources, result } = await deployGrafana(hostSettings());
  expect(resources).toEqual([
    component("Grafana", "tested"),
    {
      ...component("", "tested-admin-password", "tested"),
      type: PASSWORD,
      inputs: { length: 32, special: false },
      secretOutputs: expect.arrayContaining(["result"]),
    },
    passwordSecret(GENERATED_PASSWORD, ["mon-runner", "tested-admin-password"]),
    SERVICE,
  ]);
  expect(result.url).toBe("http://localhost/grafana/");
  expect(result.adminUser).toBe("admin");
  expect(await read(result.adminPassword)).toEqual({ value: GENERATED_PASSWORD, secret: true });
  expect(plainText(resources)).not.toContain(GENERATED_PASSWORD);
  const { headers, parts } = bundleOf(resources);
  expect(headers).toEqual([
    "podwatch-bundle 1",
    "service grafana",
    `image ${versions.images.grafana}`,
    "user 472:0",
    "ready-within 180",
    "secret podwatch-grafana-admin-password",
    "data keep",
  ]);
  expect(Object.keys(parts)).toEqual([
    "files/provisioning/dashboards/podwatch.yml",
    "files/provisioning/datasources/podwatch.yml",
    "hooks/ready",
    "hooks/reload",
    "hooks/started",
    "unit/podwatch-grafana.container",
  ]);
  expect(parse(parts["files/provisioning/datasources/podwatch.yml"] ?? "")).toEqual({
    apiVersion: 1,
    prune: true,
    datasources: [
      {
        name: "Prometheus",
        type: "prometheus",
        uid: "the-uid",
        access: "proxy",
        url: "http://prometheus.test:9090/path",
        isDefault: true,
        editable: false,
        jsonData: { httpMethod: "POST", timeInterval: "15s" },
      },
    ],
  });
  expect(unitLines(parts["unit/podwatch-grafana.container"])).toEqual(
    serviceUnit({
      description: "Podwatch Grafana",
      service: "grafana",
      image: versions.images.grafana,
      user: 472,
      group: 0,
      environment: [
        "GF_ANALYTICS_CHECK_FOR_PLUGIN_UPDATES=false",
        "GF_ANALYTICS_CHECK_FOR_UPDATES=false",
        "GF_ANALYTICS_REPORTING_ENABLED=false",
        "GF_AUTH_ANONYMOUS_ENABLED=false",
        "GF_LOG_MODE=console",
        "GF_PATHS_PROVISIONING=/etc/podwatch/current/files/provisioning",
        "GF_PLUGINS_PREINSTALL_DISABLED=true",
        '"GF_SECURITY_ADMIN_PASSWORD=$$__file{/run/secrets/grafana-admin-password}"',
        "GF_SECURITY_ADMIN_USER=admin",
        "GF_SERVER_ROOT_URL=http://localhost/grafana/",
        "GF_SERVER_SERVE_FROM_SUB_PATH=true",
        "GF_USERS_ALLOW_SIGN_UP=false",
      ],
      container: [
        "Volume=podwatch-grafana:/var/lib/grafana",
        "Secret=podwatch-grafana-admin-password,type=mount,target=grafana-admin-password,uid=472,gid=0,mode=0400",
      ],
    }),
  );
});

test("everything changed: with a password of the user's own, and dashboards", async () => {
  const { grafana, ...sections } = everySection();
  // Each of these has a secret of its own: the next test, and that of connected InfluxDBs.
  const { smtp: _, ldap: __, oauth: ___, influxdb: ____, ...alone } = grafana as Record<string, unknown>;
  const settings = hostSettings(
    { ...sections, grafana: { ...alone, adminPassword: SECRETS.adminPassword } },
    {},
    filesBeside(),
  );
  const { resources, result } = await deployGrafana(
    settings,
    [DATASOURCE, { ...DATASOURCE, uid: "second" }],
    {
      "shipped.json": '{ "title": "Shipped" }\n',
      "mine.json": '{ "title": "Shipped, with a name like the user\'s" }\n',
    },
  );
  expect(resources).toEqual([
    component("Grafana", "tested"),
    passwordSecret(SECRETS.adminPassword, ["mon-runner"]),
    SERVICE,
  ]);
  expect(result.adminUser).toBe("chief@my-company.net");
  expect(await read(result.adminPassword)).toEqual({ value: SECRETS.adminPassword, secret: true });
  expect(plainText(resources)).not.toContain(SECRETS.adminPassword);
  const { headers, parts } = bundleOf(resources);
  expect(headers).toContain("image registry.my-company.net:5000/mirror/grafana:12.2.0");
  expect(headers).toContain("data delete");
  expect(parts).toMatchObject({
    "files/dashboards/shipped.json": '{ "title": "Shipped" }\n',
    "files/dashboards/mine.json": '{ "title": "Shipped, with a name like the user\'s" }\n',
    "files/dashboards/own/mine.json": prepareUserDashboard(filesBeside()["dashboards/mine.json"] ?? "", {
      byKind: { prometheus: "my-own-uid" },
    }),
  });
  const { datasources } = parse(parts["files/provisioning/datasources/podwatch.yml"] ?? "");
  expect(datasources.map(({ uid, isDefault }: Record<string, unknown>) => [uid, isDefault])).toEqual([
    ["the-uid", false],
    ["second", false],
    ["logs", true],
  ]);
  expect(unitLines(parts["unit/podwatch-grafana.container"])).toEqual(
    expect.arrayContaining([
      "Environment=GF_SECURITY_ADMIN_USER=chief@my-company.net",
      "Environment=GF_SERVER_ROOT_URL=http://10.1.2.3:8080/grafana/",
      "Environment=GF_USERS_DEFAULT_THEME=light",
      'Environment=GF_USERS_LOGIN_HINT="The chief"',
      "Timezone=Europe/Zurich",
      "Documentation=https://monitor.my-company.net/docs",
    ]),
  );
});

test("what it logs in with elsewhere is sent as secrets, and read from their files", async () => {
  const { grafana, ...sections } = everySection();
  const settings = hostSettings({ ...sections, grafana: grafana as object }, {}, filesBeside());
  const { resources } = await deployGrafana(settings);
  const { parts } = bundleOf(resources);
  const sent = {
    "grafana-smtp-password": SECRETS.mailPassword,
    "grafana-ldap-password.directory": SECRETS.directoryPassword,
    ...Object.fromEntries(
      ["generic", "github", "gitlab", "google", "azuread"].map((kind) => [
        `grafana-oauth-${kind}`,
        SECRETS.oauthSecret,
      ]),
    ),
  };
  const files = Object.values(parts).join("\n");
  for (const [name, value] of Object.entries(sent)) {
    expect(resources.map(({ inputs }) => inputs.stdin)).toContainEqual(new Secret(secretInput(value)));
    expect(files).toContain(`$__file{/run/secrets/${name}}`);
    expect(files).toContain(`Secret=podwatch-${name},type=mount,target=${name},uid=472,gid=0,mode=0400`);
    expect(plainText(resources)).not.toContain(value);
  }
});
