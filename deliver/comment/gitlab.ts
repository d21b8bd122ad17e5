// https://docs.gitlab.com/api/notes/#merge-requests. A job's own token may not write notes: it takes a project access token.
import { type Request, request } from "../http";
import { type Comment, type Forge, list, variable } from "./forge";

const PER_PAGE = 100;

interface Listed extends Comment {
  readonly author: { readonly id: number };
}

export class GitLab implements Forge {
  private readonly api: string;
  private readonly notes: string;
  private readonly token: string;
  private self: number | undefined;

  /** @throws Error if the pipeline's variables are incomplete */
  constructor(env: NodeJS.ProcessEnv, number: number) {
    this.token = variable(
      env,
      "GITLAB_TOKEN",
      "a project access token with the scope api and the role Reporter",
    );
    this.api = variable(env, "CI_API_V4_URL", "the address of GitLab's API");
    const project = variable(env, "CI_PROJECT_ID", "the number of the project");
    this.notes = `${this.api}/projects/${encodeURIComponent(project)}/merge_requests/${number}/notes`;
  }

  async page(page: number): Promise<readonly Comment[] | undefined> {
    this.self ??= (JSON.parse((await this.ask("GET", `${this.api}/user`)).text) as { id: number }).id;
    const { text } = await this.ask("GET", `${this.notes}?per_page=${PER_PAGE}&page=${page}`);
    const found = list<Listed>("GitLab", text);
    return found.length === 0 ? undefined : found.filter(({ author }) => author.id === this.self);
  }

  async add(body: string): Promise<void> {
    await this.ask("POST", this.notes, { body });
  }

  async change(id: number, body: string): Promise<void> {
    await this.ask("PUT", `${this.notes}/${id}`, { body });
  }

  private ask(method: Request["method"], url: string, body?: unknown) {
    return request({ what: "GitLab", method, url, headers: { "PRIVATE-TOKEN": this.token }, body });
  }
}
