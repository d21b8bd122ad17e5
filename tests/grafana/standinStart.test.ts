import { rmSync, statSync } from "node:fs";
import { join } from "node:path";
import { build, StandIn } from "./standin";

let binaryDir: string;
const made: StandIn[] = [];

function instance(files: Record<string, string> = {}, env: Record<string, string> = {}): StandIn {
  const standIn = new StandIn(binaryDir, files, env);
  made.push(standIn);
  return standIn;
}

beforeAll(() => {
  binaryDir = build();
}, 180_000);

afterAll(async () => {
  for (const standIn of made) await standIn.remove();
  rmSync(binaryDir, { recursive: true, force: true });
});

const sources = (...entries: string[]) => ({
  "provisioning/datasources/a.yaml": `apiVersion: 1\ndatasources:\n${entries.map((entry) => `  - ${entry}\n`).join("")}`,
});
const providers = (...entries: string[]) => ({
  "provisioning/dashboards/a.yaml": `apiVersion: 1\nproviders:\n${entries.map((entry) => `  - ${entry}\n`).join("")}`,
});
const prometheus = (more: string) => `{ type: prometheus, url: "http://p:9090", ${more} }`;

describe("refuses to start", () => {
  const cases: [string, Record<string, string>, RegExp][] = [
    [
      "two default data sources",
      sources(prometheus("name: A, isDefault: true"), prometheus("name: B, isDefault: true")),
      /Datasource provisioning error: datasource\.yaml config is invalid\. Only one datasource per organization can be marked as default/,
    ],
    [
      "one uid for two data sources",
      sources(prometheus("name: A, uid: x"), prometheus("name: B, uid: x")),
      /same uid already exists/,
    ],
    [
      "a data source without a type",
      sources("{ name: A, url: u }"),
      /failed to provision "A" data source: type is missing/,
    ],
    [
      "a data source without a name",
      sources(prometheus("access: proxy")),
      /failed to provision "" data source: name is missing/,
    ],
    ["an uid with a space", sources(prometheus('name: A, uid: "a b"')), /uid contains illegal characters/],
    ["another organization", sources(prometheus("name: A, orgId: 2")), /organization not found/],
    ["invalid YAML", sources("{ name: A"), /Datasource provisioning error: a\.yaml: yaml: /],
    [
      "no apiVersion",
      { "provisioning/datasources/a.yaml": "datasources: [{ name: A }]" },
      /apiVersion is missing/,
    ],
    [
      "a secret's file that is missing",
      sources(prometheus('name: A, user: "$__file{/none}"')),
      /\/none: no such file/,
    ],
    ["a provider without a path", providers("{ name: a }"), /path param is not a string/],
    [
      "a provider of an unknown type",
      providers("{ name: a, type: git, options: { path: / } }"),
      /type git is not supported/,
    ],
    [
      "two providers with one name",
      providers("{ name: a, options: { path: / } }", "{ name: a, options: { path: / } }"),
      /dashboard name "a" is not unique/,
    ],
    [
      "what it does not do",
      providers("{ name: a, options: { path: /, foldersFromFilesStructure: true } }"),
      /the stand-in has no foldersFromFilesStructure/,
    ],
    [
      "a plugin, which it cannot fetch",
      { "grafana.ini": "[plugins]\npreinstall_sync = a-panel@1.0.0" },
      /failed to install plugins: the stand-in can fetch none/,
    ],
    [
      "LDAP without its file",
      { "grafana.ini": "[auth.ldap]\nenabled = true\nconfig_file = /none.toml" },
      /failed to load LDAP config file: open \/none\.toml/,
    ],
    [
      "a broken grafana.ini",
      { "grafana.ini": "[server]\nhttp_port" },
      /grafana\.ini:2: key-value delimiter not found: http_port/,
    ],
    ["another protocol", { "grafana.ini": "[server]\nprotocol = https" }, /the stand-in serves http only/],
    ["a real Grafana's data base", { "data/grafana.db": "SQLite format 3\0" }, /is not the stand-in's/],
    ["a data base of nothing", { "data/grafana.db": "" }, /is not the stand-in's/],
  ];
  test.each(cases)("with %s", (_name, files, message) => {
    const refused = instance(files).refuse();
    expect(refused).toHaveExited(1);
    expect(refused.output).toMatch(message);
  });

  test("with a secret given both ways, and shows neither", () => {
    const standIn = instance({ secret: "from-file" }, { GF_SECURITY_ADMIN_PASSWORD: "from-env" });
    standIn.env.GF_SECURITY_ADMIN_PASSWORD__FILE = join(standIn.root, "secret");
    const { code, output } = standIn.refuse();
    expect([code, output]).toEqual([
      1,
      "ERROR: Both GF_SECURITY_ADMIN_PASSWORD and GF_SECURITY_ADMIN_PASSWORD__FILE are set (but are exclusive)\n",
    ]);
  });

  test("with a secret's file that is not there, rather than with an empty secret", () => {
    const refused = instance({}, { GF_SECURITY_ADMIN_PASSWORD__FILE: "/none" }).refuse();
    expect(refused).toHaveExited(1);
    expect(refused.output).toContain("/none: No such file");
  });

  test("without a place for its data", () => {
    const standIn = instance({}, { GF_PATHS_DATA: "/proc/none", GF_PATHS_PLUGINS: "/tmp" });
    const refused = standIn.refuse();
    expect(refused).toHaveExited(1);
    expect(refused.output).toContain("GF_PATHS_DATA='/proc/none' is not writable.");
    expect(refused.output).toMatch(/data path "\/proc\/none" cannot be made/);
  });
});

test("the admin password counts at the first start only; the data survives", async () => {
  const standIn = await instance({}, { GF_SECURITY_ADMIN_PASSWORD: "the-first-one" }).start();
  const login = async (auth: string) => (await standIn.ask("/api/user", { auth })).status;
  const body = { uid: "kept", title: "Kept" };
  const made = { method: "POST", body, auth: "admin:the-first-one" };
  expect((await standIn.ask("/api/folders", made)).json).toMatchObject(body);
  expect((await standIn.ask("/api/folders", made)).status).toBe(409);
  const stopped = await standIn.stop();
  expect(stopped).toHaveExited(0);

  standIn.env.GF_SECURITY_ADMIN_PASSWORD = "a-later-one";
  await standIn.start();
  expect([await login("admin:the-first-one"), await login("admin:a-later-one")]).toEqual([200, 401]);
  expect((await standIn.ask("/api/folders/kept", { auth: "admin:the-first-one" })).json).toMatchObject(body);
  expect(statSync(join(standIn.root, "data/grafana.db")).mode & 0o777).toBe(0o640);
  expect(standIn.data() + standIn.log).not.toMatch(/the-first-one|a-later-one/);
});

test("grafana cli changes the running server's password at once", async () => {
  const standIn = await instance().start();
  const login = async (auth: string) => (await standIn.ask("/api/user", { auth })).status;
  expect(await login("admin:admin")).toBe(200); // none given: Grafana's default
  const reset = ["--homepath", standIn.root, "admin", "reset-admin-password"];
  const changed = standIn.cli([...reset, "--password-from-stdin"], "from-standard-input\n");
  expect([changed.code, changed.output]).toEqual([
    0,
    "New Password: \nAdmin password changed successfully ✔\n",
  ]);
  expect([await login("admin:from-standard-input"), await login("admin:admin")]).toEqual([200, 401]);
  expect(standIn.cli([...reset, "as-an-argument"])).toHaveExited(0);
  expect(await login("admin:as-an-argument")).toBe(200);
  expect(standIn.cli([...reset, "--password-from-stdin"], "four\n").output).toContain(
    "new password is too short",
  );
  expect(standIn.cli([...reset, "--password-from-stdin"]).output).toContain("can't read password from stdin");
  expect(standIn.cli([...reset, "--password-from-file", "x"]).output).toContain(
    "flag provided but not defined",
  );
  expect(standIn.cli(["plugins", "install", "x"]).output).toContain("has no plugins");
});

test("five wrong passwords lock the user out, also with the right one", async () => {
  const standIn = await instance({}, { GF_SECURITY_ADMIN_PASSWORD: "the-right-one" }).start();
  const login = async (password: string) =>
    (await standIn.ask("/login", { method: "POST", body: { user: "admin", password } })).status;
  for (let i = 0; i < 4; i++) expect(await login("wrong")).toBe(401);
  expect(await login("the-right-one")).toBe(200);
  expect(await login("wrong")).toBe(401);
  expect(await login("the-right-one")).toBe(401);
  await standIn.logged("too many consecutive incorrect login attempts");
});

test("data sources no longer named stay, unless they were pruned or are deleted by name", async () => {
  const standIn = instance(sources(prometheus("name: Stays"), prometheus("name: Goes")));
  standIn.write(
    "provisioning/datasources/b.yaml",
    `apiVersion: 1\nprune: true\ndatasources: [${prometheus("name: Pruned")}]`,
  );
  await standIn.start();
  const names = async () => {
    const { json } = await standIn.ask("/api/datasources", { auth: "admin:admin" });
    return json.map(({ name }: { name: string }) => name);
  };
  expect(await names()).toEqual(["Goes", "Pruned", "Stays"]);
  standIn.write(
    "provisioning/datasources/a.yaml",
    "apiVersion: 1\ndeleteDatasources: [{ name: Goes, orgId: 1 }]",
  );
  standIn.write("provisioning/datasources/b.yaml", "apiVersion: 1\nprune: true");
  const { json } = await standIn.ask("/api/admin/provisioning/datasources/reload", {
    method: "POST",
    auth: "admin:admin",
  });
  expect(json).toEqual({ message: "Datasources config reloaded" });
  expect(await names()).toEqual(["Stays"]);
});

test("dashboards with one uid freeze their provider until they are mended", async () => {
  const standIn = instance({
    ...providers('{ name: twice, updateIntervalSeconds: 1, options: { path: "@ROOT@/twice" } }'),
    "twice/a.json": '{ "uid": "same", "title": "One" }',
    "twice/x/b.json": '{ "uid": "same", "title": "Two" }',
    "twice/c.json": '{ "uid": "third", "title": "Three" }',
  });
  await standIn.start();
  expect(standIn.log).toMatch(/same UID or title is used more than once.* what="uid same"/);
  const third = "/api/dashboards/uid/third";
  expect((await standIn.ask(third, { auth: "admin:admin" })).status).toBe(404);
  rmSync(join(standIn.root, "twice/x/b.json"));
  await standIn.until(third, "admin:admin", ({ status }) => status === 200);
});

describe("visitors without a log-in", () => {
  const ini = (anonymous: string, security = "") => ({
    "grafana.ini": `[auth.anonymous]\nenabled = true\n${anonymous}\n[security]\n${security}\n`,
  });
  const status = async (standIn: StandIn, path: string, more = {}) => (await standIn.ask(path, more)).status;

  test("see dashboards, and no more, if they are let in to an organization that there is", async () => {
    const standIn = await instance(ini("org_role = Viewer")).start();
    for (const path of ["/", "/api/search", "/api/folders"]) expect(await status(standIn, path)).toBe(200);
    for (const path of ["/api/user", "/api/datasources"]) expect(await status(standIn, path)).toBe(401);
    const made = { method: "POST", body: { title: "Mine" } };
    expect(await status(standIn, "/api/folders", made)).toBe(401);
    expect(await status(standIn, "/api/search", { auth: "admin:wrong" })).toBe(401);
    const elsewhere = await instance(ini("org_name = Nowhere")).start();
    expect(await status(elsewhere, "/api/search")).toBe(401);
  });

  test("frames and cookies follow the settings", async () => {
    const plain = await instance(ini("")).start();
    expect((await plain.ask("/")).headers["x-frame-options"]).toBe("deny");
    const framed = await instance(ini("", "allow_embedding = true\ncookie_samesite = strict")).start();
    const { headers } = await framed.ask("/");
    expect(headers["x-frame-options"]).toBeUndefined();
    const login = await framed.ask("/login", { method: "POST", body: { user: "admin", password: "admin" } });
    expect(login.headers["set-cookie"]?.[0]).toContain("SameSite=Strict");
  });
});
