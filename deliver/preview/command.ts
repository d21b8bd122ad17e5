import { writeFileSync } from "node:fs";
import { readOptions, wholeNumber } from "../../operate/options";
import { pipeline } from "../pipeline";
import { git, pulumi } from "../programs";
import { GITHUB_LIMIT, previewMarkdown } from "./markdown";
import { type Preview, readPreview } from "./steps";

/**
 * Previews a stack and writes the changes as Markdown: to `--to` within `--limit` characters, and completely to
 * `--whole`. A failed preview is written too, with exit code 1.
 */
export async function preview(args: readonly string[]): Promise<number> {
  const options = readOptions(
    "preview",
    { stack: "needed", to: "needed", whole: "optional", limit: "optional", "config-file": "optional" },
    args,
  );
  const limit = options.limit === undefined ? GITHUB_LIMIT : wholeNumber("limit", options.limit, 1000);
  const { link, requested } = pipeline();
  const commit = requested ?? (await git("rev-parse", "HEAD"));
  const heading = { stack: options.stack, commit, link };
  const found = await ask(options.stack, options["config-file"]);
  if (options.whole !== undefined) {
    writeFileSync(options.whole, previewMarkdown(found, heading, Number.POSITIVE_INFINITY));
  }
  writeFileSync(options.to, previewMarkdown(found, heading, limit));
  const what = found.errors.length > 0 ? found.errors.join("\n") : `${found.changes.length} resources change`;
  process.stderr.write(`preview of ${options.stack}: ${what}\n`);
  return found.errors.length > 0 ? 1 : 0;
}

async function ask(stack: string, configFile: string | undefined): Promise<Preview> {
  const { code, stdout, stderr } = await pulumi("preview", { stack, configFile }, ["--json"], false);
  const found: Preview =
    stdout.trim() === "" ? { changes: [], unchanged: 0, errors: [], exceptions: [] } : readPreview(stdout);
  if (code === 0 || found.errors.length > 0) return found;
  const reason = stderr.trim().split("\n").at(-1) || `pulumi preview ended with ${code}`;
  return { ...found, errors: [reason.replace(/^error: /, "")] };
}
