import { spawn } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { notify } from "../../deliver/notify/command";
import { slackMessage } from "../../deliver/notify/slack";
import { type Receivers, startReceivers } from "../../lab/receivers/receivers";

jest.setTimeout(30_000);

let receivers: Receivers;
let directory: string;
let told: string;

beforeAll(async () => {
  receivers = await startReceivers();
});
afterAll(() => receivers.stop());
beforeEach(() => {
  receivers.clear();
  directory = mkdtempSync(join(tmpdir(), "podwatch-notify-"));
  told = "";
  jest.spyOn(process.stderr, "write").mockImplementation((text) => {
    told += text;
    return true;
  });
});
afterEach(() => {
  jest.restoreAllMocks();
  rmSync(directory, { recursive: true });
});

const slackUrl = () => `${receivers.url}/services/${receivers.credentials.slack}`;
const state = () => join(directory, "kept", "state.json");

function environment(): NodeJS.ProcessEnv {
  return {
    PODWATCH_SLACK_URL: slackUrl(),
    PODWATCH_WEBHOOK_URL: `${receivers.url}/webhook/delivery`,
    PODWATCH_WEBHOOK_TOKEN: receivers.credentials.webhookToken,
  };
}

function ended(outcome: string, args: readonly string[] = [], env = environment()): Promise<number> {
  return notify(["--stack", "staging", "--outcome", outcome, "--state", state(), ...args], env);
}

const events = () => receivers.messages("webhook").map(({ body }) => body.event);
const headers = () => receivers.messages("slack").map(({ body }) => body.blocks[0].text.text);

test("each failure is sent, and the first success after it once", async () => {
  for (const outcome of ["success", "failure", "failure", "success", "success"]) {
    expect(await ended(outcome)).toBe(0);
  }
  expect(headers()).toEqual([
    ":red_circle: staging failed",
    ":red_circle: staging failed",
    ":large_green_circle: staging is back to normal",
  ]);
  expect(events()).toEqual(["failure", "failure", "recovered"]);
  expect(receivers.refused()).toEqual([]);
});

test("each success is told if that is wished, and back to normal all the same", async () => {
  for (const outcome of ["success", "failure", "success"]) await ended(outcome, ["--every-success"]);
  expect(events()).toEqual(["success", "failure", "recovered"]);
});

test("stacks do not know of each other", async () => {
  await ended("failure");
  await notify(["--stack", "prod", "--outcome", "success", "--state", state()], environment());
  expect(events()).toEqual(["failure"]);
});

test.each([
  ["failed", ["failure"]],
  ["UNSTABLE", ["failure"]],
  ["cancelled", []],
  ["ABORTED", []],
])("a pipeline may call its outcome %s", async (word, expected) => {
  await ended(word);
  expect(events()).toEqual(expected);
});

test("a cancelled run does not change the memory", async () => {
  for (const outcome of ["failure", "cancelled", "success"]) await ended(outcome);
  expect(events()).toEqual(["failure", "recovered"]);
});

test("a message says stack, commit, author, who and where, and what failed", async () => {
  const record = join(directory, "record.json");
  const failed = "verify: FAILED a targets: x is down <&>";
  const commit = "0".repeat(40);
  writeFileSync(
    record,
    JSON.stringify({
      version: 1,
      stack: "staging",
      commit,
      clean: true,
      outcome: "failure",
      failed,
      steps: [],
    }),
  );
  await ended("failure", ["--record", record], {
    ...environment(),
    GITHUB_ACTIONS: "true",
    GITHUB_SERVER_URL: "https://github.example",
    GITHUB_REPOSITORY: "me/mine",
    GITHUB_RUN_ID: "77",
    GITHUB_ACTOR: "ada",
  });
  const body = receivers.messages("webhook")[0]?.body;
  expect(body).toMatchObject({
    version: 1,
    event: "failure",
    stack: "staging",
    commit: expect.stringMatching(/^[0-9a-f]{40}$/),
    commitLink: `https://github.example/me/mine/commit/${body.commit}`,
    by: "ada",
    link: "https://github.example/me/mine/actions/runs/77",
    failed,
  });
  const slack = receivers.messages("slack")[0]?.body;
  const text = JSON.stringify(slack.blocks);
  expect(text).toContain("```verify: FAILED a targets: x is down &lt;&amp;&gt;```");
  expect(text).toContain(
    `<https://github.example/me/mine/commit/${body.commit}|${body.commit?.slice(0, 12)}>`,
  );
  expect(text).toContain("*Started by*\\nada");
  expect(text).toContain("<https://github.example/me/mine/actions/runs/77|open>");
  expect(slack.text).toBe(":red_circle: staging failed: verify: FAILED a targets: x is down &lt;&amp;&gt;");
});

test("long texts are truncated to Slack's limits", async () => {
  await ended("failure", ["--failed", `${"&".repeat(4000)}`]);
  expect(headers()).toHaveLength(1);
  const long = { author: "<".repeat(9000), subject: "s".repeat(9000), by: "b".repeat(9000) };
  const links = { link: "https://x", commitLink: "https://x" };
  const event = {
    kind: "failure",
    stack: "s".repeat(300),
    commit: "0".repeat(40),
    failed: undefined,
    ...long,
    ...links,
  } as const;
  const answer = await fetch(slackUrl(), {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify(slackMessage(event)),
  });
  expect(await answer.text()).toBe("ok");
});

describe("a channel that fails", () => {
  test("is tried again, after as long as it asks for", async () => {
    receivers.fail("slack", { status: 429, retryAfter: 2 });
    const start = Date.now();
    expect(await ended("failure")).toBe(0);
    expect(Date.now() - start).toBeGreaterThanOrEqual(2000);
    expect(headers()).toHaveLength(1);
  });

  test("is not tried again when it refuses for good; the pipeline's result stands", async () => {
    const env = { ...environment(), PODWATCH_SLACK_URL: `${slackUrl()}x` };
    expect(await ended("failure", [], env)).toBe(0);
    expect(told).toContain("notify: Slack answers 403 (invalid_token)");
    expect(receivers.refused("slack")).toHaveLength(1);
    expect(events()).toEqual(["failure"]);
    expect(await ended("failure", ["--strict"], env)).toBe(1);
  });

  test("is told of the recovery by the next success, and the others not again", async () => {
    await ended("failure");
    const env = { ...environment(), PODWATCH_SLACK_URL: `${slackUrl()}x` };
    await ended("success", [], env);
    await ended("success");
    await ended("success");
    expect(events()).toEqual(["failure", "recovered"]);
    expect(headers()).toEqual([
      ":red_circle: staging failed",
      ":large_green_circle: staging is back to normal",
    ]);
  });

  test("is given up after some attempts", async () => {
    receivers.fail("slack", { status: 0, times: 9 });
    expect(await ended("failure")).toBe(0);
    expect(told).toMatch(/notify: Slack cannot be reached \([A-Z_]+\), 4 times\n/);
    expect(told).not.toContain(receivers.credentials.slack);
    expect(receivers.refused("slack")).toHaveLength(4);
    expect(events()).toEqual(["failure"]);
  });
});

test("addresses may stand in files", async () => {
  const file = (name: string, text: string) => {
    writeFileSync(join(directory, name), `${text}\n`);
    return join(directory, name);
  };
  const args = ["--slack-url-file", file("slack", slackUrl())];
  await ended("failure", args, {});
  expect(headers()).toHaveLength(1);
  expect(await ended("failure", ["--slack-url-file", join(directory, "none"), "--strict"], {})).toBe(1);
  expect(told).toContain("none cannot be read (ENOENT)");
});

test.each([
  [{}, "nothing is sent: neither PODWATCH_SLACK_URL nor PODWATCH_WEBHOOK_URL is set"],
  [
    { PODWATCH_SLACK_URL: "hooks.slack.com/secret" },
    "PODWATCH_SLACK_URL, or the file in its place, holds no https:// address",
  ],
  [{ PODWATCH_SLACK_URL: "http://hooks.slack.com/secret" }, "holds no https:// address"],
])("an address that is missing or none is told, without it", async (env, expected) => {
  expect(await ended("failure", ["--strict"], env)).toBe(1);
  expect(told).toContain(expected);
  expect(told).not.toContain("secret");
});

test("an outcome that no pipeline has is refused", async () => {
  expect(await ended("fine", ["--strict"])).toBe(1);
  expect(told).toContain('--outcome "fine" is none of success, failure, failed');
});

test("an invalid state file is replaced", async () => {
  await ended("failure");
  writeFileSync(state(), "{");
  await ended("success");
  expect(events()).toEqual(["failure"]);
  expect(told).toContain("state.json is not what notify wrote: it is started again");
  await ended("failure");
  await ended("success");
  expect(events()).toEqual(["failure", "failure", "recovered"]);
});

test("without a state file, success is not sent and nothing is written", async () => {
  const args = ["--stack", "staging", "--outcome"];
  await notify([...args, "failure"], environment());
  await notify([...args, "success"], environment());
  expect(events()).toEqual(["failure"]);
  expect(existsSync(state())).toBe(false);
});

test("as a program it keeps addresses and tokens out of what it prints and keeps", async () => {
  jest.restoreAllMocks();
  receivers.fail("slack", { status: 400 });
  const args = ["deliver/run.js", "notify", "--stack", "staging", "--outcome", "failure", "--state", state()];
  const child = spawn("node", args, { env: { PATH: process.env.PATH, ...environment() } });
  let output = "";
  for (const stream of [child.stdout, child.stderr]) stream.on("data", (text) => (output += text));
  const code = await new Promise((resolve) => child.on("close", resolve));
  expect(output).toBe("notify: webhook: told (failure)\nnotify: Slack answers 400 (asked to fail)\n");
  expect(code).toBe(0);
  for (const text of [output, readFileSync(state(), "utf8"), JSON.stringify(receivers.messages())]) {
    expect(text).not.toContain("slackWebhookOfTheLab0001");
    expect(text).not.toContain(receivers.credentials.webhookToken);
  }
});
