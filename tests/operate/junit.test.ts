// The result of verify as tests, for pipelines.
import { mkdtempSync, readFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { writeJunit } from "../../operate/junit";
import { readState } from "../../operate/state";
import { exported, resources } from "./exported";

const [host] = readState(exported(resources("mon", "sudo")), "dev");
if (host === undefined) throw new Error("no host");

test("one suite a host, one case a check; one that could not be reached is a failure", () => {
  const file = join(mkdtempSync(join(tmpdir(), "junit-")), "verify.xml");
  writeJunit(file, [
    {
      host,
      value: [
        { check: "front", passed: true, detail: "answers" },
        { check: 'query a "b" & <c>', passed: false, detail: 'it returns {job="\u0007"}\n0' },
      ],
    },
    { host, error: "no answer within 300 s" },
  ]);
  expect(readFileSync(file, "utf8")).toBe(
    [
      '<?xml version="1.0" encoding="UTF-8"?>',
      '<testsuites name="podwatch">',
      '  <testsuite name="mon" tests="2" failures="1">',
      '    <testcase classname="mon" name="front"><system-out>answers</system-out></testcase>',
      '    <testcase classname="mon" name="query a &quot;b&quot; &amp; &lt;c&gt;"><failure message="it returns {job=&quot;\ufffd&quot;}&#10;0"/></testcase>',
      "  </testsuite>",
      '  <testsuite name="mon" tests="1" failures="1">',
      '    <testcase classname="mon" name="reached"><failure message="no answer within 300 s"/></testcase>',
      "  </testsuite>",
      "</testsuites>",
      "",
    ].join("\n"),
  );
});
