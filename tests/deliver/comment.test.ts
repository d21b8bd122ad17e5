import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { comment } from "../../deliver/comment/command";
import { type ForgeServer, gitHub, gitLab, TOKEN } from "./forgeServers";

let directory: string;
let server: ForgeServer | undefined;
const told: string[] = [];

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), "podwatch-comment-"));
  told.length = 0;
  jest.spyOn(process.stderr, "write").mockImplementation((text) => told.push(String(text)) > 0);
});
afterEach(async () => {
  jest.restoreAllMocks();
  rmSync(directory, { recursive: true });
  await server?.stop();
  server = undefined;
});

function file(text: string, stack = "prod"): string {
  const path = join(directory, "preview.md");
  writeFileSync(path, `<!-- podwatch preview: ${stack} -->\n\n${text}\n`);
  return path;
}

describe("on GitHub", () => {
  let github: ForgeServer;
  const put = (text: string, stack?: string) => comment(["--from", file(text, stack)], environment());

  function environment(): NodeJS.ProcessEnv {
    const event = join(directory, "event.json");
    writeFileSync(event, JSON.stringify({ pull_request: { number: 7 } }));
    return {
      GITHUB_TOKEN: TOKEN,
      GITHUB_API_URL: github.url,
      GITHUB_REPOSITORY: "me/mine",
      GITHUB_EVENT_PATH: event,
    };
  }

  beforeEach(async () => {
    github = await gitHub();
    server = github;
  });

  test("the first preview is added, the next one changes it", async () => {
    github.comments.push({ id: 1, body: "Looks good", author: "somebody" });
    await put("one");
    await put("two");
    await put("two");
    expect(github.comments.map(({ body }) => body)).toEqual([
      "Looks good",
      "<!-- podwatch preview: prod -->\n\ntwo\n",
    ]);
    expect(github.asked.filter((asked) => !asked.startsWith("GET"))).toEqual([
      "POST /repos/me/mine/issues/7/comments",
      "PATCH /repos/me/mine/issues/comments/1001",
    ]);
    expect(told).toEqual(["comment on 7: added\n", "comment on 7: changed\n", "comment on 7: unchanged\n"]);
  });

  test("each stack has a comment of its own", async () => {
    await put("one", "prod");
    await put("two", "staging");
    expect(github.comments).toHaveLength(2);
  });

  test("it is found on a later page", async () => {
    await put("one");
    const [own] = github.comments.splice(0);
    github.comments.push(
      ...Array.from({ length: 250 }, (_, id) => ({ id, body: "talk", author: "somebody" })),
    );
    if (own) github.comments.push(own);
    await put("two");
    expect(github.comments.at(-1)?.body).toContain("two");
    expect(github.comments).toHaveLength(251);
  });

  test("a comment of somebody else with the marker is left alone", async () => {
    github.comments.push({ id: 1, body: "<!-- podwatch preview: prod -->\nmine", author: "somebody" });
    await put("one");
    expect(github.comments.map(({ body }) => body)).toEqual([
      "<!-- podwatch preview: prod -->\nmine",
      "<!-- podwatch preview: prod -->\n\none\n",
    ]);
  });

  test("one that quotes the marker further down is left alone", async () => {
    const body = "See\n<!-- podwatch preview: prod -->\n";
    github.comments.push({ id: 1, body, author: "github-actions[bot]" });
    await put("one");
    expect(github.comments[0]?.body).toBe(body);
  });

  test("a passing failure is tried again", async () => {
    github.failures.push(502);
    await put("one");
    expect(github.comments).toHaveLength(1);
  });

  test("a wrong token is reported at once, and not shown", async () => {
    const wrong = { ...environment(), GITHUB_TOKEN: "wrong-token-0123" };
    const failing = comment(["--from", file("one")], wrong);
    await expect(failing).rejects.toThrow('GitHub answers 401 ({"message":"Bad credentials"})');
    await expect(failing).rejects.not.toThrow("wrong-token-0123");
    expect(github.asked).toHaveLength(1);
  });
});

describe("on GitLab", () => {
  test("the first preview is added, the next one changes it", async () => {
    const gitlab = await gitLab();
    server = gitlab;
    const env = {
      GITLAB_CI: "true",
      GITLAB_TOKEN: TOKEN,
      CI_API_V4_URL: gitlab.url,
      CI_PROJECT_ID: "12",
      CI_MERGE_REQUEST_IID: "7",
    };
    gitlab.comments.push({ id: 1, body: "<!-- podwatch preview: prod -->\nmine", author: "other" });
    await comment(["--from", file("one")], env);
    await comment(["--from", file("two")], env);
    expect(gitlab.comments.map(({ body }) => body)).toEqual([
      "<!-- podwatch preview: prod -->\nmine",
      "<!-- podwatch preview: prod -->\n\ntwo\n",
    ]);
    expect(gitlab.asked.filter((asked) => !asked.startsWith("GET"))).toEqual([
      "POST /projects/12/merge_requests/7/notes",
      "PUT /projects/12/merge_requests/7/notes/1001",
    ]);
  });
});

test.each<[string, string[], NodeJS.ProcessEnv, string]>([
  ["no token", [], { CHANGE_ID: "7" }, "GITHUB_TOKEN is not set: it is a token"],
  ["no number", [], {}, '--request "" is not a number: give a whole number from 1'],
  ["another place", ["--on", "gitea"], {}, '--on "gitea" is none of github, gitlab'],
  ["no project", ["--on", "gitlab", "--request", "7"], { GITLAB_TOKEN: "x" }, "CI_API_V4_URL is not set"],
])("%s is told", async (_what, args, env, expected) => {
  await expect(comment(["--from", file("x"), ...args], env)).rejects.toThrow(expected);
});

test("a file that is no preview is refused", async () => {
  const path = join(directory, "other.md");
  writeFileSync(path, "hello\n");
  await expect(comment(["--from", path], {})).rejects.toThrow("is not a preview");
  await expect(comment([], {})).rejects.toThrow("--from is missing: comment takes --from, --on");
  await expect(comment(["--nowhere"], {})).rejects.toThrow("comment takes --from");
});
