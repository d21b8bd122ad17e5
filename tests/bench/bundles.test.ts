// What other tools deploy is read out of Podwatch's state.
import { deploymentOf, ofEachService } from "../../bench/bundles";

const BUNDLE = `podwatch-bundle 1
service node-exporter
account podwatch-node
download x86_64 11 a/node_exporter http://a/1
download aarch64 22 b/node_exporter http://a/2
part unit/podwatch-node-exporter.service
  [Service]
  User=podwatch-node
part hooks/ready
  true
end
`;

const state = (...hosts: string[]) =>
  JSON.stringify({
    deployment: {
      resources: [
        {
          urn: "urn:pulumi:x::podwatch::command:remote:Command::podwatch-web1-runner",
          inputs: { stdin: "set -eu" },
        },
        ...hosts.map((host) => ({
          urn: `urn:pulumi:x::podwatch::command:remote:Command::podwatch-${host}-node-exporter-service`,
          inputs: { stdin: BUNDLE },
        })),
      ],
    },
  });

test("headers keep all of their values, parts their lines", () => {
  const { web1 = {} } = deploymentOf(state("web1", "web2"), ["web1", "web2"], 1);
  expect(web1["node-exporter"]).toEqual({
    headers: {
      "podwatch-bundle": ["1"],
      service: ["node-exporter"],
      account: ["podwatch-node"],
      download: ["x86_64 11 a/node_exporter http://a/1", "aarch64 22 b/node_exporter http://a/2"],
    },
    parts: {
      "unit/podwatch-node-exporter.service": "[Service]\nUser=podwatch-node\n",
      "hooks/ready": "true\n",
    },
  });
  expect(ofEachService(web1, "account")).toEqual({ "node-exporter": "podwatch-node" });
});

test("a host of which the state holds too little is named", () => {
  expect(() => deploymentOf(state("web1"), ["web1", "web2"], 1)).toThrow("for web2, expected 1 services");
});
