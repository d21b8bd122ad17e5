// A CA with ACME, pebble, on this machine. It asks lab hosts for their proofs as a public one would.
import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import type { Server } from "node:http";
import { type RequestOptions, request } from "node:https";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { dnsApi } from "../../../lab/pebble/dnsApi";
import { CHECKOUT, eventually, HERE } from "./lab";
import { Elsewhere } from "./tls";

const PORT = 14000;
const MANAGEMENT = 15000;
const NAME_SERVER = 14053;
const NAMES_MANAGEMENT = 14055;
const DNS_API = 14080;

export interface PebbleOptions {
  /** Seconds that its certificates are valid; default 90 days. */
  readonly validity?: number;
  /** Accounts have to be bound to one of a customer: the ID of a key, and the key in base64url. */
  readonly accountBinding?: { readonly keyId: string; readonly key: string };
}

export class Pebble {
  readonly directory = `https://${HERE}:${PORT}/dir`;
  /** By which it is recognised itself. */
  readonly directoryCa: string;
  /** What it signs is recognised by. */
  root = "";
  /** What it says that it does. */
  log = "";
  /** Where proofs in DNS are looked for. */
  readonly resolver = `${HERE}:${NAME_SERVER}`;
  /** For lego's provider httpreq. */
  readonly dnsApi = { endpoint: `http://${HERE}:${DNS_API}`, user: "podwatch", password: "dns-api-s3cret" };
  /** What that API was told. */
  records: string[] = [];

  private constructor(
    private readonly process: ChildProcess,
    private readonly names: ChildProcess,
    private readonly elsewhere: Elsewhere,
    private readonly work: string,
    private api?: Server,
  ) {
    this.directoryCa = elsewhere.ca;
  }

  /** @param names DNS names and their addresses */
  static async start(names: Readonly<Record<string, string>>, options: PebbleOptions = {}): Promise<Pebble> {
    const [program, nameServer] = ["pebble", "pebble-challtestsrv"].map((name) =>
      execFileSync(join(CHECKOUT, "lab/pebble/build"), [name], { encoding: "utf8" }).trim(),
    ) as [string, string];
    const elsewhere = new Elsewhere("Directory");
    const { certificate, key } = elsewhere.signed("directory", `IP:${HERE}`);
    const work = mkdtempSync(join(tmpdir(), "podwatch-pebble-"));
    writeFileSync(join(work, "certificate"), certificate);
    writeFileSync(join(work, "key"), key);
    const config = {
      pebble: {
        listenAddress: `${HERE}:${PORT}`,
        managementListenAddress: `${HERE}:${MANAGEMENT}`,
        certificate: join(work, "certificate"),
        privateKey: join(work, "key"),
        httpPort: 80,
        tlsPort: 443,
        profiles: { default: { description: "for tests", validityPeriod: options.validity ?? 7_776_000 } },
        ...(options.accountBinding !== undefined && {
          externalAccountBindingRequired: true,
          externalAccountMACKeys: { [options.accountBinding.keyId]: options.accountBinding.key },
        }),
      },
    };
    writeFileSync(join(work, "config.json"), JSON.stringify(config));
    const off = ["http01", "https01", "tlsalpn01", "doh", "defaultIPv4", "defaultIPv6"].flatMap((flag) => [
      `-${flag}`,
      "",
    ]);
    const places = ["-dnsserver", `${HERE}:${NAME_SERVER}`, "-management", `127.0.0.1:${NAMES_MANAGEMENT}`];
    const dns = spawn(nameServer, [...off, ...places], { stdio: "ignore" });
    const management = `http://127.0.0.1:${NAMES_MANAGEMENT}`;
    for (const [host, address] of Object.entries(names)) {
      const body = JSON.stringify({ host, addresses: [address] });
      await eventually(
        20,
        () => fetch(`${management}/add-a`, { method: "POST", body }),
        ({ ok }) => ok,
      );
    }
    const pebble = spawn(
      program,
      ["-config", join(work, "config.json"), "-dnsserver", `${HERE}:${NAME_SERVER}`],
      { env: { ...process.env, PEBBLE_VA_NOSLEEP: "1" }, stdio: ["ignore", "pipe", "ignore"] },
    );
    const started = new Pebble(pebble, dns, elsewhere, work);
    const { user, password } = started.dnsApi;
    started.api = dnsApi({ user, password, management }, (line) => started.records.push(line));
    started.api.listen(DNS_API, HERE);
    pebble.stdout.setEncoding("utf8").on("data", (text: string) => {
      started.log += text;
    });
    started.root = await eventually(
      20,
      () => started.ask("/roots/0").catch(() => ""),
      (answer) => answer.includes("BEGIN CERTIFICATE"),
    );
    return started;
  }

  /** From now on it says that this certificate has to be renewed at once (RFC 9773). */
  async wantsRenewed(certificate: string): Promise<void> {
    const past = [3, 2].map((hours) => new Date(Date.now() - hours * 3_600_000).toISOString());
    const window = { suggestedWindow: { start: past[0], end: past[1] } };
    await this.ask("/set-renewal-info/", { certificate, ARIResponse: JSON.stringify(window) });
  }

  private async ask(path: string, body?: object): Promise<string> {
    const options: RequestOptions = {
      ca: this.directoryCa,
      method: body === undefined ? "GET" : "POST",
      headers: { "user-agent": "podwatch-tests" },
    };
    const asked = request(`https://${HERE}:${MANAGEMENT}${path}`, options);
    asked.end(body && JSON.stringify(body));
    const [answer] = await once(asked, "response");
    const told = await text(answer);
    if (answer.statusCode !== 200) throw new Error(`pebble: ${answer.statusCode} ${told}`);
    return told;
  }

  /** Nothing answers any more. */
  stop(): void {
    this.process.kill();
  }

  dispose(): void {
    this.stop();
    this.names.kill();
    this.api?.close();
    this.elsewhere.dispose();
    rmSync(this.work, { recursive: true });
  }
}
