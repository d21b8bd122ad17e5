// https://docs.github.com/en/rest/issues/comments: a pull request's comments are those of the issue of its number.
import { type Request, request } from "../http";
import { type Comment, type Forge, list, variable } from "./forge";

/** Author of comments made with the workflow's own token. */
const WORKFLOW = "github-actions[bot]";

const PER_PAGE = 100;

interface Listed extends Comment {
  readonly user: { readonly login: string } | null;
}

export class GitHub implements Forge {
  private readonly comments: string;
  private readonly api: string;
  private readonly token: string;

  /** @throws Error if the pipeline's variables are incomplete */
  constructor(
    env: NodeJS.ProcessEnv,
    number: number,
    private readonly author = WORKFLOW,
  ) {
    this.token = variable(env, "GITHUB_TOKEN", "a token that may write comments on pull requests");
    const repository = variable(env, "GITHUB_REPOSITORY", "OWNER/NAME of the repository");
    this.api = `${env.GITHUB_API_URL || "https://api.github.com"}/repos/${repository}/issues`;
    this.comments = `${this.api}/${number}/comments`;
  }

  async page(page: number): Promise<readonly Comment[] | undefined> {
    const { text } = await this.ask("GET", `${this.comments}?per_page=${PER_PAGE}&page=${page}`);
    const found = list<Listed>("GitHub", text);
    // Anybody could write the marker, and the token may change other people's comments.
    return found.length === 0 ? undefined : found.filter(({ user }) => user?.login === this.author);
  }

  async add(body: string): Promise<void> {
    await this.ask("POST", this.comments, { body });
  }

  async change(id: number, body: string): Promise<void> {
    await this.ask("PATCH", `${this.api}/comments/${id}`, { body });
  }

  private ask(method: Request["method"], url: string, body?: unknown) {
    const headers = {
      Accept: "application/vnd.github+json",
      "X-GitHub-Api-Version": "2022-11-28",
      Authorization: `Bearer ${this.token}`,
    };
    return request({ what: "GitHub", method, url, headers, body });
  }
}
