// A git repository by HTTPS, with a token for a password, as git servers offer it: git's own CGI program, behind Node's server.
import { execFileSync, spawn } from "node:child_process";
import type { IncomingMessage, ServerResponse } from "node:http";
import { createServer, type Server } from "node:https";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { Elsewhere } from "./tls";

export class GitOverHttps {
  private readonly authority = new Elsewhere("git");
  /** What reads it has to trust. */
  readonly ca = this.authority.ca;
  private readonly server: Server;
  private constructor(
    private readonly address: string,
    private readonly directory: string,
    private readonly token: string,
  ) {
    const { certificate, key } = this.authority.signed("server", `IP:${address}`);
    this.server = createServer({ cert: certificate, key }, (request, response) =>
      this.answer(request, response),
    );
  }

  /** @param directory that has the bare repository `scenarios.git` */
  static async start(address: string, directory: string, token: string): Promise<GitOverHttps> {
    const git = new GitOverHttps(address, directory, token);
    await new Promise<void>((resolve) => git.server.listen(0, address, resolve));
    return git;
  }

  get url(): string {
    return `https://${this.address}:${(this.server.address() as AddressInfo).port}/scenarios.git`;
  }

  private answer(request: IncomingMessage, response: ServerResponse): void {
    const [, given = ""] = /^Basic (.*)$/.exec(request.headers.authorization ?? "") ?? [];
    if (Buffer.from(given, "base64").toString() !== `git:${this.token}`) {
      response.writeHead(401, { "WWW-Authenticate": 'Basic realm="git"' }).end();
      return;
    }
    const { pathname, searchParams } = new URL(request.url ?? "/", this.url);
    const protocol = request.headers["git-protocol"];
    const env: Record<string, string> = {
      ...{ PATH: process.env.PATH ?? "", GIT_PROJECT_ROOT: this.directory, GIT_HTTP_EXPORT_ALL: "1" },
      ...{ REQUEST_METHOD: request.method ?? "", PATH_INFO: pathname, QUERY_STRING: `${searchParams}` },
      ...{ REMOTE_USER: "git", CONTENT_TYPE: request.headers["content-type"] ?? "" },
      HTTP_CONTENT_ENCODING: request.headers["content-encoding"] ?? "",
      ...(typeof protocol === "string" ? { GIT_PROTOCOL: protocol } : {}),
      ...{ GIT_CONFIG_COUNT: "1", GIT_CONFIG_KEY_0: "safe.directory", GIT_CONFIG_VALUE_0: "*" },
    };
    const exec = execFileSync("git", ["--exec-path"]).toString().trim();
    const program = spawn(join(exec, "git-http-backend"), { env, stdio: ["pipe", "pipe", "inherit"] });
    const chunks: Buffer[] = [];
    request.pipe(program.stdin);
    program.stdout.on("data", (chunk: Buffer) => chunks.push(chunk));
    program.on("close", () => {
      const all = Buffer.concat(chunks);
      const end = all.indexOf("\r\n\r\n");
      const headers = all.subarray(0, end).toString().split("\r\n");
      for (const line of headers) {
        const [, name = "", value = ""] = /^([^:]+): *(.*)$/.exec(line) ?? [];
        if (name === "Status") response.statusCode = Number.parseInt(value, 10);
        else response.setHeader(name, value);
      }
      response.end(all.subarray(end + 4));
    });
  }

  dispose(): void {
    this.server.close();
    this.authority.dispose();
  }
}
