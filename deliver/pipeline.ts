// Facts about the pipeline, from the variables that it sets.
import { readFileSync } from "node:fs";
import { userInfo } from "node:os";

export interface Pipeline {
  readonly name: "GitHub" | "GitLab" | "Jenkins" | "by hand";
  /** Its URL. */
  readonly link: string | undefined;
  /** Who started it. */
  readonly by: string;
  /** In a run for a pull or merge request: its last commit. The checkout is the result of merging it. */
  readonly requested: string | undefined;
  /** The URL of a commit. */
  commitLink(commit: string): string | undefined;
}

export function pipeline(env: NodeJS.ProcessEnv = process.env): Pipeline {
  if (env.GITHUB_ACTIONS === "true") {
    const project = `${env.GITHUB_SERVER_URL}/${env.GITHUB_REPOSITORY}`;
    return {
      name: "GitHub",
      link: `${project}/actions/runs/${env.GITHUB_RUN_ID}`,
      by: env.GITHUB_ACTOR ?? "GitHub",
      requested: pullRequest(env)?.head?.sha,
      commitLink: (commit) => `${project}/commit/${commit}`,
    };
  }
  if (env.GITLAB_CI === "true") {
    return {
      name: "GitLab",
      link: env.CI_PIPELINE_URL,
      by: env.GITLAB_USER_LOGIN ?? "GitLab",
      requested: env.CI_MERGE_REQUEST_SOURCE_BRANCH_SHA || undefined,
      commitLink: (commit) => `${env.CI_PROJECT_URL}/-/commit/${commit}`,
    };
  }
  if (env.JENKINS_URL !== undefined) {
    return {
      name: "Jenkins",
      link: env.BUILD_URL,
      by: env.BUILD_USER_ID ?? env.CHANGE_AUTHOR ?? "Jenkins",
      requested: undefined,
      commitLink: () => undefined,
    };
  }
  return {
    name: "by hand",
    link: undefined,
    by: userInfo().username,
    requested: undefined,
    commitLink: () => undefined,
  };
}

interface PullRequest {
  readonly number: number;
  readonly head?: { readonly sha: string };
}

/** The workflow's pull request, from GitHub's event. */
export function pullRequest(env: NodeJS.ProcessEnv): PullRequest | undefined {
  if (!env.GITHUB_EVENT_PATH) return undefined;
  const event = JSON.parse(readFileSync(env.GITHUB_EVENT_PATH, "utf8")) as { pull_request?: PullRequest };
  return event.pull_request;
}
