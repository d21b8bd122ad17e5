// biome-ignore-all lint/suspicious/noTemplateCurlyInString: so exported dashboards name what an import fills in
// What users add of their own: keys of units, text of nginx.conf, dashboards. What would break the rest is refused.
import { quadletSections, refusedKeys } from "../../config/schema/quadlet";
import { problemsOf, settingsOf, stack } from "./support";

describe("keys of a unit", () => {
  const problems = (quadlet: object, service = "front") => problemsOf(stack({ [service]: { quadlet } }));

  test("that Podwatch does not keep for itself are taken, values as text", () => {
    const quadlet = { Container: { Ulimit: ["a", "b"], ReadOnlyTmpfs: true }, Service: { CPUWeight: 500 } };
    expect(settingsOf(stack({ prometheus: { quadlet } })).prometheus.quadlet).toEqual({
      Container: { Ulimit: ["a", "b"], ReadOnlyTmpfs: ["true"] },
      Service: { CPUWeight: ["500"] },
      Unit: {},
    });
  });

  test.each(["front", "prometheus", "grafana"])(
    "of %s that are its own are refused with the way out",
    (service) => {
      const quadlet = {
        Container: { Image: "x", PodmanArgs: ["--privileged"], addcapability: "all", PublishPort: "1:1" },
        Service: { ExecStart: "/bin/sh" },
        Unit: { SourcePath: "/x" },
      };
      expect(problems(quadlet, service)).toEqual([
        `podwatch:${service}.quadlet.Container.Image: "Image" has a setting of its own; use the setting image`,
        `podwatch:${service}.quadlet.Container.PodmanArgs: "PodmanArgs" hands podman options that nothing checks; write the key of its own that the option has`,
        `podwatch:${service}.quadlet.Container.PublishPort: "PublishPort" would open a second door; use the settings bind and port of podwatch:front, which everything is reached through`,
        `podwatch:${service}.quadlet.Container.addcapability: "addcapability" belongs to the confinement, which is not for a stack file to undo; remove it`,
        `podwatch:${service}.quadlet.Service.ExecStart: "ExecStart" decides what the service runs, which Podwatch does itself; remove it`,
        `podwatch:${service}.quadlet.Unit.SourcePath: "SourcePath" is how Podwatch finds its own services again; remove it`,
      ]);
    },
  );

  test.each(quadletSections)(
    "every reason in [%s] has a way out, and its key is in small letters",
    (section) => {
      for (const [key, reason] of Object.entries(refusedKeys[section])) {
        expect(key).toMatch(/^[a-z0-9]+$/);
        expect(reason).toMatch(/^[a-z].+; (use|remove|write) /);
      }
    },
  );

  test.each(["", " ", "a\\", null, { a: 1 }, [["x"]], [], ["x", ""]])("the value %j is refused", (value) => {
    expect(problems({ Container: { Label: value } })).toEqual([
      expect.stringMatching(/^podwatch:front\.quadlet\.Container\.Label: .*is not a value of a unit; write /),
    ]);
  });

  test.each(["X-Y", "A=b", "[Service]", "a b"])("the name %j is refused", (key) => {
    expect(problems({ Service: { [key]: "x" } })).toEqual([
      expect.stringMatching(/is not a key of a unit; write letters and digits only/),
    ]);
  });

  test.each([
    ["GF_SMTP_FROM_NAME=Ops team", "team", `'"GF_SMTP_FROM_NAME=Ops team"'`],
    ["A=1 B=x y C=2", "y", `'"A=1 B=x y C=2"'`],
    ['A=the "big" one', "big", `'"A=the \\"big\\" one"'`],
    ["A=it 'is not'", "is not", `'"A=it ''is not''"'`],
    ["A= b", "b", `'"A= b"'`],
    ["A=a\tb", "b", undefined],
    ["A=a =b", "=b", `'"A=a =b"'`],
  ])("of %j, which is split at blanks, nothing is lost without a word", (value, lost, instead) => {
    for (const key of ["Environment", "Label", "Annotation", "Sysctl", "LogOpt", "environment"]) {
      const [line] = problems({ Container: { [key]: ["OK=1", value] } });
      if (instead === undefined) expect(line).toMatch(/Environment\[1\]|\[1\]: .*holds .*a tab/);
      else
        expect(line).toBe(
          `podwatch:front.quadlet.Container.${key}: ${JSON.stringify(value)} is split at spaces, and ${JSON.stringify(lost)} would be lost; write ${instead} if it is one value`,
        );
    }
    expect(problems({ Service: { Environment: value } })).toHaveLength(1);
  });

  test.each([
    "A=1",
    "A=",
    "A=b=c",
    "A=1 B=2",
    '"A=Ops team"',
    "A=\"Ops team\" 'B=x y'",
    '"A=Ops \\"team\\" 100%% $$HOME; #1"',
    "A=a\\ b",
    "A=it\\'s",
  ])("%j is taken as it is", (value) => {
    expect(problems({ Container: { Environment: value, Label: [value] } })).toEqual([]);
  });

  test("a name alone, a quote without an end and several in one are refused with the way out", () => {
    const at = "podwatch:front.quadlet.Container";
    const Container = {
      Environment: ["HOME", "A=it's late"],
      Label: '"a b"',
      Secret: "pw,type=env,target=MY VAR",
      EnvironmentFile: "/etc/a /etc/b",
      Tmpfs: "/a b",
    };
    expect(problems({ Container })).toEqual([
      `${at}.Environment: "A=it's late" has a quote that is not closed; write '"A=it''s late"' to keep it verbatim`,
      `${at}.Environment: "HOME" assigns nothing; write it as HOME=value`,
      `${at}.EnvironmentFile: "/etc/a /etc/b" would be taken for 2 of them, split at spaces; write each as an item of a list, or '"/etc/a /etc/b"' if it is one`,
      `${at}.Label: "\\"a b\\"" assigns nothing; write it as a b=value`,
      `${at}.Secret: "pw,type=env,target=MY VAR" would be taken for 2 of them, split at spaces; write each as an item of a list, or '"pw,type=env,target=MY VAR"' if it is one`,
    ]);
  });

  test.each([
    [
      "Volume",
      "/srv/x.yml:/etc/podwatch/current/files/provisioning/datasources/x.yml:ro",
      "lies below /etc/podwatch",
    ],
    ["Volume", "/srv/x:/etc/podwatch", "lies at /etc/podwatch"],
    ["volume", "/srv/x:/etc/", "hides /etc/podwatch"],
    ["Volume", "data.volume:/run//secrets/x:ro,z", "lies below /run/secrets"],
    ["Volume", "/var/lib/grafana", "lies at /var/lib/grafana"],
    ["Volume", "%h/x:/var/lib:z", "hides /var/lib/grafana"],
    ["Volume", "/x:/", "hides /etc/podwatch"],
    ["Tmpfs", "/prometheus:size=1g", "lies at /prometheus"],
    ["Mount", "type=bind,source=/x,target=/alertmanager/", "lies at /alertmanager"],
    ["Mount", "type=tmpfs,dst=/etc/podwatch/../podwatch/x", "lies below /etc/podwatch"],
  ])("%s of %s is refused: it %s", (key, value, what) => {
    for (const service of ["grafana", "front", "prometheus"]) {
      expect(problems({ Container: { [key]: value } }, service)).toEqual([
        expect.stringMatching(
          new RegExp(`Container\\.${key}: ".*" ${what}, wh(ich|ere) .+; mount it elsewhere`),
        ),
      ]);
    }
  });

  test("volumes beside them are taken, below the data too", () => {
    const Container = {
      Volume: [
        "/srv/htpasswd:/etc/shop/htpasswd:ro,z",
        "/srv/p:/var/lib/grafana/plugins:z",
        "/etc/podwatch:/mnt",
        "x:/etc/podwatch2",
      ],
      Tmpfs: "/tmp:size=1g",
      Mount: "type=bind,source=/run/secrets,target=/own",
    };
    expect(problems({ Container }, "grafana")).toEqual([]);
  });

  test("another section is refused", () => {
    expect(problems({ Install: { WantedBy: "x" } })).toEqual([
      expect.stringMatching(/^podwatch:front\.quadlet\.Install: unknown setting; /),
    ]);
  });
});

describe("a snippet for the front", () => {
  const problems = (snippet: unknown) => problemsOf(stack({ front: { snippet } }));

  test.each([
    "",
    "# only a comment with } and ;",
    "location /docs/ { proxy_pass http://10.1.2.3:8000; }",
    'location = /health { return 200 "fine; {}\\n"; }',
    "location ~ ^/grafana { return 403; }",
    "location /grafanas/ { return 204; }\nlocation @own { return 204; }",
    "location /a/ {\n\tlocation /a/b/ { return 204; }\n}\nclient_max_body_size 20m;",
    "location /x/ { set $a ${uri}; if ($a = b) { return 404; } }",
  ])("%j is taken", (snippet) => {
    expect(problems(snippet)).toEqual([]);
  });

  test.each<[string, RegExp]>([
    ["location /grafana/ { return 403; }", /"location \/grafana\/" would hide a part of \/grafana, which/],
    ["location ^~ /grafana/login { }", /would hide a part of \/grafana/],
    ["location /runbooks/own { }", /would hide a part of \/runbooks/],
    ["location =/prometheus { }", /would hide a part of \/prometheus/],
    ['location "/prometheus/api" { }', /would hide a part of \/prometheus/],
    ["location /roq//service/ { }", /would hide a part of \/roq/],
    ["location = / { }", /would hide a part of the start page/],
    ["location / { }", /would hide a part of the start page/],
    ["location /a { } return 403;", /"return" answers every request/],
    ["if ($uri) { return 403; }", /"if" acts on every request/],
    ["rewrite ^ /x;", /"rewrite" acts on every request/],
    ["include /etc/passwd;", /"include" inserts/],
    ["} server { listen 9; ", /has a "}" too many, which would end the server block; remove it/],
    ["location /a {", /has a "{" that is not closed; add the "}"/],
    ["location /a { } gzip on", /ends in the middle of "gzip on"; add the ";"/],
  ])("%j is refused", (snippet, reason) => {
    expect(problems(snippet)).toEqual([expect.stringMatching(reason)]);
    expect(problems(snippet)[0]).toMatch(/^podwatch:front\.snippet: .+; (write|use|remove|add) /);
  });

  test("that is no text is refused", () => {
    expect(problems(["location"])).toEqual([
      expect.stringMatching(/^podwatch:front\.snippet: a list is not a text for nginx\.conf; /),
    ]);
  });
});

describe("dashboards of one's own", () => {
  const dashboard = (more: object) => JSON.stringify({ title: "Mine", uid: "mine", panels: [], ...more });
  const problems = (files: Record<string, string>) =>
    problemsOf(stack({ grafana: { dashboards: ["d/*.json"] } }), { files });

  test("that differ are taken, without a uid too", () => {
    expect(
      problems({
        "d/a.json": dashboard({}),
        "d/b.json": dashboard({ uid: "other", title: "Other" }),
        "d/c.json": dashboard({ uid: undefined, title: "C" }),
        "d/e.json": dashboard({ uid: null, title: "E" }),
      }),
    ).toEqual([]);
  });

  test("with the uid or title of another one, or of one that comes with Podwatch, are refused", () => {
    expect(
      problems({
        "d/a.json": dashboard({}),
        "d/b.json": dashboard({ title: "mine" }),
        "d/c.json": dashboard({ uid: "podwatch-prometheus", title: "Gateways" }),
      }),
    ).toEqual([
      'podwatch:grafana.dashboards: "d/b.json" has the title "mine" of "d/a.json"; give one of them another title',
      'podwatch:grafana.dashboards: "d/b.json" has the uid "mine" of "d/a.json"; give one of them another uid',
      'podwatch:grafana.dashboards: "d/c.json" has the title "Gateways" of a shipped dashboard; give it another title',
      'podwatch:grafana.dashboards: "d/c.json" has the uid "podwatch-prometheus" of a shipped dashboard; give it another uid',
    ]);
  });

  test("with inputs that cannot be filled in, or with nothing in them, are refused", () => {
    expect(
      problems({
        "d/a.json": dashboard({ panels: [{ datasource: { uid: "${DS_LOKI}" } }] }),
        "d/b.json": JSON.stringify({ dashboard: {} }),
      }),
    ).toEqual([
      'podwatch:grafana.dashboards[0]: "d/a.json" refers to ${DS_LOKI}, which nothing defines; write the data source\'s uid in its place',
      'podwatch:grafana.dashboards[0]: "d/b.json" has no panels; is it a dashboard? Save it from Grafana in the classic format',
      'podwatch:grafana.dashboards[0]: "d/b.json" has no title; is it a dashboard? Write "title": "..." at its top level',
    ]);
  });
});
