// Runs a program of somebody else's without an engine, and prints the resources that it asks for: node mocked.js PROGRAM CONFIG
const pulumi = require("@pulumi/pulumi");
const { MockMonitor } = require("@pulumi/pulumi/runtime/mocks");
const { getStore } = require("@pulumi/pulumi/runtime/state");

const [, , program, config] = process.argv;
const printed = "<podwatch-version:0123456789abcdef>\n";
const asked = [];

class Monitor extends MockMonitor {
  async registerResource(request, callback) {
    const inputs = request.getObject()?.toJavaScript() ?? {};
    asked.push({ type: request.getType(), name: request.getName(), stdin: inputs.stdin });
    await super.registerResource(request, callback);
  }

  registerResourceHook(_, callback) {
    callback(null, {});
  }
}

async function run() {
  const answer = ({ name, inputs }) => ({ id: name, state: { ...inputs, stdout: printed, stderr: "" } });
  await pulumi.runtime.setMocks({ newResource: answer, call: () => ({}) }, "user", "test");
  getStore().settings.monitor = new Monitor({ newResource: answer, call: () => ({}) });
  const values = Object.entries(JSON.parse(config)).map(([key, value]) => [`user:${key}`, value]);
  pulumi.runtime.setAllConfig(
    Object.fromEntries(values),
    values.map(([key]) => key),
  );
  const outputs = require(program);
  await pulumi.runtime.disconnect();
  console.log(JSON.stringify({ outputs, asked }));
}

run().catch((error) => {
  console.error(error.message);
  process.exit(1);
});
