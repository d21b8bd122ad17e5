// A certificate that a host gets for itself: what the CA would refuse is refused before anything is touched.
import { problemsOf, settingsOf, stack } from "./support";

const given = { email: "ops@acme.net", acceptTerms: true };
const front = (acme: object, more: object = {}) =>
  stack({
    front: {
      bind: "0.0.0.0",
      insecure: "nobody but us is there",
      httpPort: 80,
      publicUrl: "https://mon.acme.net",
      tls: { acme: { ...given, ...acme } },
      ...more,
    },
  });
const dns = { provider: "cloudflare", secrets: { CLOUDFLARE_DNS_API_TOKEN: "t0ken" } };
const secrets = { secretKeys: ["front"] };

test("is for the host of the public URL, unless other names are given", () => {
  const acme = (more: object) => {
    const { tls } = settingsOf(front(more), secrets).front;
    return tls === false ? undefined : tls.acme;
  };
  expect(acme({})).toMatchObject({
    domains: ["mon.acme.net"],
    directory: "https://acme-v02.api.letsencrypt.org/directory",
  });
  expect(acme({ domains: ["*.acme.net"], dns })).toMatchObject({ domains: ["*.acme.net"], dns });
});

test("an account may be bound to a customer's", () => {
  const accountBinding = { keyId: "customer-1", key: "a".repeat(43) };
  expect(problemsOf(front({ accountBinding }), secrets)).toEqual([]);
});

test.each(["10.0.0.53", "10.0.0.53:5353", "fd00::53", "[fd00::53]", "[fd00::53]:5353", "dns.acme.net:53"])(
  "%s is a name server",
  (resolver) => {
    expect(problemsOf(front({ dns: { ...dns, resolvers: [resolver] } }), secrets)).toEqual([]);
  },
);

const AT = "podwatch:front.tls.acme";
test.each<[what: string, complaint: string, acme: object, more?: object]>([
  [
    "terms",
    `${AT}.acceptTerms: is not true; read the terms of service of the CA at https://acme-v02`,
    { acceptTerms: false },
  ],
  [
    "no port 80",
    `${AT}: has to answer the CA's question by HTTP at port 80, and front.httpPort is not set; write httpPort: 80`,
    {},
    { httpPort: undefined },
  ],
  [
    "another port",
    `${AT}: has to answer the CA's question by HTTP at port 80, and front.httpPort is 8080; write`,
    {},
    { httpPort: 8080 },
  ],
  [
    "an address",
    'podwatch:front.publicUrl: "https://10.1.2.3" has no DNS name that a CA could ask for; write',
    {},
    { publicUrl: "https://10.1.2.3" },
  ],
  [
    "other names",
    `${AT}.domains: "web.acme.net" lacks "mon.acme.net", the host of publicUrl; add it`,
    { domains: ["web.acme.net"] },
  ],
  [
    "a wildcard by HTTP",
    `${AT}.domains: "*.acme.net" can be proved by DNS only; write acme.dns`,
    { domains: ["*.acme.net"] },
  ],
  [
    "a CA that is not there",
    `${AT}.directoryCa: "tls/none.pem" does not exist; `,
    { directoryCa: "tls/none.pem" },
  ],
  [
    "an account binding without its key",
    `${AT}.accountBinding.key`,
    { accountBinding: { keyId: "customer-1" } },
  ],
  [
    "a key of another kind",
    `${AT}.accountBinding.key`,
    { accountBinding: { keyId: "customer-1", key: `${"a".repeat(42)}=` } },
  ],
  [
    "a key that is too short for HS256",
    `${AT}.accountBinding.key`,
    { accountBinding: { keyId: "customer-1", key: "a".repeat(42) } },
  ],
  ...["10.0.0.53:99999", "fd00::53:", "name server", "[fd00::53"].map(
    (resolver) =>
      [
        `${resolver} as a name server`,
        `${AT}.dns.resolvers[0]: "${resolver}" is not a name server; write its name or address`,
        { dns: { ...dns, resolvers: [resolver] } },
      ] as [string, string, object],
  ),
  [
    "two ways",
    "podwatch:front.tls.ownCa: is set together with acme; keep one of them",
    {},
    { tls: { ownCa: {}, acme: given } },
  ],
])("refused: %s", (_, complaint, acme, ...[more]) => {
  expect(problemsOf(front(acme, more), secrets)).toEqual([expect.stringContaining(complaint)]);
});

test("a token in plain text is refused", () => {
  expect(problemsOf(front({ dns }))).toEqual([
    expect.stringContaining("front.tls.acme.dns.secrets.CLOUDFLARE_DNS_API_TOKEN"),
  ]);
});
