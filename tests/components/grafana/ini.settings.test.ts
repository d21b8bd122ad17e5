// What stands in grafana.ini: the user's own sections, and the settings that stand for keys of it.
import { grafana } from "../../../components/grafana/render";
import { problemsOf, settingsOf, stack } from "../../config/support";

type Given = Record<string, unknown>;

const secrets = { db: "hunter22" };
const problems = (given: Given, more: Given = {}) =>
  problemsOf(stack({ grafana: { secrets, ...given }, ...more }));
const AT = "podwatch:grafana";

/** What is deployed of Grafana with these settings. */
function service(given: Given) {
  const { grafana: settings } = settingsOf(stack({ grafana: { secrets, ...given } }));
  const [image, rootUrl, adminUser, keepData] = ["x", "http://x/grafana/", "admin", true] as const;
  return grafana({ image, rootUrl, adminUser, keepData, datasources: [], dashboards: {}, ini: settings });
}

const ini = (given: Given) => service(given).files["grafana.ini"] ?? "";

test("without such settings there is no file, and nothing in the unit or the scripts that names one", () => {
  const { files, environment, hooks } = service({});
  expect(Object.keys(files)).toEqual([
    "provisioning/datasources/podwatch.yml",
    "provisioning/dashboards/podwatch.yml",
  ]);
  expect(Object.keys(environment ?? {})).not.toEqual(expect.arrayContaining(["GF_PATHS_CONFIG"]));
  expect(hooks.started).toContain("--homepath /usr/share/grafana admin");
});

test("sections and keys are written in order, values so that Grafana's reader takes them whole", () => {
  const settings = {
    users: { default_theme: "light", viewers_can_edit: true },
    database: { password: "$__file{/run/secrets/grafana.db}", max_open_conn: 10 },
    "plugin.my-app": {
      note: " # no ; comment",
      path: "c:\\",
      quoted: '"x"',
      hash: "a#b",
      semicolon: "a;b",
      plain: "a=b [c] %(d)s",
    },
  };
  expect(ini({ settings })).toBe(`; Managed by Podwatch. Changes made here are overwritten.

[database]
max_open_conn = 10
password = $__file{/run/secrets/grafana.db}

[plugin.my-app]
hash = """a#b"""
note = """ # no ; comment"""
path = """c:\\"""
plain = a=b [c] %(d)s
quoted = """"x""""
semicolon = """a;b"""

[users]
default_theme = light
viewers_can_edit = true
`);
});

test("Grafana is told the file, restarted when it changes, and its command line reads it too", () => {
  const of = (theme: string) => service({ settings: { users: { default_theme: theme } } });
  const { environment, hooks } = of("light");
  expect(environment).toMatchObject({ GF_PATHS_CONFIG: "/etc/podwatch/current/files/grafana.ini" });
  expect(hooks.started).toContain("--config /etc/podwatch/current/files/grafana.ini admin reset");
  const digests = ["light", "dark", "light"].map((theme) => of(theme).environment?.PODWATCH_SETTINGS);
  expect(digests[0]).toMatch(/^[0-9a-f]{16}$/);
  expect(digests[0]).toBe(digests[2]);
  expect(digests[0]).not.toBe(digests[1]);
});

test("a default of ours gives way to the file, since a variable would overrule it", () => {
  const settings = { users: { allow_sign_up: true }, analytics: { reporting_enabled: true } };
  const { environment } = service({ settings, anonymous: {} });
  expect(Object.keys(environment ?? {})).not.toEqual(
    expect.arrayContaining([expect.stringMatching(/SIGN_UP|ANALYTICS_REPORTING|ANONYMOUS/)]),
  );
  expect(environment).toMatchObject({ GF_ANALYTICS_CHECK_FOR_UPDATES: "false" });
});

test.each<[string, Given, string]>([
  [
    "a key of ours",
    { server: { root_url: "https://x.net/" } },
    "server.root_url: is Podwatch's own; it follows from front.publicUrl; write that",
  ],
  [
    "another",
    { security: { admin_password: "$__file{/x}" } },
    "security.admin_password: is Podwatch's own; write grafana.adminPassword",
  ],
  [
    "a path",
    { paths: { data: "/x" } },
    "paths.data: is Podwatch's own; the data is in Grafana's volume; leave it out",
  ],
  [
    "a mistyped section",
    { "auth.anonymus": { enabled: true } },
    "auth.anonymus: is no section of grafana.ini; did you mean auth.anonymous?",
  ],
  [
    "a mistyped key",
    { users: { defaultTheme: "light" } },
    "users.defaultTheme: is no key of grafana.ini; did you mean default_theme?",
  ],
  [
    "a key with a wrong letter",
    { users: { default_teme: "light" } },
    "users.default_teme: is no key of grafana.ini; did you mean default_theme?",
  ],
  [
    "a secret in clear",
    { database: { password: "hunter2" } },
    "database.password: is a secret, which anybody could read in previews and on the host; write $__file{/run/secrets/grafana.NAME} in its place, and type: pulumi config set --secret --path 'podwatch:grafana.secrets.NAME'",
  ],
  [
    "a log-in in an address",
    { database: { url: "mysql://u:hunter2@db/x" } },
    "database.url: is a secret, which anybody could read in previews and on the host; write $__file{/run/secrets/grafana.NAME} in its place, and type: pulumi config set --secret --path 'podwatch:grafana.secrets.NAME'",
  ],
  [
    "a secret that is not there",
    { database: { password: "$__file{/run/secrets/grafana.dbb}" } },
    "database.password: names \"dbb\", which is not a secret under grafana.secrets; write /run/secrets/grafana.db, or type: pulumi config set --secret --path 'podwatch:grafana.secrets.dbb'",
  ],
  [
    "three quotes",
    { users: { login_hint: 'a"""b' } },
    'users.login_hint: holds """, which grafana.ini cannot; leave it out',
  ],
  [
    "several lines",
    { users: { login_hint: "a\nb" } },
    'users.login_hint: "a\\nb" holds \\u000a (a line feed); remove it',
  ],
])("%s is refused by name", (_, settings, problem) => {
  const name = problem.replace(/^([\w.]+?)(: )/, (__, path: string, colon: string) => {
    const section = Object.keys(settings)[0] ?? "";
    const inner = section.includes(".") ? `["${section}"]` : `.${section}`;
    return `${inner}${path.slice(section.length)}${colon}`;
  });
  expect(problems({ settings })).toEqual([`${AT}.settings${name}`]);
});

test("names that Podwatch does not know are Grafana's affair, and switches are no secrets", () => {
  const settings = {
    "plugin.my-app": { anything: "x" },
    feature_toggles: { enable: "a,b", somethingNew: true },
    "auth.generic_oauth": { use_refresh_token: "true", client_secret: "$__file{/run/secrets/grafana.db}" },
    security: { secret_key: "$__env{KEY}" },
  };
  expect(problems({ settings })).toEqual([]);
});

test("what another setting writes is written there, and variables may not overrule either", () => {
  const smtp = { host: "smtp.my-company.net:25", from: "g@my-company.net" };
  const quadlet = { Container: { Environment: "GF_SMTP_HOST=x GF_USERS_DEFAULT_THEME=dark GF_OTHER=y" } };
  const settings = { smtp: { host: "x:25", ehlo_identity: "y" }, users: { default_theme: "light" } };
  expect(problems({ smtp, settings, quadlet })).toEqual(
    [
      `${AT}.quadlet.Container.Environment: sets GF_SMTP_HOST, which would overrule grafana.smtp; keep one of them`,
      `${AT}.quadlet.Container.Environment: sets GF_USERS_DEFAULT_THEME, which would overrule grafana.settings.users.default_theme; keep one of them`,
      `${AT}.settings.smtp.host: is written by grafana.smtp; write it there`,
    ].sort(),
  );
});

test("mails need user and password, or neither; plugins one version; a cookie for other sites https", () => {
  const smtp = { host: "smtp.my-company.net:25", from: "g@my-company.net", user: "g" };
  const plugins = ["a-panel@1.0.0", "a-panel@1.0.1", "b-panel", "c-panel@latest"];
  const embedding = { origins: ["https://a.net"], cookieSameSite: "none" };
  expect(problems({ smtp, embedding, plugins: plugins.slice(0, 2) })).toEqual([
    `${AT}.embedding.cookieSameSite: "none" needs https, and users come by http://localhost; write lax, or put TLS before the front and its URL into front.publicUrl`,
    `${AT}.plugins[1]: "a-panel" is listed twice; keep one of its versions`,
    `${AT}.smtp.password: is missing, and user is of no use alone; write both or neither`,
  ]);
  expect(problems({ plugins: plugins.slice(1) })).toEqual([
    expect.stringMatching(/plugins\[1\]: "b-panel" is not a plugin with its version/),
    expect.stringMatching(/plugins\[2\]: "c-panel@latest" is not a plugin with its version/),
  ]);
  expect(problems({ embedding }, { front: { publicUrl: "https://monitor.my-company.net" } })).toEqual([]);
  expect(ini({ plugins: ["grafana-lokiexplore-app@1.0.0"] })).not.toMatch(/disable_plugins = .*lokiexplore/);
});

test("a directory's user needs a password unless users ask themselves, and TLS an encrypted connection", () => {
  const ldap = { hosts: ["ldap.my-company.net"], bindDn: "cn=g", searchBaseDns: ["dc=net"] };
  expect(problems({ ldap })).toEqual([
    `${AT}.ldap.bindPassword: is missing; write the password of bindDn, or %s in bindDn`,
  ]);
  expect(problems({ ldap: { ...ldap, bindDn: "cn=%s,dc=net" } })).toEqual([]);
  const more = { useSsl: true, startTls: true };
  expect(problems({ ldap: { ...ldap, bindPassword: "it's''' x" } })).toEqual([
    expect.stringMatching(/bindPassword: the value is not a password for LDAP/),
  ]);
  const tls = { serverName: "x" };
  expect(problems({ ldap: { ...ldap, ...more, bindPassword: "it's", tls } })).toEqual([
    `${AT}.ldap.startTls: is set together with useSsl; keep one of them`,
    `${AT}.ldap.tls.serverName: is not known to Grafana here; write that name under hosts`,
  ]);
  expect(service({ ldap: { ...ldap, bindPassword: "it's" } }).files["ldap.toml"]).toContain(
    "bind_password = '''$__file{/run/secrets/grafana-ldap-password.directory}'''\n",
  );
});
