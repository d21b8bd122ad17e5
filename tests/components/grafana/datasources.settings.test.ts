// Data sources of the user's own, beside the Prometheus of the stack.
import { parse } from "yaml";
import { datasourceUid } from "../../../components/grafana/datasource.render";
import { grafana } from "../../../components/grafana/render";
import { problemsOf, settingsOf, stack } from "../../config/support";

const loki = { name: "Logs", type: "loki", url: "http://10.1.2.3:3100" };
const problems = (...datasources: object[]) =>
  problemsOf(stack({ grafana: { datasources, secrets: { central: "hunter22" } } }));
const AT = "podwatch:grafana.datasources";

test("have a uid that stays, Grafana's own where none is given", () => {
  expect(datasourceUid({ name: "Prometheus" })).toBe("PBFA97CFB590B2093");
  expect(datasourceUid({ name: "Logs", uid: "l" })).toBe("l");
});

test("one name, one uid, one default, known secrets, none in clear", () => {
  expect(problems(loki, { ...loki, name: "More", uid: "more", isDefault: true })).toEqual([]);
  expect(
    problems(
      { ...loki, name: "prometheus" },
      loki,
      { ...loki, uid: "x", isDefault: true },
      { ...loki, name: "c", uid: "PBFA97CFB590B2093", isDefault: true },
      { ...loki, name: "d", basicAuthUser: "u", secureJsonData: { basicAuthPassword: "centre" } },
      { ...loki, name: "e", jsonData: { password: "hunter2" }, url: "http://u:hunter2@a.net/" },
      { name: "f", type: "A B" },
    ),
  ).toEqual([
    `${AT}[0].name: "prometheus" is already the name of the stack's Prometheus; write another name`,
    `${AT}[2].name: "Logs" is already the name of another data source; write another name`,
    `${AT}[3].isDefault: true is also set for another data source; keep one of them`,
    `${AT}[3].uid: "PBFA97CFB590B2093" is already the uid of the stack's Prometheus; write another uid`,
    `${AT}[4].secureJsonData.basicAuthPassword: is not the name of a secret under grafana.secrets; write central, or store it there with pulumi config set --secret`,
    expect.stringMatching(/\[5\]\.jsonData\.password: is a secret/),
    expect.stringMatching(/\[5\]\.url: holds a log-in .* basicAuthUser and as secrets under secureJsonData$/),
    `${AT}[6].type: "A B" is not a kind of data source; write a plugin's id such as prometheus or loki`,
  ]);
});

test("are provisioned beside ours, with secrets from files, dollars as they are", () => {
  const jsonData = { note: "$HOME ${X} $$", list: ["$1"], deep: { on: true } };
  const secureJsonData = { basicAuthPassword: "central" };
  const own = { ...loki, name: "Logs $1", isDefault: true, basicAuthUser: "u$er", jsonData, secureJsonData };
  const { grafana: settings } = settingsOf(
    stack({ grafana: { datasources: [own], secrets: { central: "hunter22" } } }),
  );
  const { files } = grafana({
    image: "x",
    rootUrl: "http://x/grafana/",
    adminUser: "admin",
    datasources: [
      {
        type: "prometheus",
        name: "Prometheus",
        uid: "p",
        endpoint: { scheme: "http", host: "p", port: 9090, path: "" },
        scrapeInterval: "15s",
      },
    ],
    ownDatasources: settings.datasources,
    dashboards: {},
    keepData: true,
  });
  const [ours, theirs] = parse(files["provisioning/datasources/podwatch.yml"] ?? "").datasources;
  expect(ours).toMatchObject({ name: "Prometheus", isDefault: false });
  expect(theirs).toEqual({
    name: "Logs $$1",
    type: "loki",
    uid: datasourceUid(own),
    url: loki.url,
    access: "proxy",
    isDefault: true,
    basicAuth: true,
    basicAuthUser: "u$$er",
    editable: false,
    jsonData: { note: "$$HOME $${X} $$$$", list: ["$$1"], deep: { on: true } },
    secureJsonData: { basicAuthPassword: "$__file{/run/secrets/grafana.central}" },
  });
});

test("a password without a user is of no use, a user without a password may be", () => {
  expect(
    problems(
      { ...loki, secureJsonData: { basicAuthPassword: "central" } },
      { ...loki, name: "b", basicAuthUser: "u" },
      { ...loki, name: "c", basicAuthUser: "u", secureJsonData: { basicAuthPassword: "central" } },
    ),
  ).toEqual([
    `${AT}[0].basicAuthUser: is missing, and basicAuthPassword is not used without it; write the user to log in as`,
  ]);
});
