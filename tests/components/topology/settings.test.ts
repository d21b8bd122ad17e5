import { problemsOf, settingsOf, stack } from "../../config/support";

const url = "https://goc.my-region.net/gocdbpi";
const database = { url, query: { roc: "AfricaArabia" } };
const blackboxExporter = { enabled: true };
const problems = (topology: object, more: object = { blackboxExporter }) =>
  problemsOf(stack({ topology, ...more }));

test("is deployed once it has a database or a service", () => {
  const enabled = (topology: object) => settingsOf(stack({ topology, blackboxExporter })).topology.enabled;
  const serviceTypes = { webdav: { probe: {} } };
  const services = [{ site: "ZA-ONE", serviceType: "webdav", host: "se1.my-region.net" }];
  expect([{}, database, { serviceTypes, services }, { ...database, enabled: false }].map(enabled)).toEqual([
    false,
    true,
    true,
    false,
  ]);
});

test.each([
  ["clear text", { ...database, url: "http://goc.my-region.net/gocdbpi" }, /topology\.url: .*write https/],
  ["a question", { ...database, url: `${url}?method=x` }, /topology\.url: .*write https/],
  ["nothing to ask", { enabled: true }, /topology\.url: is missing; write the URL of the database/],
  ["the whole grid", { url }, /topology\.query: asks for every service of the database; write the region/],
  [
    "a quote in a name",
    { ...database, query: { roc: "O'Region", sites: ["ZA-ONE"] } },
    /query\.roc: "O'Region" is not the name/,
  ],
  [
    "too often",
    { ...database, interval: "10s" },
    /interval: "10s" is not from 20s to 1h; write one such as 5m/,
  ],
  ["too seldom", { ...database, interval: "2h" }, /interval: "2h" is not from 20s to 1h/],
  [
    "a type that says nothing",
    { ...database, serviceTypes: { webdav: {} } },
    /webdav: says nothing; write probe/,
  ],
  [
    "an unknown module",
    { ...database, serviceTypes: { webdav: { probe: { module: "https" } } } },
    /webdav\.probe\.module: "https" is not a module; write http, tcp/,
  ],
  [
    "tcp without a port",
    { ...database, serviceTypes: { webdav: { probe: { module: "tls" } } } },
    /webdav\.probe\.port: is missing, and the prober is "tcp"; write the port/,
  ],
  [
    "a path for tcp",
    { ...database, serviceTypes: { webdav: { probe: { module: "tcp", port: 1, path: "/" } } } },
    /webdav\.probe\.path: is for probes over HTTP only/,
  ],
  [
    "a port for pings",
    { ...database, serviceTypes: { webdav: { probe: { module: "icmp", port: 1 } } } },
    /webdav\.probe\.port: is for other probes/,
  ],
  [
    "a service of no type",
    { ...database, services: [{ site: "ZA-ONE", serviceType: "webdav", host: "se1.my-region.net" }] },
    /services\[0\]\.serviceType: "webdav" is no entry of topology\.serviceTypes/,
  ],
  [
    "a service twice",
    {
      serviceTypes: { webdav: { scrape: { port: 1 } } },
      services: ["a.my-region.net", "A.my-region.net"].map((host) => ({
        site: "S",
        serviceType: "webdav",
        host,
      })),
    },
    /services\[1\]\.host: "A\.my-region\.net" already has a service of this type/,
  ],
])("is refused: %s", (_, topology, message) => {
  expect(problems(topology)).toEqual([expect.stringMatching(message)]);
});

test("probes need the blackbox exporter", () => {
  expect(problems({ ...database, serviceTypes: { webdav: { probe: {} } } }, {})).toEqual([
    expect.stringMatching(
      /webdav\.probe: is for the blackbox exporter, .*set blackboxExporter\.enabled to true/,
    ),
  ]);
});

test("the names of its jobs are its own", () => {
  const prometheus = { scrapeJobs: [{ name: "topology-webdav", targets: ["a.my-region.net:1"] }] };
  expect(problems(database, { prometheus })).toEqual([
    expect.stringMatching(/topology\.enabled: takes the names that begin with topology-, .*rename that job/),
  ]);
});

const alertmanager = {
  route: { receiver: "chat" },
  receivers: {
    chat: { webhook: { url: "https://chat.my-region.net/" } },
    ops: {
      email: { to: ["ops@my-region.net"], from: "p@my-region.net", smarthost: "mail.my-region.net:25" },
    },
  },
};
const token = { bearerToken: "token-of-the-operator", receiver: "ops" };

test.each<[string, object, object, RegExp]>([
  [
    "contacts of no database",
    { url: undefined, enabled: true },
    token,
    /contacts: are those of a database; write topology\.url/,
  ],
  [
    "no log-in",
    {},
    { receiver: "ops" },
    /contacts\.certificate: is missing, and the database tells contacts only to whom it knows; write certificate and key, or bearerToken/,
  ],
  [
    "two log-ins",
    {},
    { ...token, key: "-----BEGIN PRIVATE KEY-----" },
    /contacts\.bearerToken: is set together with certificate; keep one of them/,
  ],
  [
    "a token for anybody",
    { insecure: true },
    token,
    /contacts\.bearerToken: would be told to whoever answers, since topology\.insecure is true; write the CA/,
  ],
  [
    "a default receiver without a mail server",
    {},
    { bearerToken: "x".repeat(20) },
    /contacts\.receiver: "chat" is no receiver with email, whose mail server would be used; write ops/,
  ],
  [
    "an unknown receiver",
    {},
    { ...token, receiver: "opps" },
    /contacts\.receiver: "opps" is no receiver .*; write ops/,
  ],
])("of contacts is refused: %s", (_, changed, contacts, message) => {
  const found = problems({ ...database, ...changed, contacts }, { blackboxExporter, alertmanager });
  expect(found).toContainEqual(expect.stringMatching(message));
});

test("contacts are told by Alertmanager", () => {
  expect(problems({ ...database, contacts: token })).toContainEqual(
    expect.stringMatching(
      /contacts: are told by Alertmanager, which the host does not have; write alertmanager\.receivers/,
    ),
  );
});

test("a certificate of contacts needs its key", () => {
  const contacts = { certificate: "robot.pem", receiver: "ops" };
  expect(problems({ ...database, contacts }, { alertmanager })).toContainEqual(
    expect.stringMatching(
      /contacts\.key: is missing; write the certificate's private key, or its file as keyFile/,
    ),
  );
});
