// The SDK's debug messages, as the engine gets them: without what it answered.
import { execFileSync } from "node:child_process";
import { join } from "node:path";
import { log } from "@pulumi/pulumi";

const { withoutAnswers } = jest.requireActual<{ withoutAnswers(): void }>("../../start/discreet.js");

test.each([
  [
    "RegisterResource RPC finished: resource:a[command:remote:Command]; err: null, resp: urn,,,s3cret,100%\nmore",
    "RegisterResource RPC finished: resource:a[command:remote:Command]",
  ],
  [
    'ReadResource RPC prepared: id=1, t=a, name=b, obj={"a":"s3cret"}',
    "ReadResource RPC prepared: id=1, t=a, name=b",
  ],
  ["RegisterResource RPC failed: t=a, name=b, err=Error: s3cret", "RegisterResource RPC failed: t=a, name=b"],
  ["Registering resource: t=a, name=b, custom=true", "Registering resource: t=a, name=b, custom=true"],
])("%j", (message, kept) => {
  const debug = jest.spyOn(log, "debug").mockResolvedValue(undefined);
  withoutAnswers();
  log.debug(message);
  expect(debug).toHaveBeenCalledWith(kept);
});

test("processes that the program starts do not get the configuration, which the SDK still has", () => {
  const program = `
    require("./start/discreet.js").withoutConfiguration();
    const { stdout } = require("node:child_process").spawnSync("env", { encoding: "utf8" });
    const { runtime } = require("@pulumi/pulumi");
    console.log(JSON.stringify({ left: stdout.includes("s3cret"), known: runtime.allConfig(), secret: runtime.isConfigSecret("a:b") }));`;
  const env = { ...process.env, PULUMI_CONFIG: '{"a:b":"s3cret"}', PULUMI_CONFIG_SECRET_KEYS: '["a:b"]' };
  const printed = execFileSync(process.execPath, ["-e", program], {
    cwd: join(__dirname, "../.."),
    env,
    encoding: "utf8",
  });
  expect(JSON.parse(printed)).toEqual({ left: false, known: { "a:b": "s3cret" }, secret: true });
});
