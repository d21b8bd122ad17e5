// An SMTP server that asks for STARTTLS and a log-in, knows one mailbox, and refuses mail that others would take for
// spam: https://www.rfc-editor.org/rfc/rfc5321, https://www.rfc-editor.org/rfc/rfc5322#section-3.6
import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import PostalMime, { type Email } from "postal-mime";
import { SMTPServer, type SMTPServerDataStream } from "smtp-server";
import type { Credentials } from "./credentials";

/** What is kept of a mail, decoded. */
export interface Mail {
  readonly from: string;
  readonly to: readonly string[];
  readonly subject: string;
  readonly text: string;
  readonly html: string;
  /** By name in lower case. */
  readonly headers: Readonly<Record<string, string>>;
}

export interface MailEvents {
  taken(to: string, mail: Mail): void;
  refused(to: string, status: number, reason: string): void;
  /** The answer that has been asked for instead of taking the next mail. */
  fault(): { readonly status: number } | undefined;
}

export interface MailServer {
  readonly port: number;
  /** PEM of the certificate: senders have to trust it. */
  readonly certificate: string;
  stop(): Promise<void>;
}

const LARGEST = 10 << 20;
/** RFC 5321, 4.5.3.1.6: 1000 octets with the line's end. */
const LONGEST_LINE = 998;
const NEEDED = ["from", "to", "subject", "date", "message-id", "mime-version"];

export async function startMailServer(
  address: string,
  port: number,
  credentials: Credentials,
  events: MailEvents,
): Promise<MailServer> {
  const { key, certificate } = makeCertificate(address);
  const refuse = (to: string, status: number, reason: string) => {
    events.refused(to, status, reason);
    return Object.assign(new Error(reason), { responseCode: status });
  };
  const server = new SMTPServer({
    key,
    cert: certificate,
    name: "lab.test",
    banner: "stand-in of the lab",
    size: LARGEST,
    authMethods: ["PLAIN", "LOGIN", "CRAM-MD5"],
    disableReverseLookup: true,
    logger: false,
    // Without encryption it is not even called: the library refuses.
    onAuth(auth, _session, done) {
      const right =
        auth.username === credentials.mailUser &&
        (auth.method === "CRAM-MD5"
          ? auth.validatePassword(credentials.mailPassword)
          : auth.password === credentials.mailPassword);
      if (!right) done(refuse("", 535, "5.7.8 Authentication credentials invalid"));
      else done(null, { user: auth.username });
    },
    onMailFrom(sender, _session, done) {
      if (sender.address === credentials.mailUser) done();
      else done(refuse("", 553, `5.7.1 Sender address rejected: not owned by user ${credentials.mailUser}`));
    },
    onRcptTo(recipient, _session, done) {
      if ([credentials.mailbox, ...(credentials.furtherMailboxes ?? [])].includes(recipient.address)) done();
      else done(refuse(recipient.address, 550, "5.1.1 No such mailbox"));
    },
    onData(stream, session, done) {
      const to = session.envelope.rcptTo.map((one) => one.address);
      receive(stream)
        .then(async (raw) => {
          const fault = events.fault();
          if (fault !== undefined) throw refuse(to.join(), fault.status, "4.3.2 Asked to fail");
          const { problem, mail } = await read(raw, to);
          if (problem !== undefined) throw refuse(to.join(), stream.sizeExceeded ? 552 : 554, problem);
          events.taken(to.join(), mail);
        })
        .then(
          () => done(),
          (error: Error) => done(error),
        );
    },
  });
  server.on("error", () => {}); // A sender that hangs up.
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(port, address, resolve);
  });
  return {
    port: (server.server.address() as AddressInfo).port,
    certificate,
    stop: () => new Promise((resolve) => server.close(() => resolve())),
  };
}

async function receive(stream: SMTPServerDataStream): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of stream) chunks.push(chunk);
  return Buffer.concat(chunks);
}

async function read(
  raw: Buffer,
  to: readonly string[],
): Promise<{ problem: string | undefined; mail: Mail }> {
  const email = await PostalMime.parse(raw);
  const headers = Object.fromEntries(email.headers.map(({ key, value }) => [key, value]));
  const mail = {
    from: email.from?.address ?? "",
    to,
    subject: email.subject ?? "",
    text: email.text ?? "",
    html: email.html ?? "",
    headers,
  };
  return { problem: problemOf(raw, email, headers, to), mail };
}

function problemOf(
  raw: Buffer,
  email: Email,
  headers: Readonly<Record<string, string>>,
  to: readonly string[],
): string | undefined {
  if (raw.length > LARGEST) return "5.3.4 Message too big";
  const missing = NEEDED.filter((name) => !headers[name]);
  if (missing.length > 0) return `5.6.0 Header missing: ${missing.join(", ")}`;
  if (
    raw
      .toString("latin1")
      .split("\r\n")
      .some((line) => line.length > LONGEST_LINE)
  )
    return "5.6.0 Line too long";
  if (Number.isNaN(Date.parse(headers.date ?? ""))) return "5.6.0 Date is none";
  const named = [...(email.to ?? []), ...(email.cc ?? [])].map((one) => one.address);
  if (!to.every((address) => named.includes(address))) return "5.7.1 The recipient is not in To or Cc";
  if (!email.text?.trim() && !email.html?.trim()) return "5.6.0 Neither text nor HTML";
  return undefined;
}

/** A fresh certificate for an address, signed by itself. */
function makeCertificate(address: string): { key: string; certificate: string } {
  const directory = mkdtempSync(join(tmpdir(), "podwatch-mail-"));
  try {
    const file = (name: string) => join(directory, name);
    const names = `subjectAltName=IP:${address},DNS:localhost`;
    execFileSync(
      "openssl",
      `req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2 -subj /CN=lab.test -addext ${names}`
        .split(" ")
        .concat("-keyout", file("key"), "-out", file("certificate")),
      { stdio: ["ignore", "ignore", "pipe"] },
    );
    return { key: readFileSync(file("key"), "utf8"), certificate: readFileSync(file("certificate"), "utf8") };
  } finally {
    rmSync(directory, { recursive: true });
  }
}
