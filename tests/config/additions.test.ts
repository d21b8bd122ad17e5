// What users may add to any service, and what is refused with the way out.
import { problemsOf, settingsOf, stack, type World } from "./support";

const world: World = {
  secretKeys: ["host", "hosts", "grafana", "prometheus", "front"],
  files: {
    "own.yml": "list: [a]\r\n",
    "key.pem": "-----BEGIN PRIVATE KEY-----\nleak-me\n-----END PRIVATE KEY-----\n",
  },
};

const CONTAINERS = [
  "prometheus",
  "grafana",
  "alertmanager",
  "blackboxExporter",
  "nginxExporter",
  "front",
] as const;

const problems = (service: string, section: object) => problemsOf(stack({ [service]: section }), world);

test.each(CONTAINERS)("%s takes arguments, variables, secrets, files, volumes and limits", (service) => {
  const section = {
    arguments: ["-e", "stderr", 7],
    environment: { NOTE: 'a "b" $c %d', SWITCH: true, COUNT: 3, EMPTY: "" },
    secrets: { own: "s3cret" },
    secretEnvironment: { TOKEN: "own" },
    files: { "/etc/own/list.yml": "own.yml" },
    volumes: ["/srv/lists:/etc/lists", "/srv/a:/srv/b:ro,z"],
    resources: { memory: "512M", cpus: "1.5", pids: "256", openFiles: 4096 },
  };
  const secretKeys = ["host", service];
  expect(settingsOf(stack({ [service]: section }), { ...world, secretKeys })[service]).toMatchObject({
    arguments: ["-e", "stderr", "7"],
    environment: { NOTE: 'a "b" $c %d', SWITCH: "true", COUNT: "3", EMPTY: "" },
    secretEnvironment: { TOKEN: "own" },
    files: { "/etc/own/list.yml": "list: [a]\n" },
    volumes: ["/srv/lists:/etc/lists", "/srv/a:/srv/b:ro,z"],
    resources: { memory: "512M", cpus: 1.5, pids: 256, openFiles: 4096 },
  });
});

test("the node exporter takes variables and limits, and as a program of the host no files of its own", () => {
  const nodeExporter = { environment: { A: "b c" }, resources: { memory: "64M", cpus: 0.5 } };
  expect(settingsOf(stack({ nodeExporter })).nodeExporter).toMatchObject(nodeExporter);
  expect(problems("nodeExporter", { files: {} })).toEqual([
    expect.stringMatching(/^podwatch:nodeExporter\.files: /),
  ]);
});

const OWN: ReadonlyArray<readonly [service: string, argument: string, wayOut: RegExp]> = [
  ["prometheus", "--config.file=/x", /names the file that Podwatch writes; remove it$/],
  ["prometheus", "--enable-feature=native-histograms", /use features$/],
  ["prometheus", "--agent", /use mode$/],
  ["prometheus", "--storage.tsdb.retention.time=1d", /use retention\.time$/],
  ["prometheus", "--storage.tsdb.retention.size", /use retention\.size$/],
  ["prometheus", "--web.external-url=http://x/", /use publicUrl of podwatch:front$/],
  ["prometheus", "--version", /makes the program exit at once; remove it$/],
  ["prometheus", "-h", /makes the program exit at once; remove it$/],
  ["prometheus", "@/etc/own/arguments", /write them here$/],
  ["alertmanager", "--cluster.peer=10.0.0.1:9094", /remove it, and write cluster of podwatch:alertmanager$/],
  ["alertmanager", "--no-storage.path", /names the data volume; remove it$/],
  ["blackboxExporter", "--config.check", /makes the program exit at once; remove it$/],
  ["nginxExporter", "--nginx.scrape-uri=http://x", /names the front, which it is there for; remove it$/],
  ["grafana", "cfg:auth.anonymous.enabled=true", /write it as GF_<SECTION>_<KEY> under environment$/],
  ["grafana", "--config=/x", /write variables GF_<SECTION>_<KEY> under environment$/],
  ["front", "-g", /use snippet$/],
  ["front", "-c/x", /use snippet$/],
  ["front", "-t", /makes NGINX do something else than serve; remove it$/],
];

test.each(OWN)("of %s the argument %s is refused with what stands for it", (service, argument, wayOut) => {
  const [only, ...more] = problems(service, { arguments: ["--fine=1", argument] });
  expect(more).toEqual([]);
  expect(only).toContain(`podwatch:${service}.arguments[1]: ${JSON.stringify(argument)} `);
  expect(only).toMatch(wayOut);
});

test("of Grafana the variables that Podwatch sets are refused with the setting that stands for each", () => {
  const environment = { GF_SERVER_ROOT_URL: "http://x/", GF_AUTH_ANONYMOUS_ENABLED: true };
  expect(problems("grafana", { environment })).toEqual([
    'podwatch:grafana.environment.GF_SERVER_ROOT_URL: "GF_SERVER_ROOT_URL" has a setting of its own; use publicUrl of podwatch:front',
  ]);
});

test.each(["A B", "1A", "A-B", "A=b", ""])("the variable %j is refused", (name) => {
  expect(problems("prometheus", { environment: { [name]: "x" } })).toEqual([
    expect.stringMatching(/is not the name of a variable; write letters, digits and _$/),
  ]);
});

test.each(["a\nb", "a\tb", "a\u0000b"])(
  "the value %j, which a unit cannot hold, is refused by name",
  (value) => {
    expect(problems("prometheus", { environment: { NOTE: value } })).toEqual([
      expect.stringMatching(/^podwatch:prometheus\.environment\.NOTE: .* holds \\u.* \(.*\); remove it$/),
    ]);
  },
);

test.each(["", ";", "a\nb", null, ["x"]])("the argument %j is refused", (argument) => {
  expect(problems("prometheus", { arguments: [argument] })).toHaveLength(1);
});

describe("secrets", () => {
  const LEAKS: ReadonlyArray<readonly [object, place: string]> = [
    [{ environment: { DB_PASSWORD: "leak-me" } }, "environment.DB_PASSWORD"],
    [{ environment: { URL: "postgres://u:leak-me@db/x" } }, "environment.URL"],
    [{ environment: { HEADER: "Bearer leak-me" } }, "environment.HEADER"],
    [{ environment: { PEM: "-----BEGIN PRIVATE KEY----- leak-me" } }, "environment.PEM"],
    [{ arguments: ["--api.token=leak-me"] }, "arguments[0]"],
    [{ arguments: ["--api-token", "leak-me"] }, "arguments[1]"],
    [{ arguments: ["http://u:leak-me@x/"] }, "arguments[0]"],
    [{ files: { "/etc/own/key": "key.pem" } }, "files[/etc/own/key]"],
  ];

  test.each(LEAKS)("in %j are refused with the way out, and not repeated", (section, place) => {
    for (const service of ["prometheus", "front"]) {
      const [only = "", ...more] = problems(service, section);
      expect(more).toEqual([]);
      expect(only.replaceAll('"', "")).toContain(`podwatch:${service}.${place}: `);
      expect(only).toContain(`pulumi config set --secret --path 'podwatch:${service}.secrets.NAME'`);
      expect(only).not.toContain("leak-me");
    }
  });

  test("that a file holds, and names that only look so, are taken", () => {
    const environment = { GF_SMTP_PASSWORD: "$__file{/run/secrets/grafana.smtp}", TOKEN_FILE: "/run/x" };
    expect(problems("grafana", { environment, arguments: ["--token-file=/run/x"] })).toEqual([]);
  });

  test("of a variable have to be there, and a variable is set once", () => {
    const section = {
      secrets: { api: "s3cret" },
      secretEnvironment: { A: "hunter2-pw", B: "api" },
      environment: { B: 1 },
    };
    expect(problems("prometheus", section)).toEqual([
      "podwatch:prometheus.secretEnvironment.A: is not the name of a secret of this service; write api, or type: pulumi config set --secret --path 'podwatch:prometheus.secrets.NAME', and write that NAME here",
      "podwatch:prometheus.secretEnvironment.B: is set under environment too; keep one of the two",
    ]);
  });
});

describe("volumes and files", () => {
  const BAD: ReadonlyArray<readonly [volume: string, message: RegExp]> = [
    ["/srv/a", /is not a volume; write a path on the host/],
    ["lists:/srv/a", /does not begin with a plain absolute path on the host; write one such as/],
    ["/srv/../etc:/srv/a", /does not begin with a plain absolute path on the host/],
    ["/srv/a:srv", /does not name a plain absolute path in the container/],
    ["/srv/a:/etc/podwatch/current/files/x.yml", /lies below \/etc\/podwatch, which Podwatch replaces/],
    ["/srv/a:/run/secrets", /lies at \/run\/secrets, where the secrets are/],
    ["/srv/a:/prometheus", /lies at \/prometheus, where the samples are/],
    ["/srv/a:/etc", /hides \/etc\/podwatch/],
    ["/srv/a:/usr", /would hide what the image or the kernel has there/],
    ["/srv/a:/srv/b:bind-propagation", /has the option "bind-propagation"; write ro, rw, z or noexec/],
    [
      "/var/lib/podwatch/secrets:/srv/b:ro",
      /lies below \/var\/lib\/podwatch of the host, where Podwatch keeps/,
    ],
    ["/var/lib:/srv/b:ro", /holds \/var\/lib\/podwatch of the host/],
    ["/run/podman/podman.sock:/srv/b", /lies below \/run\/podman of the host, through which the whole host/],
    ["/home/me/.local/share/podwatch:/srv/b", /belongs to the engine or to Podwatch/],
  ];

  test.each(BAD)("the volume %s is refused", (volume, message) => {
    const [only = "", ...more] = problems("prometheus", { volumes: [volume] });
    expect(more).toEqual([]);
    expect(only).toMatch(/^podwatch:prometheus\.volumes\[0\]: /);
    expect(only).toMatch(message);
  });

  test("that take one place in the container are refused", () => {
    const section = { volumes: ["/srv/a:/srv/x", "/srv/b:/srv/x"], files: { "/srv/x": "own.yml" } };
    expect(problems("prometheus", section)).toEqual([
      expect.stringMatching(
        /^podwatch:prometheus\.files\[.*takes the place in the container that podwatch:prometheus\.volumes\[1\] has; write another path$/,
      ),
      expect.stringMatching(
        /^podwatch:prometheus\.volumes\[1\].*takes the place in the container that podwatch:prometheus\.volumes\[0\] has/,
      ),
    ]);
  });

  test("a file that is not there, or would hide ours, is refused", () => {
    const files = { "/etc/own/a": "absent.yml", "/etc/podwatch/x": "own.yml", "etc/x": "own.yml" };
    expect(problems("prometheus", { files })).toEqual([
      expect.stringMatching(/files\["?\/etc\/own\/a.*"absent\.yml" .*; /),
      expect.stringMatching(/lies below \/etc\/podwatch/),
      expect.stringMatching(/is not a plain absolute path; write one in the container/),
    ]);
  });
});

test.each([
  [{ memory: "2 GB" }, "is not a size"],
  [{ memory: "0M" }, "is not a size"],
  [{ memory: 512 }, "is not a size"],
  [{ cpus: 0 }, "is not a number of processors"],
  [{ cpus: "half" }, "is not a number of processors"],
  [{ pids: 0 }, "is not a number of processes"],
  [{ openFiles: -1 }, "is not a number of files"],
])("the limit %j is refused", (resources, message) => {
  for (const service of ["prometheus", "nodeExporter"]) {
    expect(problems(service, { resources })).toEqual([expect.stringContaining(message)]);
  }
});
