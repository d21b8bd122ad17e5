import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir, userInfo } from "node:os";
import { join } from "node:path";
import { pipeline } from "../../deliver/pipeline";

const commit = "0123456789abcdef0123456789abcdef01234567";

describe("GitHub", () => {
  let directory: string;
  beforeEach(() => {
    directory = mkdtempSync(join(tmpdir(), "podwatch-pipeline-"));
  });
  afterEach(() => rmSync(directory, { recursive: true }));

  function environment(event: object): NodeJS.ProcessEnv {
    const file = join(directory, "event.json");
    writeFileSync(file, JSON.stringify(event));
    return {
      GITHUB_ACTIONS: "true",
      GITHUB_SERVER_URL: "https://github.example",
      GITHUB_REPOSITORY: "me/mine",
      GITHUB_RUN_ID: "12",
      GITHUB_ACTOR: "ada",
      GITHUB_EVENT_PATH: file,
    };
  }

  test("names the pull request's own commit, not the merge that is checked out", () => {
    const found = pipeline(environment({ pull_request: { number: 7, head: { sha: commit } } }));
    expect(found).toMatchObject({
      name: "GitHub",
      link: "https://github.example/me/mine/actions/runs/12",
      by: "ada",
      requested: commit,
    });
    expect(found.commitLink(commit)).toBe(`https://github.example/me/mine/commit/${commit}`);
  });

  test("knows of no pull request in a push", () => {
    expect(pipeline(environment({ after: commit })).requested).toBeUndefined();
  });
});

test("GitLab", () => {
  const env = {
    GITLAB_CI: "true",
    CI_PIPELINE_URL: "https://gitlab.example/me/mine/-/pipelines/12",
    CI_PROJECT_URL: "https://gitlab.example/me/mine",
    GITLAB_USER_LOGIN: "ada",
  };
  const found = pipeline({ ...env, CI_MERGE_REQUEST_SOURCE_BRANCH_SHA: commit });
  expect(found).toMatchObject({ name: "GitLab", link: env.CI_PIPELINE_URL, by: "ada", requested: commit });
  expect(found.commitLink(commit)).toBe(`https://gitlab.example/me/mine/-/commit/${commit}`);
  // Empty where the source branch itself is checked out.
  expect(pipeline({ ...env, CI_MERGE_REQUEST_SOURCE_BRANCH_SHA: "" }).requested).toBeUndefined();
});

test("Jenkins", () => {
  const env = { JENKINS_URL: "https://jenkins.example/", BUILD_URL: "https://jenkins.example/job/12/" };
  expect(pipeline(env)).toMatchObject({ name: "Jenkins", link: env.BUILD_URL, by: "Jenkins" });
  expect(pipeline({ ...env, CHANGE_AUTHOR: "ada" }).by).toBe("ada");
});

test("by hand", () => {
  expect(pipeline({})).toMatchObject({ name: "by hand", link: undefined, by: userInfo().username });
});
