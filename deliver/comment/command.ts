import { readFileSync } from "node:fs";
import { oneOf, readOptions, wholeNumber } from "../../operate/options";
import { pullRequest } from "../pipeline";
import { markerOf } from "../preview/markdown";
import { type Forge, keepComment } from "./forge";
import { GitHub } from "./github";
import { GitLab } from "./gitlab";

/**
 * Posts the output of `preview` on a pull or merge request, as one comment per stack. Tokens come from variables:
 * `GITHUB_TOKEN`, `GITLAB_TOKEN`. Values that the pipeline's variables contain need not be passed.
 */
export async function comment(
  args: readonly string[],
  env: NodeJS.ProcessEnv = process.env,
): Promise<number> {
  const { from, on, request, author } = readOptions(
    "comment",
    { from: "needed", on: "optional", request: "optional", author: "optional" },
    args,
  );
  const body = readFileSync(from, "utf8");
  const marker = markerOf(body);
  if (marker === undefined)
    throw new Error(`${from} is not a preview: give the file that \`preview --to\` wrote`);
  const place = oneOf("on", ["github", "gitlab"], on ?? (env.GITLAB_CI === "true" ? "gitlab" : "github"));
  const number = wholeNumber("request", request ?? requestOf(env) ?? "", 1);
  const forge: Forge = place === "gitlab" ? new GitLab(env, number) : new GitHub(env, number, author);
  process.stderr.write(`comment on ${number}: ${await keepComment(forge, marker, body)}\n`);
  return 0;
}

/** The number of the pipeline's pull or merge request. */
function requestOf(env: NodeJS.ProcessEnv): string | undefined {
  return pullRequest(env)?.number.toString() ?? env.CI_MERGE_REQUEST_IID ?? env.CHANGE_ID;
}
