// What a stack that makes machines does when the cloud refuses or fails in the middle, and what the next `pulumi up` does. No machine boots.
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { OpenStack } from "../../lab/openstack/openstack";
import { must } from "../integration/support/lab";
import { Stack } from "../integration/support/stack";

jest.setTimeout(600_000);

const directory = mkdtempSync(join(tmpdir(), "podwatch-cloud-"));
const file = (name: string) => join(directory, name);
let cloud: OpenStack;
let stack: Stack;

const states = () => [...cloud.compute.servers.values()].map(({ status }) => status);

beforeAll(async () => {
  cloud = await OpenStack.start({
    networks: { internal: { cidr: "10.99.0.192/26", external: false } },
    images: ["debian-13"],
    flavors: ["m1.small"],
  });
  writeFileSync(file("clouds.yaml"), cloud.clouds("region-a"), { mode: 0o600 });
  process.env.OS_CLIENT_CONFIG_FILE = file("clouds.yaml");
  await must("ssh-keygen", ["-q", "-t", "ed25519", "-N", "", "-f", file("key")]);
  stack = await Stack.create("cloud-faults", {
    machines: {
      openstack: {
        cloud: "region-a",
        image: "debian-13",
        flavor: "m1.small",
        publicKey: (await must("cat", [file("key.pub")])).trim(),
        network: { name: "internal" },
        volumes: { data: { size: 1 } },
        protect: false,
      },
    },
    hosts: {
      mon1: { machine: "openstack", user: "ops", privateKeyFile: file("key"), waitForConnection: "2s" },
    },
    grafana: { enabled: false },
    gateways: { enabled: false },
  });
});

afterAll(async () => {
  await stack?.dispose();
  await cloud?.stop();
  rmSync(directory, { recursive: true });
});

test("a quota ends it in the cloud's words, and a volume that fails stays behind", async () => {
  cloud.quota.instances = 0;
  cloud.volumes.failing = 1;
  const said = await stack.failingUp();
  expect(said).toContain("Quota exceeded for instances: Requested 1, but already used 0 of 0 instances");
  expect(said).toContain("The volume is in error status");
});

test("the next up goes on where it ended; a machine that ends in ERROR fails it", async () => {
  cloud.quota.instances = 1;
  cloud.compute.failing = 1;
  expect(await stack.failingUp()).toContain("unexpected state 'ERROR'");
  expect(states()).toEqual(["ERROR"]);
});

test("that machine is not taken for one that runs, and the command that is told has another made", async () => {
  const said = await stack.failingUp();
  expect(said).toMatch(/host mon1: its machine [0-9a-f-]{36} is in ERROR in the cloud, and was never of use/);
  expect(said).not.toContain("waits for its SSH server");
  const [, urn = ""] = /pulumi up --target-replace '([^']+)'/.exec(said) ?? [];
  await stack.run("up", "--yes", "--skip-preview", "--target-replace", urn, "--target-dependents");
  expect(states()).toEqual(["ACTIVE"]);
});

test("destroy removes it all, but for the volume that has failed, which Pulumi knows nothing of", async () => {
  await stack.destroy();
  expect(cloud.left()).toEqual(["volume podwatch-cloud-faults-mon1-data"]);
});
