// Secrets in the text that is shipped as it is: each is refused, with the setting to use, and none is told.
import { fields, from } from "../../config/schema/secretKeys.json";
import versions from "../../versions.json";
import { problemsOf, stack, type World } from "./support";

const SECRET = "s3cret-of-mine";
const READ = "which anybody could read in previews and on the host";
const world: World = { secretKeys: ["host", "prometheus", "alertmanager", "blackboxExporter"] };
const say = (sections: object) => {
  const said = problemsOf(stack({ ...sections }), world);
  expect(said.join("\n")).not.toMatch(/s3cret|7654321/);
  return said;
};

const job = (more: object) =>
  say({ prometheus: { scrapeJobs: [{ name: "shop", targets: ["a:1"], ...more }] } });
const receiver = (kind: string, extra: object) => {
  const ways: Record<string, object> = {
    slack: { apiUrl: "https://hooks.slack.com/services/a/b/c" },
    webhook: { url: "https://a.acme.net/x" },
    pagerduty: { routingKey: "0".repeat(32) },
    email: { to: ["a@acme.net"], from: "b@acme.net", smarthost: "mail:25" },
  };
  return say({ alertmanager: { receivers: { ops: { [kind]: { ...ways[kind], extra } } } } });
};
const probe = (module: object) => say({ blackboxExporter: { modules: { own: module } } });

const AT = "podwatch:prometheus.scrapeJobs[0]";
const typed = (owner: string, what: string, setting: string) =>
  `is a secret, ${READ}; write it as ${setting} of ${what}, type: pulumi config set --secret --path '${owner}.${setting}'`;
const own = (service: string, key: string, section = service) =>
  `is a secret, ${READ}; write ${key}: /run/secrets/${service}.NAME in its place, and type: pulumi config set --secret --path 'podwatch:${section}.secrets.NAME'`;
const nowhere = (more = "") => `is a secret, ${READ}; it cannot be read from a file; leave it out${more}`;
const discovery = ", and list the targets with httpSd or fileSd";

describe("a scrape job", () => {
  const cases: ReadonlyArray<[at: string, extra: object, complaint: string]> = [
    ["basic_auth.password", { basic_auth: { password: SECRET } }, typed(AT, "the job", "basicAuth.password")],
    [
      "basic_auth.password",
      { basic_auth: { password: 7654321 } },
      typed(AT, "the job", "basicAuth.password"),
    ],
    [
      "authorization.credentials",
      { authorization: { credentials: SECRET } },
      typed(AT, "the job", "bearerToken"),
    ],
    ["bearer_token", { bearer_token: SECRET }, typed(AT, "the job", "bearerToken")],
    [
      "oauth2.client_secret",
      { oauth2: { client_secret: SECRET } },
      typed(AT, "the job", "oauth2.clientSecret"),
    ],
    [
      "oauth2.tls_config.key",
      { oauth2: { tls_config: { key: SECRET } } },
      typed(AT, "the job", "oauth2.tls.key"),
    ],
    ["tls_config.key", { tls_config: { key: SECRET } }, typed(AT, "the job", "tls.key")],
    [
      "http_headers.Authorization.secrets",
      { http_headers: { Authorization: { secrets: [SECRET] } } },
      typed(AT, "the job", "bearerToken"),
    ],
    [
      "http_headers.X-Any.secrets",
      { http_headers: { "X-Any": { secrets: [SECRET] } } },
      typed(AT, "the job", "headers.X-Any"),
    ],
    [
      "http_headers.X-Api-Key.values",
      { http_headers: { "X-Api-Key": { values: [SECRET] } } },
      typed(AT, "the job", "headers.X-Api-Key"),
    ],
    [
      "http_headers.X-Any.values",
      { http_headers: { "X-Any": { values: [`Bearer ${SECRET}`] } } },
      typed(AT, "the job", "headers.X-Any"),
    ],
    [
      "http_sd_configs[0].basic_auth.password",
      { http_sd_configs: [{ url: "http://a/", basic_auth: { password: SECRET } }] },
      typed(AT, "the job", "httpSd.basicAuth.password"),
    ],
    ["consul_sd_configs[0].token", { consul_sd_configs: [{ token: SECRET }] }, nowhere(discovery)],
    [
      "consul_sd_configs[1].authorization.credentials",
      { consul_sd_configs: [{}, { authorization: { credentials: SECRET } }] },
      own("prometheus", "credentials_file"),
    ],
    [
      "marathon_sd_configs[0].auth_token",
      { marathon_sd_configs: [{ auth_token: SECRET }] },
      own("prometheus", "auth_token_file"),
    ],
    [
      "scaleway_sd_configs[0].secret_key",
      { scaleway_sd_configs: [{ secret_key: SECRET }] },
      own("prometheus", "secret_key_file"),
    ],
    ["ec2_sd_configs[0].secret_key", { ec2_sd_configs: [{ secret_key: SECRET }] }, nowhere(discovery)],
    [
      "openstack_sd_configs[0].password",
      { openstack_sd_configs: [{ password: 7654321 }] },
      nowhere(discovery),
    ],
    [
      "openstack_sd_configs[0].application_credential_secret",
      { openstack_sd_configs: [{ application_credential_secret: SECRET }] },
      nowhere(discovery),
    ],
    [
      "ovhcloud_sd_configs[0].consumer_key",
      { ovhcloud_sd_configs: [{ consumer_key: SECRET }] },
      nowhere(discovery),
    ],
    [
      "stackit_sd_configs[0].service_account_key",
      { stackit_sd_configs: [{ service_account_key: SECRET }] },
      nowhere(discovery),
    ],
    ["proxy_connect_header", { proxy_connect_header: { "X-A": [SECRET] } }, nowhere()],
    [
      "proxy_url",
      { proxy_url: `http://me:${SECRET}@proxy:3128` },
      `holds a log-in or a secret, ${READ}; write a proxy without authentication, since its password cannot be read from a file`,
    ],
    [
      "http_sd_configs[0].url",
      { http_sd_configs: [{ url: `http://me:${SECRET}@a/sd` }] },
      `holds a log-in or a secret, ${READ}; write it as httpSd of the job, the log-in beside the address, as basicAuth, bearerToken or headers`,
    ],
    [
      "http_sd_configs[0].url",
      { http_sd_configs: [{ url: `http://a/sd?x=1&access_token=${SECRET}` }] },
      `holds a log-in or a secret, ${READ}; write it as httpSd of the job, the log-in beside the address, as basicAuth, bearerToken or headers`,
    ],
    [
      "relabel_configs[0].replacement",
      { relabel_configs: [{ replacement: `-----BEGIN PRIVATE KEY-----\n${SECRET}` }] },
      nowhere(),
    ],
    [
      "<<.basic_auth.password",
      { "<<": { basic_auth: { password: SECRET } } },
      own("prometheus", "password_file"),
    ],
  ];
  test.each(cases)("%s", (at, extra, complaint) => {
    const path = at.startsWith("<<") ? `["<<"]${at.slice(2)}` : `.${at}`;
    expect(job({ extra })).toEqual([`${AT}.extra${path}: ${complaint}`]);
  });

  test("parameters of its requests", () => {
    const complaint =
      "looks like a secret, which anybody could read in previews, on the host and as a label; send it as bearerToken or headers if the server accepts that, or leave it out of the request";
    for (const name of ["access_token", "api-key", "apiKey", "key", "password", "X-Auth-Token", "sig"]) {
      const shown = /^[\w-]+$/.test(name) ? `.${name}` : `["${name}"]`;
      expect(job({ params: { [name]: [SECRET] } })).toEqual([`${AT}.params${shown}: ${complaint}`]);
    }
    expect(
      job({ extra: { static_configs: [], relabel_configs: [{ labels: { __param_token: SECRET } }] } }),
    ).toContain(`${AT}.extra.relabel_configs[0].labels.__param_token: ${complaint}`);
  });

  test("files, names and words that only sound like a secret are not secrets", () => {
    const extra = {
      basic_auth: { username: "me", password_file: "/run/secrets/prometheus.a" },
      tls_config: { key_file: "/x", ca: "-----BEGIN CERTIFICATE-----" },
      http_headers: { "X-Scope-OrgID": { values: ["tenant"] }, "X-Api-Key": { files: ["/x"] } },
      consul_sd_configs: [{ server: "a:1", tags: ["token"], services: ["secret-service"] }],
      ec2_sd_configs: [{ access_key: "AKIA", role_arn: "arn:aws:iam::1:role/x" }],
      relabel_configs: [{ source_labels: ["__meta_token"], target_label: "key", regex: "password=(.*)" }],
      metric_relabel_configs: [{ source_labels: ["secret"], action: "drop" }],
      max_token_age: "5m",
      tokenize: "x",
      keyspace: "x",
      monkey: "x",
      no_proxy: "a@b",
      proxy_url: "http://proxy:3128/?a=b@c",
    };
    expect(
      job({ extra, params: { auth: ["public_v2"], "check-keys": ["db0=*"], module: ["if_mib"] } }),
    ).toEqual([]);
  });
});

describe("a receiver", () => {
  const at = "podwatch:alertmanager.receivers.ops";
  test.each<[kind: string, path: string, extra: object, complaint: string]>([
    [
      "slack",
      "http_config.basic_auth.password",
      { http_config: { basic_auth: { password: SECRET } } },
      typed(`${at}.slack`, "slack", "basicAuth.password"),
    ],
    [
      "webhook",
      "http_config.tls_config.key",
      { http_config: { tls_config: { key: SECRET } } },
      typed(`${at}.webhook`, "webhook", "tls.key"),
    ],
    [
      "webhook",
      "http_config.http_headers.X-A.secrets",
      { http_config: { http_headers: { "X-A": { secrets: [7654321] } } } },
      typed(`${at}.webhook`, "webhook", "headers.X-A"),
    ],
    ["slack", "app_token", { app_token: SECRET }, own("alertmanager", "app_token_file")],
    ["pagerduty", "service_key", { service_key: SECRET }, own("alertmanager", "service_key_file")],
    ["email", "auth_secret", { auth_secret: SECRET }, own("alertmanager", "auth_secret_file")],
    ["email", "headers.X-Auth-Token", { headers: { "X-Auth-Token": SECRET } }, nowhere()],
    ["slack", "webhook_url", { webhook_url: SECRET }, own("alertmanager", "webhook_url_file")],
    [
      "webhook",
      "http_config.proxy_url",
      { http_config: { proxy_url: `http://a:${SECRET}@b` } },
      `holds a log-in or a secret, ${READ}; write a proxy without authentication, since its password cannot be read from a file`,
    ],
  ])("%s: %s", (kind, path, extra, complaint) => {
    expect(receiver(kind, extra)).toEqual([`${at}.${kind}.extra.${path}: ${complaint}`]);
  });

  test("files, and values that are not secret, are accepted", () => {
    expect(receiver("email", { headers: { "Reply-To": "a@acme.net" }, auth_secret_file: "/x" })).toEqual([]);
    expect(
      receiver("pagerduty", { details: { team: "core" }, http_config: { proxy_url: "http://b:3128" } }),
    ).toEqual([]);
  });
});

describe("a probe module", () => {
  const at = "podwatch:blackboxExporter.modules.own";
  test.each<[path: string, module: object, complaint: string]>([
    [
      "http.basic_auth.password",
      { prober: "http", http: { basic_auth: { password: SECRET } } },
      typed(at, "the module", "basicAuth.password"),
    ],
    [
      "http.headers.Authorization",
      { prober: "http", http: { headers: { Authorization: SECRET } } },
      typed(at, "the module", "bearerToken"),
    ],
    [
      "http.headers.X-Api-Key",
      { prober: "http", http: { headers: { "X-Api-Key": SECRET } } },
      typed(at, "the module", "headers.X-Api-Key"),
    ],
    [
      "tcp.tls_config.key",
      { prober: "tcp", tcp: { tls_config: { key: SECRET } } },
      typed(at, "the module", "tls.key"),
    ],
    [
      "grpc.metadata.authorization",
      { prober: "grpc", grpc: { metadata: { authorization: [SECRET] } } },
      nowhere(),
    ],
  ])("%s", (path, module, complaint) => {
    expect(probe(module)).toEqual([`${at}.${path}: ${complaint}`]);
  });

  test("headers that are no secret are taken", () => {
    expect(probe({ prober: "http", http: { headers: { Host: "a", "Accept-Language": "en" } } })).toEqual([]);
  });

  test("logs in over HTTP only", () => {
    const login = { basicAuth: { username: "a", password: SECRET }, tls: {} };
    expect(probe({ prober: "icmp", ...login })).toEqual([
      `${at}.basicAuth: is for probes over HTTP only, and the prober is "icmp"; remove it`,
      `${at}.tls: is for probes over TLS, and the prober is "icmp"; remove it`,
    ]);
    expect(probe({ prober: "tcp", tls: {}, tcp: { tls: true } })).toEqual([]);
  });
});

describe("addresses", () => {
  const holds = `holds a log-in or a secret, ${READ}; write the address without it, and the log-in as basicAuth, bearerToken or headers`;
  const url = `https://me:${SECRET}@a.acme.net/`;
  const login = { clientId: "a", clientSecret: "a", tokenUrl: `${url}token` };
  test.each<[path: string, sections: object]>([
    ["prometheus.scrapeJobs[0].httpSd.url", { prometheus: { scrapeJobs: [{ name: "a", httpSd: { url } }] } }],
    [
      "prometheus.scrapeJobs[0].oauth2.tokenUrl",
      { prometheus: { scrapeJobs: [{ name: "a", targets: ["a:1"], oauth2: login }] } },
    ],
    [
      "prometheus.scrapeJobs[0].params.target[0]",
      { prometheus: { scrapeJobs: [{ name: "a", targets: ["a:1"], params: { target: [url] } }] } },
    ],
    ["blackboxExporter.targets[0].target", { blackboxExporter: { targets: [{ name: "a", target: url }] } }],
    [
      "blackboxExporter.targets[0].target",
      { blackboxExporter: { targets: [{ name: "a", target: `https://a/?x=1&api_key=${SECRET}` }] } },
    ],
    [
      "alertmanager.receivers.ops.pagerduty.url",
      { alertmanager: { receivers: { ops: { pagerduty: { routingKey: "0".repeat(32), url } } } } },
    ],
  ])("%s holds none", (path, sections) => {
    expect(say(sections)).toEqual([`podwatch:${path}: ${holds}`]);
  });

  test("are not quoted if they have another problem", () => {
    const scrapeJobs = [{ name: "a", targets: [`me:${SECRET}@db.acme.net:9100`], metricsPath: url }];
    expect(say({ prometheus: { scrapeJobs }, front: { publicUrl: url } })).toEqual(
      expect.arrayContaining([
        expect.stringMatching(/targets\[0\]: the value is not a target; /),
        expect.stringMatching(/publicUrl: the value is not a URL of this kind; /),
      ]),
    );
  });
});

test("parameters of a request for a token", () => {
  const oauth2 = {
    clientId: "a",
    clientSecret: "a",
    tokenUrl: "https://a/",
    endpointParams: { password: SECRET },
  };
  expect(job({ oauth2 })).toEqual([
    `${AT}.oauth2.endpointParams.password: looks like a secret, ${READ}; only clientSecret is kept secret here`,
  ]);
});

describe("a parameter that relabelling writes", () => {
  const step = (more: object) =>
    job({ extra: { relabel_configs: [{ target_label: "__param_token", ...more }] } });
  test("with a constant is refused", () => {
    expect(step({ replacement: SECRET })).toEqual([
      expect.stringMatching(
        /relabel_configs\[0\]\.replacement: looks like a secret, .*; send it as bearerToken/,
      ),
    ]);
  });
  test("from a label is accepted, and so is another name", () => {
    expect(step({ source_labels: ["token"], replacement: "$1" })).toEqual([]);
    expect(step({ target_label: "token_service", replacement: "a" })).toEqual([]);
  });
});

test("text for people is not secret: a mail's subject, the details of a message", () => {
  expect(receiver("email", { headers: { Subject: "Token expired" } })).toEqual([]);
  expect(receiver("pagerduty", { details: { token: "{{ .CommonLabels.token }}" } })).toEqual([]);
  expect(receiver("pagerduty", { details: { link: `https://me:${SECRET}@a/` } })).toHaveLength(1);
});

test("a parameter without a value is no secret", () => {
  expect(job({ params: { key: [""], token: "" } })).toEqual([]);
});

test("parameters of a request for a token have no file", () => {
  const oauth2 = { endpoint_params: { password: SECRET } };
  expect(job({ extra: { oauth2 } })).toEqual([
    expect.stringMatching(/endpoint_params\.password: looks like a secret, .*leave it out of the request$/),
  ]);
});

test("a secret of a data source belongs under its secureJsonData", () => {
  const jsonData = { password: SECRET };
  expect(say({ grafana: { datasources: [{ name: "L", type: "loki", jsonData }] } })).toEqual([
    `podwatch:grafana.datasources[0].jsonData.password: is a secret, ${READ}; write it under secureJsonData of the data source, as the NAME of a secret, and type: pulumi config set --secret --path 'podwatch:grafana.secrets.NAME'`,
  ]);
});

describe("encrypted values in readable places", () => {
  const file = (job: string) => `config:\n  podwatch:prometheus:\n    scrapeJobs:\n      - ${job}\n`;
  const useless =
    "is encrypted here, but would be readable in previews and on the host; write it as basicAuth, bearerToken, oauth2, headers, tls.key or under `secrets` of the service";
  test.each([
    ["extra.honor_labels", "extra: { honor_labels: { secure: v1:AAAA } }"],
    ["labels.team", "labels: { team: { secure: v1:AAAA } }"],
    ["params.x[0]", "params: { x: [ { secure: v1:AAAA } ] }"],
  ])("%s", (path, text) => {
    expect(problemsOf(stack(), { ...world, stackFile: file(text) })).toEqual([`${AT}.${path}: ${useless}`]);
  });

  test("a more specific check takes precedence", () => {
    const scrapeJobs = [{ name: "shop", targets: ["a:1"], extra: { basic_auth: { password: SECRET } } }];
    const stackFile = file("extra: { basic_auth: { password: { secure: v1:AAAA } } }");
    expect(problemsOf(stack({ prometheus: { scrapeJobs } }), { ...world, stackFile })).toEqual([
      `${AT}.extra.basic_auth.password: ${typed(AT, "the job", "basicAuth.password")}`,
    ]);
    const headers = { http_headers: { "X-Key": { values: [SECRET] } } };
    const listed = file("extra: { http_headers: { X-Key: { values: [{ secure: v1:AAAA }] } } }");
    const jobs = [{ name: "shop", targets: ["a:1"], extra: headers }];
    expect(problemsOf(stack({ prometheus: { scrapeJobs: jobs } }), { ...world, stackFile: listed })).toEqual([
      `${AT}.extra.http_headers.X-Key.values: ${typed(AT, "the job", "headers.X-Key")}`,
    ]);
  });

  test.each<[string, object, string, string]>([
    [
      "where a group belongs",
      { basicAuth: SECRET },
      "basicAuth: { secure: v1:AAAA }",
      `${AT}.basicAuth: the value is not a group of settings; write one setting a line below it`,
    ],
    [
      "in a setting that is none",
      { targets: [`${SECRET} x`] },
      "targets: [{ secure: v1:AAAA }]",
      `${AT}.targets[0]: the value is not a target; write host:port such as db1.internal:9100, without protocol or path`,
    ],
  ])("no error quotes it: %s", (_, given, text, complaint) => {
    const scrapeJobs = [{ name: "shop", targets: ["a:1"], ...given }];
    expect(problemsOf(stack({ prometheus: { scrapeJobs } }), { ...world, stackFile: file(text) })).toContain(
      complaint,
    );
    expect(
      problemsOf(stack({ prometheus: { scrapeJobs } }), { ...world, stackFile: file(text) }).join(),
    ).not.toContain("s3cret");
  });

  test("nor a part of it", () => {
    const quadlet = { Container: { Environment: [`A=b ${SECRET}`] } };
    const stackFile =
      "config:\n  podwatch:grafana:\n    quadlet: { Container: { Environment: [{ secure: v1:AAAA }] } }\n";
    expect(problemsOf(stack({ grafana: { quadlet } }), { ...world, stackFile })).toEqual([
      `podwatch:grafana.quadlet.Container.Environment[0]: ${useless}`,
    ]);
  });

  test("where it is of use, it is taken", () => {
    const text = "{ bearerToken: { secure: v1:AAAA }, headers: { X-A: { secure: v1:AAAA } } }";
    expect(problemsOf(stack(), { ...world, stackFile: file(text) })).toEqual([]);
  });
});

describe("a snippet for the front", () => {
  const snippet = (directive: string) =>
    say({ front: { snippet: `location /own/ {\n  ${directive}\n  proxy_pass http://10.1.2.3;\n}\n` } });
  const complaint = (what: string) =>
    `podwatch:front.snippet: "${what}" holds a secret, ${READ}; write include /run/secrets/nginx.NAME; in its place, and the directive as a secret, type: pulumi config set --secret --path 'podwatch:front.secrets.NAME'`;
  test.each([
    ["proxy_set_header Authorization", `proxy_set_header Authorization "Basic ${SECRET}";`],
    ["proxy_set_header Authorization", `proxy_set_header  Authorization 'Bearer ${SECRET}$x';`],
    ["proxy_set_header X-Api-Key", `proxy_set_header X-Api-Key ${SECRET};`],
    ["proxy_set_header Cookie", `proxy_set_header Cookie session=${SECRET};`],
    ["fastcgi_param HTTP_AUTHORIZATION", `fastcgi_param HTTP_AUTHORIZATION "${SECRET}";`],
    ["proxy_pass", `if ($x) { proxy_pass http://me:${SECRET}@10.1.2.3; }`],
    ["set $api_token", `set $api_token "${SECRET}";`],
    ["if ($http_x_api_key", `if ($http_x_api_key != "${SECRET}") { return 403; }`],
    ["secure_link_md5", `secure_link_md5 "$secure_link_expires$uri ${SECRET}";`],
  ])("%s", (what, directive) => {
    expect(snippet(directive)).toEqual([complaint(what)]);
  });

  test.each([
    "proxy_set_header Authorization $http_authorization;",
    'proxy_set_header Authorization "";',
    'proxy_set_header Authorization "Bearer $token";',
    "proxy_set_header X-Forwarded-For $remote_addr;",
    'auth_basic "Members"; auth_basic_user_file /run/secrets/nginx.members;',
    "include /run/secrets/nginx.door;",
    'if ($http_x_api_key = "") { return 403; }',
    "proxy_pass_header Authorization;",
    "# proxy_set_header Authorization abc;",
  ])("%s is taken", (directive) => {
    expect(snippet(directive)).toEqual([]);
  });
});

describe("a unit", () => {
  const quadlet = (section: string, keys: object) => say({ [section]: { quadlet: { Container: keys } } });
  const complaint = (section: string, key: string, what: string, file: string) =>
    `podwatch:${section}.quadlet.Container.${key}: "${what}" holds a secret, which anybody on the host could read in the unit; have it read from ${file}, and type: pulumi config set --secret --path 'podwatch:${section}.secrets.NAME'`;
  test.each([
    [`GF_SMTP_PASSWORD=${SECRET}`, "GF_SMTP_PASSWORD"],
    [`"GF_AUTH_GENERIC_OAUTH_CLIENT_SECRET=${SECRET} and more"`, "GF_AUTH_GENERIC_OAUTH_CLIENT_SECRET"],
    [`A=b GF_SECURITY_SECRET_KEY='${SECRET}'`, "GF_SECURITY_SECRET_KEY"],
    [`GF_DATABASE_URL=postgres://me:${SECRET}@db/grafana`, "GF_DATABASE_URL"],
    ["GF_SECURITY_ADMIN_PASSWORD=7654321", "GF_SECURITY_ADMIN_PASSWORD"],
  ])("%s holds none", (value, what) => {
    expect(quadlet("grafana", { Environment: [value] })).toEqual([
      complaint("grafana", "Environment", what, `${what}=$$__file{/run/secrets/grafana.NAME}`),
    ]);
  });

  test("of another service neither", () => {
    expect(quadlet("prometheus", { Label: `deploy.token=${SECRET}` })).toEqual([
      complaint("prometheus", "Label", "deploy.token", "/run/secrets/prometheus.NAME"),
    ]);
    expect(say({ nginxExporter: { quadlet: { Service: { Environment: `API_TOKEN=${SECRET}` } } } })).toEqual([
      `podwatch:nginxExporter.quadlet.Service.Environment: "API_TOKEN" holds a secret, which anybody on the host could read in the unit; have it read from /run/secrets/nginx-exporter.NAME, and type: pulumi config set --secret --path 'podwatch:nginxExporter.secrets.NAME'`,
    ]);
  });

  test.each([
    "GF_SMTP_PASSWORD__FILE=/run/secrets/grafana.smtp",
    "GF_SMTP_PASSWORD=$$__file{/run/secrets/grafana.smtp}",
    "GF_SERVER_CERT_KEY=/etc/grafana/key.pem",
    "GF_AUTH_DISABLE_LOGIN_FORM=true",
    "GF_SECURITY_PASSWORD=",
    "GF_AUTH_TOKEN_ROTATION_INTERVAL_MINUTES=10",
    "GF_SERVER_ROOT_URL=https://a.acme.net/",
  ])("%s is taken", (value) => {
    expect(quadlet("grafana", { Environment: [value] })).toEqual([]);
  });
});

describe("the table of keys", () => {
  test("is of the versions that are deployed; config/schema/secretkeys regenerates it", () => {
    const [prometheus, alertmanager, blackbox] = from.map((module) => module.split("@v")[1]);
    const tag = (image: string) => image.split(":v")[1];
    // Prometheus 3.5.3 is v0.305.3 as a module.
    const [, major, minor, patch] = /^(\d+)\.(\d+)\.(\d+)$/.exec(tag(versions.images.prometheus) ?? "") ?? [];
    expect(prometheus).toBe(`0.${major}${minor?.padStart(2, "0")}.${patch}`);
    expect(alertmanager).toBe(tag(versions.images.alertmanager));
    expect(blackbox).toBe(tag(versions.images["blackbox-exporter"]));
  });

  test("knows the secrets of each program", () => {
    const keys = new Set(fields.map(({ key }) => key));
    for (const key of [
      "password",
      "credentials",
      "client_secret",
      "key",
      "secrets",
      "proxy_connect_header",
    ]) {
      expect(keys).toContain(key);
    }
    for (const key of [
      "application_credential_secret",
      "consumer_key",
      "auth_token",
      "routing_key",
      "api_url",
    ]) {
      expect(keys).toContain(key);
    }
  });

  test.each(
    fields.filter(
      ({ key, in: owner }) => !/^(api_)?url$|^key$|^secrets$/.test(key) && !/GlobalConfig/.test(owner),
    ),
  )("$key of $in is refused in clear", ({ key }) => {
    expect(job({ extra: { deep: [{ inside: { [key]: SECRET } }] } })).toEqual([
      expect.stringMatching(`^${AT.replaceAll(/[[\]]/g, "\\$&")}\\.extra\\.deep\\[0\\]\\.inside\\.${key}: `),
    ]);
    expect(job({ extra: { [`${key}_file`]: "/x" } })).toEqual([]);
  });
});
