// The receivers take what the real services take, and refuse what those refuse.
import { createTransport } from "nodemailer";
import { type Receivers, startReceivers } from "../../lab/receivers/receivers";
import type { Mode } from "../../lab/receivers/service";

let receivers: Receivers;

beforeAll(async () => {
  receivers = await startReceivers();
});
afterAll(() => receivers.stop());
beforeEach(() => receivers.clear());

interface Sent {
  readonly path: string;
  readonly body: unknown;
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string>>;
}

async function send({ path, body, method = "POST", headers = {} }: Sent) {
  const answer = await fetch(receivers.url + path, {
    method,
    headers: { "Content-Type": "application/json", ...headers },
    ...(method === "GET" ? {} : { body: typeof body === "string" ? body : JSON.stringify(body) }),
  });
  return { status: answer.status, body: await answer.text(), headers: answer.headers };
}

const lab = () => receivers.credentials;
const long = (length: number) => "x".repeat(length);

/** A message that each service takes. */
function good(mode: Exclude<Mode, "email">): Required<Sent> & { body: Record<string, unknown> } {
  const sent = (path: string, body: Record<string, unknown>, headers = {}) => ({
    path,
    body,
    headers,
    method: "POST",
  });
  switch (mode) {
    case "slack":
      return sent(`/services/${lab().slack}`, {
        text: "short",
        blocks: [{ type: "section", text: { type: "mrkdwn", text: "long" } }],
        attachments: [{ color: "danger", title: "t", text: "x", mrkdwn_in: ["text"] }],
      });
    case "opsgenie":
      return sent(
        "/v2/alerts",
        { message: "down", alias: "a", priority: "P1", responders: [{ type: "team", name: "ops" }] },
        { Authorization: `GenieKey ${lab().opsgenieKey}` },
      );
    case "pagerduty":
      return sent("/v2/enqueue", {
        routing_key: lab().pagerdutyKey,
        event_action: "trigger",
        dedup_key: "a",
        payload: { summary: "down", source: "host", severity: "critical" },
      });
    case "telegram":
      return sent(`/bot${lab().telegramToken}/sendMessage`, {
        chat_id: String(lab().telegramChat),
        text: "<b>down</b>",
        parse_mode: "HTML",
      });
    case "ping":
      return sent(`/ping/${lab().pingId}`, {});
    case "alertmanager":
      return sent(
        "/alertmanager/any",
        {
          version: "4",
          groupKey: "{}:{}",
          truncatedAlerts: 0,
          status: "firing",
          receiver: "hook",
          groupLabels: {},
          commonLabels: { alertname: "Down" },
          commonAnnotations: {},
          externalURL: "http://localhost/alertmanager",
          alerts: [
            {
              status: "firing",
              labels: { alertname: "Down" },
              annotations: {},
              startsAt: "2026-01-02T03:04:05.678Z",
              endsAt: "0001-01-01T00:00:00Z",
              generatorURL: "http://localhost/prometheus/graph",
              fingerprint: "0123456789abcdef",
            },
          ],
        },
        { Authorization: `Bearer ${lab().webhookToken}` },
      );
    case "webhook":
      return sent("/webhook/any", { any: "thing" }, { Authorization: `Bearer ${lab().webhookToken}` });
  }
}

test.each([
  ["slack", 200, "ok"],
  ["opsgenie", 202, /"result":"Request will be processed"/],
  ["pagerduty", 202, /"status":"success"/],
  ["telegram", 200, /"ok":true/],
  ["alertmanager", 200, /taken/],
  ["webhook", 200, /taken/],
  ["ping", 200, "OK"],
] as const)("%s takes a message and lists it", async (mode, status, body) => {
  const before = Date.now();
  const answer = await send(good(mode));
  expect(answer.status).toBe(status);
  expect(answer.body).toMatch(typeof body === "string" ? new RegExp(`^${body}$`) : body);
  const [listed, ...others] = JSON.parse(
    (await send({ path: `/messages?mode=${mode}`, method: "GET", body: "" })).body,
  );
  expect(others).toEqual([]);
  expect(listed).toMatchObject({ mode, to: good(mode).path });
  expect(Date.parse(listed.receivedAt)).toBeGreaterThanOrEqual(before);
  expect(receivers.refused()).toEqual([]);
});

type Change = (sent: ReturnType<typeof good>) => Partial<Sent>;
const body =
  (changes: object): Change =>
  (sent) => ({ body: { ...sent.body, ...changes } });
const plain = (type: string, length: number) => ({ type, text: { type: "plain_text", text: long(length) } });

test.each<[mode: Exclude<Mode, "email">, why: string, change: Change, status: number, answer: RegExp]>([
  ["ping", "another id", () => ({ path: "/ping/x" }), 404, /^not found$/],
  ["ping", "PUT", () => ({ method: "PUT" }), 405, /^only GET and POST$/],
  ["slack", "no JSON", () => ({ body: "{" }), 400, /^invalid_payload$/],
  [
    "slack",
    "a form",
    () => ({ headers: { "Content-Type": "application/x-www-form-urlencoded" } }),
    400,
    /^invalid_payload$/,
  ],
  ["slack", "another token", () => ({ path: `/services/${lab().slack}x` }), 403, /^invalid_token$/],
  ["slack", "another team", () => ({ path: `/services/x${lab().slack}` }), 404, /^no_team$/],
  ["slack", "GET", () => ({ method: "GET" }), 405, /method_not_allowed/],
  ["slack", "nothing in it", () => ({ body: { username: "me" } }), 400, /^no_text$/],
  ["slack", "a long header", body({ blocks: [plain("header", 151)] }), 400, /^invalid_blocks$/],
  ["slack", "a long section", body({ blocks: [plain("section", 3001)] }), 400, /^invalid_blocks$/],
  ["slack", "an unknown block", body({ blocks: [plain("heading", 1)] }), 400, /^invalid_blocks$/],
  [
    "slack",
    "too many blocks",
    body({ blocks: Array(51).fill(plain("section", 1)) }),
    400,
    /^invalid_blocks$/,
  ],
  ["slack", "an empty text", body({ blocks: [plain("section", 0)] }), 400, /^invalid_blocks$/],
  [
    "slack",
    "too many attachments",
    body({ attachments: Array(101).fill({ text: "x" }) }),
    400,
    /^too_many_attachments$/,
  ],
  [
    "slack",
    "an empty attachment",
    body({ attachments: [{ color: "good" }] }),
    400,
    /missing_text_or_fallback/,
  ],
  [
    "opsgenie",
    "another key",
    () => ({ headers: { Authorization: "GenieKey x" } }),
    401,
    /Could not authenticate/,
  ],
  [
    "opsgenie",
    "a bearer token",
    () => ({ headers: { Authorization: `Bearer ${lab().opsgenieKey}` } }),
    401,
    /authenticate/,
  ],
  ["opsgenie", "a long message", body({ message: long(131) }), 422, /"message":/],
  ["opsgenie", "a strange priority", body({ priority: "P6" }), 422, /"priority":/],
  ["opsgenie", "too many tags", body({ tags: Array(21).fill("x") }), 422, /"tags":/],
  ["opsgenie", "a responder without a name", body({ responders: [{ type: "team" }] }), 422, /responders/],
  [
    "opsgenie",
    "a close by what is no id",
    () => ({ path: "/v2/alerts/a/close", body: {} }),
    422,
    /identifierType/,
  ],
  ["pagerduty", "another key", body({ routing_key: long(32) }), 400, /routing_key/],
  ["pagerduty", "a short key", body({ routing_key: "x" }), 400, /should be 32 characters/],
  ["pagerduty", "no payload", body({ payload: undefined }), 400, /payload/],
  [
    "pagerduty",
    "a long summary",
    body({ payload: { summary: long(1025), source: "a", severity: "info" } }),
    400,
    /summary/,
  ],
  [
    "pagerduty",
    "a strange severity",
    body({ payload: { summary: "a", source: "a", severity: "bad" } }),
    400,
    /severity/,
  ],
  [
    "pagerduty",
    "a resolve of nothing",
    body({ event_action: "resolve", dedup_key: undefined }),
    400,
    /dedup_key/,
  ],
  ["telegram", "another token", () => ({ path: "/bot1:x/sendMessage" }), 401, /Unauthorized/],
  ["telegram", "another chat", body({ chat_id: 1 }), 400, /chat not found/],
  ["telegram", "an empty text", body({ text: " " }), 400, /message text is empty/],
  ["telegram", "a long text", body({ text: long(4097) }), 400, /message is too long/],
  ["telegram", "a strange tag", body({ text: "<h1>x</h1>" }), 400, /Unsupported start tag \\"h1\\"/],
  ["telegram", "an open tag", body({ text: "<b>x" }), 400, /Can't find end tag/],
  ["alertmanager", "no token", () => ({ headers: { Authorization: "" } }), 401, /bearer token/],
  ["alertmanager", "another version", body({ version: "3" }), 422, /version/],
  ["alertmanager", "no alert", body({ alerts: [] }), 422, /alerts/],
  ["webhook", "another token", () => ({ headers: { Authorization: "Bearer x" } }), 401, /bearer token/],
  ["webhook", "a list", () => ({ body: [] }), 422, /expected record/],
  [
    "webhook",
    "plain text",
    () => ({ headers: { Authorization: `Bearer ${lab().webhookToken}`, "Content-Type": "text/plain" } }),
    415,
    /json/,
  ],
])("%s refuses: %s", async (mode, _why, change, status, expected) => {
  const sent = good(mode);
  const answer = await send({ ...sent, ...change(sent) });
  expect([answer.status, answer.body]).toEqual([status, expect.stringMatching(expected)]);
  expect(receivers.messages()).toEqual([]);
  expect(receivers.refused(mode)).toMatchObject([{ status }]);
});

test("what is just within the limits is taken", async () => {
  const slack = { blocks: [plain("header", 150), ...Array(49).fill(plain("section", 3000))] };
  expect((await send({ ...good("slack"), body: slack })).body).toBe("ok");
  const html = { ...good("telegram").body, text: `<b>${long(4095)}&amp;</b>` };
  expect((await send({ ...good("telegram"), body: html })).status).toBe(200);
  const opsgenie = { ...good("opsgenie").body, message: long(130), tags: Array(20).fill(long(50)) };
  expect((await send({ ...good("opsgenie"), body: opsgenie })).status).toBe(202);
});

test("an alert of Opsgenie's is closed by its alias", async () => {
  const path = "/v2/alerts/a%2Fb/close?identifierType=alias";
  expect((await send({ ...good("opsgenie"), path, body: { source: "x" } })).status).toBe(202);
  expect(receivers.messages("opsgenie")).toMatchObject([{ body: { action: "close", alias: "a/b" } }]);
});

test("keys do not stand in the list", async () => {
  await send(good("pagerduty"));
  expect(JSON.stringify(receivers.messages())).not.toContain(lab().pagerdutyKey);
});

test.each(["slack", "opsgenie", "pagerduty", "telegram"] as const)(
  "%s has too many, then fails, then works",
  async (mode) => {
    await send({ path: "/fail", body: { mode, status: 429, retryAfter: 7 } });
    const many = await send(good(mode));
    expect(many.status).toBe(429);
    expect(mode === "telegram" ? many.body : many.headers.get("retry-after")).toMatch(/7/);
    receivers.fail(mode, { status: 503, times: 2 });
    expect((await send(good(mode))).status).toBe(503);
    expect((await send(good(mode))).status).toBe(503);
    expect((await send(good(mode))).status).toBeLessThan(300);
    receivers.fail(mode, { status: 0 });
    await expect(send(good(mode))).rejects.toThrow("fetch failed");
    expect(receivers.messages(mode)).toHaveLength(1);
  },
);

test("an unknown path is refused", async () => {
  expect((await send({ path: "/other", body: {} })).status).toBe(404);
  expect(receivers.refused()).toMatchObject([{ mode: undefined, to: "/other" }]);
});

describe("mail", () => {
  interface Sender {
    pass?: string;
    from?: string;
    to?: string;
    text?: string;
    ignoreTLS?: boolean;
    headers?: Record<string, string>;
    raw?: string;
  }

  async function mail(sender: Sender = {}): Promise<string> {
    const [host = "", port] = receivers.smtp.split(":");
    const {
      pass = lab().mailPassword,
      from = lab().mailUser,
      to = lab().mailbox,
      text = "The host is down.",
    } = sender;
    const transport = createTransport({
      host,
      port: Number(port),
      requireTLS: sender.ignoreTLS !== true,
      ignoreTLS: sender.ignoreTLS === true,
      tls: { ca: receivers.certificate },
      auth: { user: lab().mailUser, pass },
    });
    try {
      const envelope = { from, to };
      const sent = await transport.sendMail(
        sender.raw === undefined
          ? { from, to, subject: "Höhe", text, html: "<p>x</p>" }
          : { envelope, raw: sender.raw },
      );
      return sent.response;
    } catch (error) {
      return (error as Error).message;
    } finally {
      transport.close();
    }
  }

  test("is taken and listed, decoded", async () => {
    expect(await mail()).toMatch(/^250 /);
    expect(receivers.messages("email")).toMatchObject([
      {
        to: lab().mailbox,
        body: { from: lab().mailUser, subject: "Höhe", text: "The host is down.\n", html: "<p>x</p>\n" },
      },
    ]);
  });

  test.each<[string, Sender, RegExp]>([
    ["another password", { pass: "x" }, /535/],
    ["another sender", { from: "other@lab.test" }, /553/],
    ["an unknown mailbox", { to: "other@lab.test" }, /550/],
    ["a mail without headers", { raw: "Subject: x\r\n\r\ntext" }, /554.*Header missing: from, to, date/],
    [
      "a line that is too long",
      {
        raw: `From: alerts@lab.test\r\nTo: oncall@lab.test\r\nSubject: x\r\nDate: Fri, 02 Jan 2026 03:04:05 +0000\r\nMessage-ID: <a@b>\r\nMIME-Version: 1.0\r\n\r\n${long(999)}`,
      },
      /554.*Line too long/,
    ],
  ])("refuses %s", async (_why, sender, expected) => {
    expect(await mail(sender)).toMatch(expected);
    expect(receivers.messages()).toEqual([]);
    expect(receivers.refused("email").length).toBeGreaterThan(0);
  });

  test("refuses a log-in without encryption", async () => {
    expect(await mail({ ignoreTLS: true })).toMatch(/538/);
    expect(receivers.messages()).toEqual([]);
  });

  test("fails when asked to, once", async () => {
    receivers.fail("email", { status: 451 });
    expect(await mail()).toMatch(/451/);
    expect(await mail()).toMatch(/^250 /);
  });
});
