// What a pipeline says of itself, in the variables that it sets.
import { userInfo } from "node:os";

export interface Pipeline {
  readonly name: "GitHub" | "GitLab" | "Jenkins" | "by hand";
  /** Its page. */
  readonly link: string | undefined;
  /** Who started it. */
  readonly by: string;
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
      commitLink: (commit) => `${project}/commit/${commit}`,
    };
  }
  if (env.GITLAB_CI === "true") {
    return {
      name: "GitLab",
      link: env.CI_PIPELINE_URL,
      by: env.GITLAB_USER_LOGIN ?? "GitLab",
      commitLink: (commit) => `${env.CI_PROJECT_URL}/-/commit/${commit}`,
    };
  }
  if (env.JENKINS_URL !== undefined) {
    return {
      name: "Jenkins",
      link: env.BUILD_URL,
      by: env.BUILD_USER_ID ?? env.CHANGE_AUTHOR ?? "Jenkins",
      commitLink: () => undefined,
    };
  }
  return { name: "by hand", link: undefined, by: userInfo().username, commitLink: () => undefined };
}
