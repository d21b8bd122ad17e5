// A CA with ACME, pebble, on this machine. It asks lab hosts for their proofs as a public one would.
import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { get } from "node:https";
import { type AddressInfo, createServer, type Server } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { CHECKOUT, eventually, HERE } from "./lab";
import { Elsewhere } from "./tls";

const PORT = 14000;
const MANAGEMENT = 15000;

export class Pebble {
  readonly directory = `https://${HERE}:${PORT}/dir`;
  /** By which it is recognised itself. */
  readonly directoryCa: string;
  /** What it signs is recognised by. */
  root = "";
  /** What it says that it does. */
  log = "";

  private constructor(
    private readonly process: ChildProcess,
    private readonly dns: Server,
    private readonly elsewhere: Elsewhere,
    private readonly work: string,
  ) {
    this.directoryCa = elsewhere.ca;
  }

  /** @param names DNS names and their addresses */
  static async start(names: Readonly<Record<string, string>>): Promise<Pebble> {
    const program = execFileSync(join(CHECKOUT, "lab/pebble/build"), { encoding: "utf8" }).trim();
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
        profiles: { default: { description: "for tests", validityPeriod: 7_776_000 } },
      },
    };
    writeFileSync(join(work, "config.json"), JSON.stringify(config));
    const dns = await nameServer(names);
    const pebble = spawn(
      program,
      [
        "-config",
        join(work, "config.json"),
        "-dnsserver",
        `127.0.0.1:${(dns.address() as AddressInfo).port}`,
      ],
      { env: { ...process.env, PEBBLE_VA_NOSLEEP: "1" }, stdio: ["ignore", "pipe", "ignore"] },
    );
    const started = new Pebble(pebble, dns, elsewhere, work);
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

  private async ask(path: string): Promise<string> {
    const asked = get(`https://${HERE}:${MANAGEMENT}${path}`, { ca: this.directoryCa });
    const [answer] = await once(asked, "response");
    return text(answer);
  }

  /** Nothing answers any more. */
  stop(): void {
    this.process.kill();
  }

  dispose(): void {
    this.stop();
    this.dns.close();
    this.elsewhere.dispose();
    rmSync(this.work, { recursive: true });
  }
}

/** Knows the IPv4 addresses of these names, and nothing else (RFC 1035, 4.1); pebble asks by TCP (4.2.2). */
async function nameServer(names: Readonly<Record<string, string>>): Promise<Server> {
  const server = createServer((socket) => {
    let received = Buffer.alloc(0);
    socket.on("error", () => {});
    socket.on("data", (data) => {
      received = Buffer.concat([received, data]);
      while (received.length >= 2 && received.length >= 2 + received.readUInt16BE(0)) {
        const end = 2 + received.readUInt16BE(0);
        const answer = answerTo(received.subarray(2, end), names);
        received = received.subarray(end);
        const length = Buffer.alloc(2);
        length.writeUInt16BE(answer.length);
        socket.write(Buffer.concat([length, answer]));
      }
    });
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return server;
}

function answerTo(question: Buffer, names: Readonly<Record<string, string>>): Buffer {
  const labels: string[] = [];
  let at = 12;
  while (question[at] !== 0) {
    const length = question[at] ?? 0;
    labels.push(question.toString("latin1", at + 1, at + 1 + length));
    at += length + 1;
  }
  const address = question.readUInt16BE(at + 1) === 1 ? names[labels.join(".").toLowerCase()] : undefined;
  const head = Buffer.from(question.subarray(0, 12));
  head.writeUInt16BE(0x8180, 2);
  head.writeUInt16BE(address === undefined ? 0 : 1, 6);
  head.writeUInt32BE(0, 8);
  const found = Buffer.from([
    0xc0,
    12,
    0,
    1,
    0,
    1,
    0,
    0,
    0,
    60,
    0,
    4,
    ...(address ?? "").split(".").map(Number),
  ]);
  return Buffer.concat([head, question.subarray(12, at + 5), ...(address === undefined ? [] : [found])]);
}
