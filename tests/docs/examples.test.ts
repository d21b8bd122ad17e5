// The stack files under examples/ are right but for their placeholders, which are refused by name.
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { parse as parseYaml } from "yaml";
import { hostKey, problemsOf, settingsOf } from "../config/support";
import { root } from "./papers";

const file = "examples/roq-monitor/Pulumi.roq-monitor.yaml";
const address = "10.1.2.3";
const files = { "~/.ssh/known_hosts": `${address} ${hostKey}\n` };

/** What stands below the namespace. */
function stackFile(path: string): { host: Record<string, unknown> } & Record<string, unknown> {
  const { config } = parseYaml(readFileSync(join(root, path), "utf8")) as { config: Record<string, unknown> };
  const sections = Object.entries(config).map(([key, value]) => [key.replace(/^podwatch:/, ""), value]);
  return Object.fromEntries(sections);
}

test("every example has a stack file and a page", () => {
  for (const folder of readdirSync(join(root, "examples"))) {
    expect(readdirSync(join(root, "examples", folder))).toEqual(
      expect.arrayContaining(["README.md", `Pulumi.${folder}.yaml`]),
    );
  }
});

test("roq-monitor refuses the address that has to be filled in, and nothing else", () => {
  const placeholder = { files: { "~/.ssh/known_hosts": `203.0.113.10 ${hostKey}\n` } };
  expect(problemsOf(stackFile(file), placeholder)).toEqual([
    'podwatch:host.address: "203.0.113.10" is a placeholder; put in the address of your host',
  ]);
});

test("roq-monitor deploys what the Ansible set-up did, once it is filled in", () => {
  const { host, ...sections } = stackFile(file);
  const settings = settingsOf({ ...sections, host: { ...host, address } }, { files });
  expect(settings).toMatchObject({
    name: "server",
    become: true,
    connection: { host: address, user: "ansible", port: 22, hostKey },
    front: { bind: "127.0.0.1", port: 80, publicUrl: "http://localhost" },
    gateways: { enabled: true, sources: "auto", socketDirectory: "/run/roq/service", gid: 1001 },
    prometheus: { enabled: true, data: "keep" },
    grafana: { enabled: true, datasourceUid: "PBFA97CFB590B2093", data: "keep" },
  });
});
