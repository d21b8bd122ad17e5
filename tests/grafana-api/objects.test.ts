// What a deployment puts into somebody else's Grafana, against the stand-in: created, changed, left alone, removed.
import { execFile } from "node:child_process";
import { join } from "node:path";
import { admin, type Site, startSite } from "../grafana/site";
import type { Ask } from "../grafana/standin";

let site: Site;
let token: string;

const OWNER = "podwatch-0a1b2c3d";
const FOLDER = { uid: "pw1-folder", title: "Podwatch prod monitor" };
const BOARD = {
  folderUid: FOLDER.uid,
  dashboard: {
    uid: "pw1-overview",
    title: "Overview",
    tags: ["podwatch"],
    links: [{ title: "Dashboards", type: "dashboards", tags: ["podwatch"] }],
    panels: [{ id: 1, type: "stat", title: "Up" }],
  },
};
const SOURCE = {
  uid: "pw1-prometheus",
  name: "Prometheus (prod monitor)",
  type: "prometheus",
  access: "proxy",
  url: "https://monitor.example.net/prometheus",
  isDefault: false,
  jsonData: { httpMethod: "POST", httpHeaderName1: "Authorization" },
};
const SECRETS = { httpHeaderValue1: "Bearer a-token-of-the-front" };

beforeAll(async () => {
  site = await startSite();
  token = await tokenOf("Admin", "podwatch");
}, 180_000); // a first build compiles the standard library

afterAll(() => site?.close());

const api = (path: string, ask: Ask = {}) => site.grafana.ask(`/grafana/api/${path}`, { ...admin, ...ask });

async function tokenOf(role: string, name: string, secondsToLive = 0): Promise<string> {
  const account = await api("serviceaccounts", { method: "POST", body: { name, role } });
  const made = await api(`serviceaccounts/${account.json.id}/tokens`, {
    method: "POST",
    body: { name, secondsToLive },
  });
  return made.json.key;
}

interface Given {
  readonly owner?: string;
  readonly token?: string;
  readonly url?: string;
  readonly organisation?: string;
  readonly secrets?: object;
}

/** As a resource runs it; the answer is what it prints, or its error. */
function apply(action: string, kind: string, body: object, given: Given = {}): Promise<string> {
  const env = {
    PATH: process.env.PATH,
    PODWATCH_GRAFANA_KIND: kind,
    PODWATCH_GRAFANA_URL: given.url ?? `http://127.0.0.1:${site.grafana.port}/grafana`,
    PODWATCH_GRAFANA_TOKEN: given.token ?? token,
    PODWATCH_GRAFANA_ORGANISATION: given.organisation ?? "",
    PODWATCH_GRAFANA_OWNER: given.owner ?? OWNER,
    PODWATCH_GRAFANA_SECRETS: JSON.stringify(given.secrets ?? {}),
  };
  return new Promise((resolve, reject) => {
    const child = execFile(
      "node",
      ["-e", `require('podwatch/grafana-api/apply').run('${action}')`],
      { cwd: join(__dirname, "../.."), env },
      (error, stdout, stderr) => (error ? reject(new Error(stderr)) : resolve(stdout + stderr)),
    );
    child.stdin?.end(JSON.stringify(body));
  });
}

test("a folder, a data source and a dashboard are created, and the same again changes nothing", async () => {
  await apply("create", "folder", FOLDER);
  await apply("create", "datasource", SOURCE, { secrets: SECRETS });
  await apply("create", "dashboard", BOARD);
  for (const action of ["create", "update"]) {
    await apply(action, "folder", FOLDER);
    await apply(action, "datasource", SOURCE, { secrets: SECRETS });
    await apply(action, "dashboard", BOARD);
  }
  expect((await api(`folders/${FOLDER.uid}`)).json).toMatchObject({ ...FOLDER, version: 1 });
  expect((await api(`datasources/uid/${SOURCE.uid}`)).json).toMatchObject({
    name: SOURCE.name,
    readOnly: false,
    isDefault: false,
    version: 1,
    secureJsonFields: { httpHeaderValue1: true },
  });
  const { dashboard, meta } = (await api("dashboards/uid/pw1-overview")).json;
  expect(dashboard).toMatchObject({ version: 1, tags: ["podwatch", OWNER], links: [{ tags: [OWNER] }] });
  expect(meta).toMatchObject({ folderUid: FOLDER.uid, provisioned: false });
});

test("a change changes only its object, also of what is secret and of what people changed", async () => {
  await apply("update", "folder", { ...FOLDER, title: "Monitoring" });
  expect((await api(`folders/${FOLDER.uid}`)).json).toMatchObject({ title: "Monitoring", version: 2 });
  await apply("update", "folder", FOLDER);
  await apply("update", "datasource", SOURCE, { secrets: { httpHeaderValue1: "Bearer another" } });
  expect((await api(`datasources/uid/${SOURCE.uid}`)).json.version).toBe(2);
  const { dashboard } = (await api("dashboards/uid/pw1-overview")).json;
  await api("dashboards/db", {
    method: "POST",
    body: { dashboard: { ...dashboard, panels: [] }, folderUid: "" },
  });
  await apply("update", "dashboard", BOARD);
  const now = (await api("dashboards/uid/pw1-overview")).json;
  expect(now).toMatchObject({
    dashboard: { version: 3, panels: [{ title: "Up" }] },
    meta: { folderUid: FOLDER.uid },
  });
});

test("what somebody else has under a uid of ours is refused, and kept", async () => {
  const foreign = { dashboard: { uid: "pw1-foreign", title: "Sales", panels: [] } };
  await api("dashboards/db", { method: "POST", body: foreign });
  const body = { ...BOARD, dashboard: { ...BOARD.dashboard, uid: "pw1-foreign", title: "Mine" } };
  for (const action of ["create", "update"]) {
    await expect(apply(action, "dashboard", body)).rejects.toThrow(
      /has a dashboard with the uid pw1-foreign, which is called "Sales": it does not have the mark of this stack and was left as it is/,
    );
  }
  expect(await apply("remove", "dashboard", body)).toContain("it is not ours any more");
  expect((await api("dashboards/uid/pw1-foreign")).json.dashboard).toMatchObject({
    title: "Sales",
    version: 1,
  });

  await expect(apply("create", "dashboard", BOARD, { owner: "podwatch-other" })).rejects.toThrow(
    "left as it is",
  );
  await expect(apply("update", "datasource", SOURCE, { owner: "podwatch-other" })).rejects.toThrow(
    "left as it is",
  );
  await expect(apply("create", "folder", { ...FOLDER, title: "Other" })).rejects.toThrow(
    /folder with the uid pw1-folder/,
  );

  const file = { ...BOARD, dashboard: { ...BOARD.dashboard, uid: "Afi9GToZz" } };
  await expect(apply("create", "dashboard", file)).rejects.toThrow(
    /"Gateway" and is provisioned: it does not have/,
  );
  const source = { ...SOURCE, uid: "PBFA97CFB590B2093" };
  await expect(apply("create", "datasource", source)).rejects.toThrow(/called "Prometheus": it does not/);
  await expect(apply("create", "datasource", { ...SOURCE, uid: "pw1-2" })).rejects.toThrow(
    /refuses POST .*status 409.*same name already exists/,
  );
});

test("a token that is wrong, expired, of another organisation or may too little is refused with the way out", async () => {
  const way = /pulumi config set --secret --path podwatch:grafana.external.token, and run pulumi up/;
  const expired = await tokenOf("Admin", "short", 1);
  await new Promise((resolve) => setTimeout(resolve, 1100));
  for (const [given, words] of [
    [{ token: "glsa_nothing_00000000" }, /status 401: Invalid API key/],
    [{ token: expired }, /status 401: Expired API key.*make a new token/],
    [{ organisation: "7" }, /does not belong to organisation 7; correct grafana.external.organisation/],
  ] as const) {
    await expect(apply("update", "dashboard", BOARD, given)).rejects.toThrow(words);
    await expect(apply("update", "dashboard", BOARD, given)).rejects.toThrow(way);
    await expect(apply("remove", "dashboard", BOARD, given)).rejects.toThrow(
      /It was not removed there.*a destroy uses the token of the last pulumi up/,
    );
  }
  const editor = await tokenOf("Editor", "editor");
  await expect(apply("create", "datasource", SOURCE, { token: editor })).rejects.toThrow(
    /status 403: .*Permissions needed: datasources:read\); give its service account the role Admin/,
  );
  await apply("update", "folder", FOLDER, { organisation: "1" });
  await apply("update", "dashboard", BOARD, { token: editor });
  // It may make a folder all the same.
  const other = { uid: "pw1-other", title: "Other" };
  await apply("create", "folder", other, { token: editor });
  await apply("remove", "folder", other);
});

test("an address that is not Grafana's is never taken for an empty Grafana", async () => {
  const port = site.grafana.port;
  await expect(apply("create", "folder", FOLDER, { url: `http://127.0.0.1:${port}/other` })).rejects.toThrow(
    /redirects to|is not Grafana's API/,
  );
  await expect(apply("remove", "folder", FOLDER, { url: `http://127.0.0.1:${port}/other` })).rejects.toThrow(
    "It was not removed there",
  );
  await expect(apply("create", "folder", FOLDER, { url: `https://127.0.0.1:${port}` })).rejects.toThrow(
    "does not speak TLS there",
  );
});

test("removal takes only what is ours, and a folder only when it is empty", async () => {
  const guest = { dashboard: { uid: "guest", title: "Guest", panels: [] }, folderUid: FOLDER.uid };
  await api("dashboards/db", { method: "POST", body: guest });
  await apply("remove", "dashboard", BOARD);
  await apply("remove", "dashboard", BOARD);
  await apply("remove", "datasource", SOURCE);
  expect(await apply("remove", "folder", FOLDER)).toContain('others have put the dashboard "Guest" there');
  expect((await api("dashboards/uid/guest")).status).toBe(200);
  await api("dashboards/uid/guest", { method: "DELETE" });
  await apply("remove", "folder", FOLDER);
  expect((await api(`folders/${FOLDER.uid}`)).status).toBe(404);
  expect((await api(`datasources/uid/${SOURCE.uid}`)).status).toBe(404);
  expect((await api("dashboards/uid/Afi9GToZz")).status).toBe(200);
});

test("a folder of somebody else's is used, and never changed or removed", async () => {
  const existing = { uid: "team", existing: true };
  await expect(apply("create", "folder", existing)).rejects.toThrow(/has no folder with the uid team/);
  await api("folders", { method: "POST", body: { uid: "team", title: "Team" } });
  await apply("create", "folder", existing);
  await apply("remove", "folder", existing);
  expect((await api("folders/team")).json).toMatchObject({ title: "Team", version: 1 });
});

test("an index that lags keeps no folder of ours, and hides nothing of others", async () => {
  const { folder } = require("../../grafana-api/objects");
  /** A Grafana that still lists a dashboard that is gone, and counts as it did so many times. */
  const lagging = (times: number) => {
    const deleted: string[] = [];
    const client = {
      place: "the Grafana",
      find: async (path: string) => {
        if (path.startsWith("dashboards/")) return undefined;
        if (path.endsWith("/counts")) return { dashboard: times-- > 0 ? 1 : 0 };
        return FOLDER;
      },
      done: async () => [{ type: "dash-db", uid: "gone", title: "Overview" }],
      ask: async (_: string, path: string) => {
        deleted.push(path);
        return { status: 200, json: {} };
      },
      accepted: () => undefined,
    };
    return { client, deleted };
  };
  const soon = lagging(1);
  expect(await folder.remove(soon.client, FOLDER)).toEqual({});
  expect(soon.deleted).toEqual([`folders/${FOLDER.uid}`]);
  const never = lagging(9);
  expect((await folder.remove(never.client, FOLDER)).kept).toContain("1 of kind dashboard");
  expect(never.deleted).toEqual([]);
});
