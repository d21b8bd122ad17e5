// What a pipeline says of itself, in the variables that it sets.
import { readFileSync } from "node:fs";
import { userInfo } from "node:os";

export interface Pipeline {
  readonly name: "GitHub" | "GitLab" | "Jenkins" | "by hand";
  /** Its page. */
  readonly link: string | undefined;
  /** Who started it. */
  readonly by: string;
  /** In a run for a pull or merge request: its last commit. Checked out is what merging it would give. */
  readonly requested: string | undefined;
  /** The page of a commit. */
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

/** What GitHub's event says of the pull request that the workflow runs for. */
export function pullRequest(env: NodeJS.ProcessEnv): PullRequest | undefined {
  if (!env.GITHUB_EVENT_PATH) return undefined;
  const event = JSON.parse(readFileSync(env.GITHUB_EVENT_PATH, "utf8")) as { pull_request?: PullRequest };
  return event.pull_request;
}
