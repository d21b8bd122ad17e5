import { GITHUB_LIMIT, markerOf, previewMarkdown } from "../../deliver/preview/markdown";
import { readPreview } from "../../deliver/preview/steps";
import { bundle, printed } from "./printed";

const HEADING = {
  stack: "prod",
  commit: "0123456789abcdef0123456789abcdef01234567",
  link: "https://ci/run/1",
};

function markdown(text: string, limit = GITHUB_LIMIT): string {
  return previewMarkdown(readPreview(text), HEADING, limit);
}

function update(before: string, after: string, name = "podwatch-a-prometheus-service") {
  return { op: "update", name, before: { stdin: before }, after: { stdin: after }, reasons: ["stdin"] };
}

test("exceptions from the policy are listed with their reasons, other warnings are not", () => {
  const warnings = [
    "policy: front-tls is not enforced: a load balancer before it ends TLS",
    "something else",
  ];
  const text = markdown(printed([], [], warnings));
  expect(text).toContain(
    "\n```text\npolicy: front-tls is not enforced: a load balancer before it ends TLS\n```\n",
  );
  expect(text).not.toContain("something else");
});

test("a changed line is shown with its file, and counted", () => {
  const lines = ["global:", "  scrape_interval: 15s", "  a: 1", "  b: 2", "  c: 3", "  d: 4"];
  const text = printed([update(bundle(lines), bundle(lines.with(1, "  scrape_interval: 30s")))]);
  expect(markdown(text)).toBe(`<!-- podwatch preview: prod -->

### Preview of \`prod\`: 1 to update, 11 unchanged

Commit \`0123456789ab\`, [pipeline](https://ci/run/1)

| | resource | lines | what |
|---|---|---|---|
| ~ update | \`podwatch-a-prometheus-service\` | +1 −1 | \`files/prometheus.yml\` |

<details><summary>~ podwatch-a-prometheus-service</summary>

\`files/prometheus.yml\`

\`\`\`diff
@@ -1,5 +1,5 @@
 global:
-  scrape_interval: 15s
+  scrape_interval: 30s
   a: 1
   b: 2
   c: 3
\`\`\`

</details>
`);
});

test("without changes there is only the title", () => {
  expect(markdown(printed([]))).toBe(
    "<!-- podwatch preview: prod -->\n\n### Preview of `prod`: no changes\n\nCommit `0123456789ab`, [pipeline](https://ci/run/1)\n",
  );
});

test("a preview that fails shows why", () => {
  const text = markdown(printed([], ["Pulumi.prod.yaml has one problem:\n  podwatch:host.address is wrong"]));
  expect(text).toContain("### Preview of `prod`: it failed");
  expect(text).toContain("```text\nPulumi.prod.yaml has one problem:\n  podwatch:host.address is wrong\n```");
});

test("components and providers are not listed", () => {
  const text = markdown(
    printed([
      { op: "create", name: "podwatch", type: "podwatch:index:MonitoringStack", after: {} },
      { op: "create", name: "default_1_2_1", type: "pulumi:providers:command", after: {} },
    ]),
  );
  expect(text).toContain("no changes");
});

test("a replacement is one change, with what differs besides the files", () => {
  const before = { connection: "[secret]", triggers: ["10.0.0.1 22"], stdin: bundle(["a"], "data delete") };
  const after = { ...before, triggers: ["10.0.0.2 22"] };
  const name = "podwatch-a-grafana-service";
  const text = markdown(
    printed([
      { op: "delete-replaced", name, before },
      { op: "replace", name, before, after, reasons: ["triggers", "connection"] },
      { op: "create-replacement", name, before, after, reasons: ["triggers", "connection"] },
    ]),
  );
  expect(text).toContain("1 to replace, 11 unchanged");
  expect(text).toContain("is deleted and recreated, **its data go**");
  expect(text).toContain(
    '! connection: [secret] (another value)\n- triggers: ["10.0.0.1 22"]\n+ triggers: ["10.0.0.2 22"]',
  );
});

test("a secret that changes is named, not shown", () => {
  const text = markdown(printed([update("[secret]", "[secret]", "podwatch-a-password-secret")]));
  expect(text).toContain("```diff\n! [secret] (another value)\n```");
});

test.each([
  ["data keep", "is removed"],
  ["data delete", "**its data go too**"],
])("a removal of a service with %s says so: %s", (head, note) => {
  const text = markdown(
    printed([{ op: "delete", name: "podwatch-a-x-service", before: { stdin: bundle([], head) } }]),
  );
  expect(text).toContain(`| − delete | \`podwatch-a-x-service\` |  | ${note} |`);
});

test("a fence in a file does not end the block", () => {
  const text = markdown(printed([update(bundle(["a"]), bundle(["```", "<script>", "````"]))]));
  expect(text).toContain("`````diff\n@@ -1,1 +1,3 @@\n-a\n+```\n+<script>\n+````\n`````");
});

describe("size", () => {
  const many = (count: number, of: number) =>
    printed(
      Array.from({ length: count }, (_, number) => ({
        op: "create",
        name: `podwatch-${number}-service`,
        after: { stdin: bundle(Array.from({ length: of }, (_, line) => `line ${line} of ${number}`)) },
      })),
    );

  test("a long preview is cut evenly to what GitHub takes, and says so", () => {
    const text = markdown(many(20, 1000));
    expect(text.length).toBeLessThanOrEqual(GITHUB_LIMIT);
    expect(text.length).toBeGreaterThan(GITHUB_LIMIT * 0.95);
    expect(text.match(/_\d+ more lines: see the whole preview in the pipeline_/g)).toHaveLength(20);
    expect(text.match(/^```diff$/gm)).toHaveLength(text.match(/^```$/gm)?.length ?? -1);
    expect(text.trimEnd().endsWith("</details>")).toBe(true);
  });

  test("short patches stay whole beside a long one", () => {
    const { steps } = JSON.parse(many(1, 5000));
    const short = JSON.parse(printed([update(bundle(["a"]), bundle(["b"]))])).steps;
    const text = markdown(JSON.stringify({ steps: [...steps, ...short] }));
    expect(text).toContain("```diff\n@@ -1,1 +1,1 @@\n-a\n+b\n```");
    expect(text).toMatch(/more lines/);
  });

  test("even the table may be too long", () => {
    const text = markdown(many(2000, 1));
    expect(text.length).toBeLessThanOrEqual(GITHUB_LIMIT);
    expect(text).toMatch(/\|\n\n_More: see the whole preview in the pipeline._\n$/);
  });

  test("a single long line is cut", () => {
    const text = markdown(printed([update(bundle(["a"]), bundle(["x".repeat(90_000)]))]));
    expect(text).toContain(`+${"x".repeat(1999)}…`);
    expect(text.length).toBeLessThan(3000);
  });
});

test("the marker is that of the stack, and only in the first line", () => {
  expect(markerOf(markdown(printed([])))).toBe("<!-- podwatch preview: prod -->");
  expect(markerOf("text\n<!-- podwatch preview: prod -->\n")).toBeUndefined();
});

test("invalid JSON is an error", () => {
  expect(() => readPreview("error: no stack")).toThrow("printed no JSON");
});
