// The examples of docs/discovery.md are stack files that are accepted, one for each kind.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { parse } from "yaml";
import { merge } from "../../config/resolve/merge";
import { KINDS } from "../../lib/discovery";
import { problemsOf, stack } from "../config/support";
import { root } from "./markdown";

const page = readFileSync(join(root, "docs/discovery.md"), "utf8");
/** What the commands below the examples set. */
const withSecrets = (jobs: readonly object[]) =>
  jobs.map((job) =>
    merge(
      job,
      "openstack" in job
        ? { openstack: { applicationCredential: { secret: "s3cret" } } }
        : "ec2" in job
          ? { ec2: { secretKey: "s3cret" } }
          : {},
    ),
  ) as object[];
const examples = [...page.matchAll(/```yaml\n([\s\S]*?)```/g)].map(([, text = ""]) =>
  withSecrets(parse(text).config["podwatch:prometheus"].discovery),
);

test.each(examples.map((jobs) => [Object.keys(jobs[0] ?? {})[1], jobs] as const))("%s", (_, discovery) => {
  const told = problemsOf(stack({ prometheus: { discovery } }), { secretKeys: ["host", "prometheus"] });
  // The certificates are not here.
  expect(told.filter((one) => !/tls\.(ca|certificate|keyFile): "tls/.test(one))).toEqual([]);
});

test("each kind has one", () => {
  expect([...new Set(examples.flat().flatMap((job) => Object.keys(job)))]).toEqual(
    expect.arrayContaining([...KINDS]),
  );
});
