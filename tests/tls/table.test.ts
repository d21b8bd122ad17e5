// The front's TLS as a stranger sees it, in each way to a certificate: testssl.sh looks, and a renewal meets a load.
import { writeFileSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { eventually, LabHost, must } from "../integration/support/lab";
import { Pebble } from "../integration/support/pebble";
import { small } from "../integration/support/smallStack";
import { connection, Stack } from "../integration/support/stack";
import { Elsewhere } from "../integration/support/tls";
import { betweenMarkers } from "../markedPage";
import { startAb } from "./ab";
import { type Findings, testssl, weaknesses } from "./testssl";

jest.setTimeout(900_000);

const NAME = "monitor.lab-tls.net";
/** As Mozilla's intermediate configuration asks for, two years. */
const HSTS = 63_072_000;
/** As few requests a second have to be served while a certificate is replaced. */
const LEAST_RATE = 500;

/** What was looked at, what is expected, and what was seen, for docs/front.md. */
const rows: (readonly [way: string, what: string, expected: string, seen: string])[] = [];

let host: LabHost;
let client: LabHost;
let stack: Stack;
let elsewhere: Elsewhere;
let pebble: Pebble;

const settings = (tls: object) =>
  small(connection("operator", host), {
    front: {
      bind: "0.0.0.0",
      httpPort: 80,
      publicUrl: `https://${NAME}`,
      insecure: "a test",
      tls: { hsts: `${HSTS / 86_400}d`, ...tls },
    },
  });

beforeAll(async () => {
  [host, client] = (await LabHost.bootAll(["test-tls", "test-tls-client"])) as [LabHost, LabHost];
  await must("lab/lab", ["install", client.name, "testssl.sh", "apache2-utils"]);
  await client.exec(`echo ${host.address} ${NAME} >>/etc/hosts`);
  elsewhere = new Elsewhere("Elsewhere");
  pebble = await Pebble.start({ [NAME]: host.address });
  stack = await Stack.create("tls", settings({ ownCa: {} }));
});

afterAll(async () => {
  const page = process.env.REPORT;
  if (page !== undefined) await record(page);
  elsewhere?.dispose();
  pebble?.dispose();
  await stack?.dispose();
  await host?.down();
  await client?.down();
});

/** Puts the table between its markers. */
async function record(page: string): Promise<void> {
  const [begin, end] = ["<!-- tls: begin -->", "<!-- tls: end -->"];
  const lines = rows.map((row) => `| ${row.join(" | ")} |\n`).join("");
  const table = `| certificate | what | expected | seen |\n|---|---|---|---|\n${lines}`;
  writeFileSync(page, betweenMarkers(await readFile(page, "utf8"), begin, end, table));
}

/** Compares, and keeps it for the document. */
function look(way: string, expectations: readonly (readonly [string, string, string])[]): void {
  for (const [what, expected, seen] of expectations) rows.push([way, what, expected, seen]);
  expect(expectations.map(([what, , seen]) => `${what}: ${seen}`)).toEqual(
    expectations.map(([what, expected]) => `${what}: ${expected}`),
  );
}

interface Expected {
  readonly key: "ECDSA" | "RSA";
  /** Certificates that are shown. */
  readonly chain: number;
  readonly issuer: string;
  /** Days that it is valid. */
  readonly days: number;
}

function judged(found: Findings, { key, chain, issuer, days }: Expected) {
  const offered = (id: string) => (found[id] ?? "?").startsWith("offered");
  const versions = {
    SSLv2: "SSL 2",
    SSLv3: "SSL 3",
    TLS1: "TLS 1.0",
    TLS1_1: "TLS 1.1",
    TLS1_2: "TLS 1.2",
    TLS1_3: "TLS 1.3",
  };
  const listed = (id: string) => (found[id] ?? "none").split(" ").sort().join(", ");
  const suites = ["AES128-GCM-SHA256", "AES256-GCM-SHA384", "CHACHA20-POLY1305"];
  const validity = Number(/^\d+/.exec(found.cert_expirationStatus ?? "")?.[0]);
  return [
    [
      "protocols",
      "TLS 1.2, TLS 1.3",
      Object.entries(versions)
        .filter(([id]) => offered(id))
        .map(([, version]) => version)
        .join(", "),
    ],
    [
      "ciphers of TLS 1.2",
      suites.map((suite) => `ECDHE-${key}-${suite}`).join(", "),
      listed("supportedciphers_TLS 1_2"),
    ],
    [
      "ciphers of TLS 1.3",
      "TLS_AES_128_GCM_SHA256, TLS_AES_256_GCM_SHA384, TLS_CHACHA20_POLY1305_SHA256",
      listed("supportedciphers_TLS 1_3"),
    ],
    ["curves", "X25519, prime256v1, secp384r1", listed("FS_ECDHE_curves")],
    [
      "chain",
      `${chain}, by ${issuer}, trusted`,
      `${found.certs_countServer}, by ${found.cert_caIssuers?.replace(/ [0-9a-f]{6}$/, "")}, ${found.cert_chain_of_trust === "passed." ? "trusted" : found.cert_chain_of_trust}`,
    ],
    ["order of the chain", "right", found.certs_list_ordering_problem === "no" ? "right" : "wrong"],
    [
      "name",
      NAME,
      found.cert_trust?.startsWith("Ok via SAN") && found.cert_subjectAltName?.split(" ").includes(NAME)
        ? NAME
        : (found.cert_trust ?? "none"),
    ],
    ["expires in", `${days} days`, Math.abs(validity - days) <= 1 ? `${days} days` : `${validity} days`],
    ["HTTP", "h2, http/1.1", `${found.ALPN_HTTP2}, ${found.ALPN}`],
    ["HSTS", `${HSTS} s`, `${/=(\d+) seconds/.exec(found.HSTS_time ?? "")?.[1] ?? "none"} s`],
  ] as const;
}

/** Replaces the certificate while more than {@link LEAST_RATE} requests come in each second. */
async function renewed(way: string, renew: () => Promise<void>): Promise<void> {
  const serial = () =>
    client.exec(
      `openssl s_client -connect ${NAME}:443 -servername ${NAME} </dev/null 2>/dev/null | openssl x509 -noout -serial`,
    );
  const before = await serial();
  const load = startAb(client, `https://${NAME}/`);
  await renew();
  const after = await serial();
  const { requests, failed, rate } = await load.stop();
  const busy = `${LEAST_RATE} requests/s and more, none fails`;
  rows.push([way, "renewal", busy, `${Math.round(rate)} requests/s, ${failed} of ${requests} fail`]);
  expect(after).not.toBe(before);
  expect(failed).toBe(0);
  expect(rate).toBeGreaterThanOrEqual(LEAST_RATE);
}

describe("ownCa", () => {
  test("is as Mozilla's intermediate configuration asks for", async () => {
    await stack.up();
    const found = await testssl(client, NAME, await stack.output<string>("authority"));
    look("`ownCa`", judged(found, { key: "ECDSA", chain: 1, issuer: "Podwatch tls", days: 365 }));
  });

  test("has no known weakness", async () => {
    look("`ownCa`", [["weaknesses", "none", (await weaknesses(client, NAME)).join(", ") || "none"]]);
  });

  test("is renewed under load", async () => {
    await renewed("`ownCa`", async () => {
      await stack.configure(settings({ ownCa: { lifetime: "90d" } }));
      await stack.up();
    });
  });
});

describe("files", () => {
  const files = async (name: string) => {
    const { certificate, keyFile } = elsewhere.signed(name, `DNS:${NAME}`, {
      by: "between",
      days: 90,
      key: "rsa",
    });
    const tls = { files: { certificate: certificate + between, keyFile, ca: elsewhere.ca } };
    await stack.configure(settings(tls));
    await stack.up();
  };
  let between: string;

  test("is as Mozilla's intermediate configuration asks for", async () => {
    between = elsewhere.intermediate("between").certificate;
    await files("first");
    const found = await testssl(client, NAME, elsewhere.ca);
    look("`files`, RSA", judged(found, { key: "RSA", chain: 2, issuer: "between", days: 90 }));
  });

  test("is renewed under load", async () => {
    await renewed("`files`, RSA", () => files("second"));
  });
});

describe("acme", () => {
  test("is as Mozilla's intermediate configuration asks for", async () => {
    const { directory, directoryCa, root } = pebble;
    const acme = { email: "ops@lab-tls.net", acceptTerms: true, directory, directoryCa, ca: root };
    await stack.configure(settings({ acme }));
    await stack.up();
    await eventually(
      60,
      () =>
        client.exec(
          `openssl s_client -connect ${NAME}:443 -servername ${NAME} </dev/null 2>/dev/null | openssl x509 -noout -issuer`,
        ),
      (issuer) => issuer.includes("Pebble"),
    );
    const found = await testssl(client, NAME, root);
    look("`acme`", judged(found, { key: "ECDSA", chain: 2, issuer: "Pebble Intermediate CA", days: 90 }));
  });

  test("is renewed under load", async () => {
    await renewed("`acme`", async () => {
      await host.exec("rm /var/lib/podwatch/services/acme/ordered && systemctl start podwatch-acme");
    });
  });
});
