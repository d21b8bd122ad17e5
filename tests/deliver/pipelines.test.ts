// The pipelines that are shipped: what their shell lines call, run for real with an npm that only notes its arguments,
// and who has which rights and secrets. `make check` has actionlint look at the workflows besides.
import { execFile } from "node:child_process";
import {
  chmodSync,
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { load } from "js-yaml";
import { COMMANDS } from "../../deliver/commands";
import { scripts } from "../../package.json";
import { tools } from "../../versions.json";
import { root } from "../docs/markdown";

jest.setTimeout(60_000);

interface Step {
  readonly run?: string;
  readonly uses?: string;
}
interface Job {
  readonly permissions?: Readonly<Record<string, string>>;
  readonly steps: readonly Step[];
}
interface Workflow {
  readonly permissions: object;
  readonly jobs: Readonly<Record<string, Job>>;
}
interface GitLabJob {
  readonly before_script?: readonly string[];
  readonly script?: readonly string[];
  readonly after_script?: readonly string[];
}

const read = (path: string) => readFileSync(join(root, path), "utf8");
const workflow = (name: string) => load(read(`.github/workflows/${name}`)) as Workflow;

let directory: string;

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), "podwatch-pipelines-"));
  const program = (name: string, text: string) => {
    writeFileSync(join(directory, name), `#!/bin/sh\n${text}\n`);
    chmodSync(join(directory, name), 0o755);
  };
  // Each argument in brackets: what is not quoted shows.
  program("npm", `{ printf '[%s]' "$@"; echo; } >>${directory}/called`);
  program("pulumi", `echo v${tools.pulumi}`);
});
afterEach(() => rmSync(directory, { recursive: true }));

/** What the pipelines set; the secrets stand out. */
const SET = {
  STACK: "a stack",
  OUTCOME: "failure",
  RECORD: "staging.json",
  CI_JOB_STATUS: "failed",
  CHANGE_ID: "7",
  COMMENT_AUTHOR: "robot",
  PODWATCH_PREVIEW_STACK: "a stack",
  PODWATCH_STAGING_STACK: "a stack",
  PODWATCH_PRODUCTION_STACK: "a stack",
  PULUMI_CONFIG_PASSPHRASE: "SECRET",
  PULUMI_ACCESS_TOKEN: "SECRET",
  GITHUB_TOKEN: "SECRET",
  GITLAB_TOKEN: "SECRET",
  PODWATCH_SLACK_URL: "SECRET",
};

/** Runs shell lines as a pipeline does, in one shell that ends at the first error. @returns the calls of npm */
async function callsOf(text: string): Promise<string[]> {
  const env = {
    ...SET,
    PATH: `${directory}:${process.env.PATH}`,
    RUNNER_TEMP: join(directory, "temp"),
    GITHUB_PATH: join(directory, "path"),
  };
  const problem = await new Promise((resolve) =>
    execFile("sh", ["-eu", "-c", text], { cwd: root, env }, (error) => resolve(error)),
  );
  expect(problem).toBeNull();
  const called = join(directory, "called");
  const calls = existsSync(called) ? readFileSync(called, "utf8").trim().split("\n") : [];
  rmSync(called, { force: true });
  return calls;
}

/** The arguments of deliver's commands among calls of npm, which are all scripts that there are. */
function deliveries(calls: readonly string[]): string[][] {
  return calls
    .map((call) => call.slice(1, -1).split("]["))
    .filter(([first, second]) => !(first === "ci" && second === "--no-audit"))
    .map(([run = "", name = "", separator = "", ...args]) => {
      expect([run, separator]).toEqual(["run", "--"]);
      const command = name.replace(/^deliver:/, "");
      expect((scripts as Record<string, string>)[name]).toBe(`node deliver/run.js ${command}`);
      return [command, ...args];
    });
}

/** Whether the command takes the options: the one that is complained of is the one that is not there. */
async function complaint([name = "", ...args]: readonly string[]): Promise<string> {
  try {
    await COMMANDS[name]?.([...args, "--no-such-option"]);
    return "none";
  } catch (error) {
    return (error as Error).message;
  }
}

const PREVIEW = ["preview", "--stack", "a stack", "--to", "preview.md", "--whole", "preview-whole.md"];
const STAGING = [
  ...["staging", "--stack", "a stack"],
  ...["--record", "staging.json", "--junit", "staging.xml"],
];
const PRODUCTION = [
  ...["production", "--stack", "a stack"],
  ...["--proof", "staging.json", "--record", "production.json", "--junit", "production.xml"],
];
const notified = (outcome: string, record: string) => [
  ...["notify", "--stack", "a stack", "--outcome", outcome],
  ...["--record", record, "--state", ".podwatch-notify/state.json"],
];

async function expectDeliveries(text: string, expected: readonly string[][]): Promise<void> {
  const found = deliveries(await callsOf(text));
  expect(found).toEqual(expected);
  for (const call of found) expect(await complaint(call)).toContain("'--no-such-option'");
}

describe("GitHub", () => {
  /** The shell lines of a job, with those of the actions of this checkout. */
  function linesOf(steps: readonly Step[]): string {
    return steps
      .map(({ run, uses }) => {
        if (!uses?.startsWith("./")) return run ?? "";
        const action = load(read(`${uses}/action.yml`)) as { runs: { steps: readonly Step[] } };
        return linesOf(action.runs.steps);
      })
      .filter((line) => line !== "")
      .join("\n");
  }

  const jobs = (name: string) => workflow(name).jobs;

  test.each<[string, string, readonly string[][]]>([
    ["preview.yml", "preview", [PREVIEW]],
    ["delivery.yml", "staging", [STAGING, notified("failure", "staging.json")]],
    ["delivery.yml", "production", [PRODUCTION, notified("failure", "staging.json")]],
  ])("%s, job %s", async (file, job, expected) => {
    await expectDeliveries(linesOf(jobs(file)[job]?.steps ?? []), expected);
    expect(readFileSync(join(directory, "path"), "utf8")).toBe(`${directory}\n`);
  });

  test("preview.yml, job comment", async () => {
    const from = join(directory, "temp/preview/preview.md");
    await expectDeliveries(linesOf(jobs("preview.yml").comment?.steps ?? []), [["comment", "--from", from]]);
  });

  const files = [
    ...["delivery.yml", "preview.yml"].map((name) => `.github/workflows/${name}`),
    ...["notify", "prepare"].map((name) => `.github/actions/${name}/action.yml`),
  ];

  test("nothing but the listed files is there", () => {
    expect(readdirSync(join(root, ".github/workflows")).sort()).toEqual(["delivery.yml", "preview.yml"]);
    expect(readdirSync(join(root, ".github/actions")).sort()).toEqual(["notify", "prepare"]);
  });

  test.each(files)("%s pins what it uses, and puts no expression into a shell line", (file) => {
    const text = read(file);
    for (const [, used = ""] of text.matchAll(/uses: (.+)/g)) {
      expect(used).toMatch(/^(\.\/\.github\/actions\/[a-z]+|actions\/[a-z/-]+@[0-9a-f]{40} # v[\d.]+)$/);
    }
    for (const [line] of text.matchAll(/run: .+/g)) expect(line).not.toContain("${{");
  });

  test("a job has secrets, or the right to write, but not both; none that writes runs a request's code", () => {
    for (const name of ["preview.yml", "delivery.yml"]) {
      expect(workflow(name).permissions).toEqual({});
      for (const job of Object.values(jobs(name))) {
        const writes = Object.values(job.permissions ?? {}).includes("write");
        const text = JSON.stringify(job);
        expect(writes && text.includes("secrets.")).toBe(false);
        if (writes) expect(text).toContain('"ref":"${{ github.event.pull_request.base.sha }}"');
        expect(text).toContain('"persist-credentials":false');
      }
    }
  });
});

describe("GitLab", () => {
  const file = load(read("docs/pipelines/gitlab-ci.yml")) as Readonly<Record<string, GitLabJob>>;

  test.each<[string, readonly string[][]]>([
    ["preview", [PREVIEW]],
    ["comment", [["comment", "--from", "preview.md"]]],
    ["staging", [STAGING, notified("failed", "staging.json")]],
    ["production", [PRODUCTION, notified("failed", "production.json")]],
  ])("job %s", async (name, expected) => {
    const job = file[name] ?? {};
    const before = job.before_script ?? file.default?.before_script ?? [];
    const lines = [...before, ...(job.script ?? []), ...(job.after_script ?? [])];
    await expectDeliveries(lines.join("\n"), expected);
  });
});

test("the checks of staging and production are shown as tests, also when they fail", () => {
  const kept = Object.entries(workflow("delivery.yml").jobs).map(([name, { steps }]) => [
    name,
    steps.filter((step) => JSON.stringify(step).includes(`"path":"${name}.xml"`)),
  ]);
  expect(Object.fromEntries(kept)).toEqual({
    staging: [expect.objectContaining({ if: "always()" })],
    production: [expect.objectContaining({ if: "always()" })],
  });
  const gitlab = load(read("docs/pipelines/gitlab-ci.yml")) as Record<string, { artifacts?: object }>;
  const jenkins = read("docs/pipelines/Jenkinsfile");
  for (const name of ["staging", "production"]) {
    expect(gitlab[name]?.artifacts).toMatchObject({ when: "always", reports: { junit: `${name}.xml` } });
    expect(jenkins).toMatch(new RegExp(`always \\{\\s+junit testResults: '${name}.xml'`));
  }
});

test("Jenkins", async () => {
  const text = read("docs/pipelines/Jenkinsfile");
  const lines = [...text.matchAll(/\bsh (?:'''([\s\S]*?)'''|'([^'\n]*)')/g)].map(
    ([, long, short]) => long ?? short,
  );
  await expectDeliveries(lines.join("\n"), [
    PREVIEW,
    [...["comment", "--from", "preview.md"], ...["--on", "github", "--request", "7", "--author", "robot"]],
    STAGING,
    notified("failure", "staging.json"),
    PRODUCTION,
    notified("failure", "production.json"),
  ]);
});

test("`npm ci` finds each package that it insists on in the lock file, also those for other machines", () => {
  const { packages } = JSON.parse(read("package-lock.json")) as {
    packages: Record<string, { optionalDependencies?: Record<string, string> }>;
  };
  const missing = Object.entries(packages).flatMap(([path, { optionalDependencies = {} }]) =>
    Object.keys(optionalDependencies).filter(
      (name) => !(`node_modules/${name}` in packages) && !(`${path}/node_modules/${name}` in packages),
    ),
  );
  expect(missing).toEqual([]);
});
