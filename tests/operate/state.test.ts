import { digestOf, handOverCommand, runnerProgram } from "../../lib/handOver";
import * as runner from "../../lib/runner";
import { onThisMachine, onThisMachineOnly } from "../../lib/thisMachine";
import { Host } from "../../operate/host";
import { readState } from "../../operate/state";
import { exported, FORMER_INSTALL, HOST_A, type Kind, record, resources } from "./exported";

const PASSWORD = 'sudo\'s "own" password ';

function read(kind: Kind, password?: string) {
  const [host] = readState(exported(resources("a", kind, password)), "dev");
  if (host === undefined) {
    throw new Error("no host");
  }
  return host;
}

test("a host where sudo asks for nothing", () => {
  const host = read("sudo");
  expect(host).toMatchObject({
    name: "a",
    connection: { name: "a", route: HOST_A, scope: "rootful", rights: "sudo" },
  });
  expect(host.connection.sudoPassword).toBeUndefined();
  expect(host.runner).toEqual({
    digest: digestOf("the runner"),
    install: [{ script: FORMER_INSTALL.plain, input: "the runner" }],
  });
  expect(host.grafana).toEqual({ user: "admin", password: "grafana's" });
});

test("the services, the disks and the network first, with their secrets", () => {
  const { services, secrets } = read("sudo");
  expect(services.map(({ name, secrets, data }) => ({ name, secrets, data }))).toEqual([
    { name: "storage", secrets: [], data: false },
    { name: "network", secrets: [], data: false },
    { name: "grafana", secrets: ["podwatch-grafana-admin-password"], data: true },
  ]);
  expect(secrets["podwatch-grafana-admin-password"]?.input).toBe("grafana's");
});

test("a rootless host", () => {
  expect(read("own")).toMatchObject({ connection: { scope: "rootless", rights: "own" } });
});

test("a host where sudo asks for a password: bundles are those that were staged", () => {
  const host = read("sudo-with-password", PASSWORD);
  expect(host).toMatchObject({
    connection: { scope: "rootful", rights: "sudo-with-password", sudoPassword: PASSWORD },
  });
  expect(host.services.map(({ name }) => name)).toEqual(["storage", "network", "grafana"]);
  expect(host.services[2]?.bundle).toMatch(/^podwatch-bundle 1\nservice grafana\n/);
  expect(host.runner.digest).toBe(digestOf("the runner"));
  expect(host.runner.install).toEqual([
    { script: runner.stageCommand("runner"), input: "the runner" },
    { script: FORMER_INSTALL.withPassword, input: `${PASSWORD}\n` },
  ]);
});

describe("a runner whose program is not in the state", () => {
  const { text } = runnerProgram();
  const ofThisVersion = digestOf(text);
  const create = (digest: string) =>
    runner.installCommand("sudo", "rootful", "podwatch-a").replaceAll(ofThisVersion, digest);
  const deployedBy = (digest: string, kind: Kind = "sudo") => {
    const all = [record("a", kind, PASSWORD), ...resources("a", kind, PASSWORD)];
    const installed = all.find(({ urn }) => urn.endsWith("podwatch-a-runner"));
    Object.assign(installed?.inputs ?? {}, { create: create(digest), stdin: "" });
    return readState(exported(all), "dev")[0]?.runner;
  };

  test("is handed over again to be installed", () => {
    expect(deployedBy(ofThisVersion)).toEqual({
      digest: ofThisVersion,
      install: [
        { script: handOverCommand(runnerProgram()), input: text },
        { script: create(ofThisVersion), input: "" },
      ],
    });
  });

  test("is known also where the former version's still waits to be deleted", () => {
    expect(deployedBy(ofThisVersion, "sudo-with-password")).toEqual(deployedBy(ofThisVersion));
  });

  test("of another version of Podwatch is only known by its digest", () => {
    expect(deployedBy(digestOf("another"))).toEqual({ digest: digestOf("another") });
  });
});

test.each<Kind>(["own", "sudo", "sudo-with-password"])(
  "what Host recorded says the same as the state of the version before, which did not: %s",
  (kind) => {
    const former = resources("a", kind, PASSWORD);
    const recorded = [record("a", kind, PASSWORD), ...former];
    expect(readState(exported(recorded), "dev")).toEqual(readState(exported(former), "dev"));
  },
);

test("nothing is read from command lines or names where Host recorded something", () => {
  const renamed = resources("a", "sudo").map(({ inputs, ...resource }) => ({
    ...resource,
    inputs: { ...inputs, create: "another command", delete: "another command" },
  }));
  const [host] = readState(exported([record("a", "sudo"), ...renamed]), "dev");
  expect(host).toMatchObject({
    name: "a",
    engine: "podman",
    connection: { rights: "sudo", scope: "rootful" },
  });
  expect(host?.services.map(({ name }) => name)).toEqual(["storage", "network", "grafana"]);
  expect(Object.keys(host?.secrets ?? {})).toEqual(["podwatch-grafana-admin-password"]);
});

test("of a host that was not deployed to its end, the version before is read", () => {
  const UNKNOWN = "04da6b54-80e4-46f7-96ec-b56ff0331ba9";
  const half = { ...record("a", "sudo"), outputs: { ...record("a", "sudo").outputs, runner: UNKNOWN } };
  const moved = { ...half.outputs, connection: { name: "a", route: { host: "10.99.0.9" } } };
  const [host, ...others] = readState(
    exported([{ ...half, outputs: moved }, ...resources("a", "sudo")]),
    "dev",
  );
  expect(others).toEqual([]);
  expect(host?.connection.route).toMatchObject({ host: HOST_A.host });
});

test("hosts whose names begin alike keep their own services", () => {
  const both = [...resources("a", "sudo"), ...resources("a-grafana", "own")];
  const hosts = readState(exported(both), "dev");
  expect(hosts.map(({ name, connection, services }) => [name, connection.rights, services.length])).toEqual([
    ["a", "sudo", 3],
    ["a-grafana", "own", 3],
  ]);
});

test("what waits to be deleted is not there", () => {
  const gone = resources("a", "sudo").map((resource) => ({ ...resource, delete: true }));
  expect(() => readState(exported([...gone, ...resources("b", "sudo")]), "dev")).not.toThrow();
  expect(() => readState(exported(gone), "dev")).toThrow(
    "the stack dev has no hosts: run pulumi up --stack dev first",
  );
});

test("an empty stack is refused", () => {
  expect(() => readState('{"version":3,"deployment":{}}', "dev")).toThrow("has no hosts");
  const daemon = {
    urn: "urn:pulumi:dev::podwatch::podwatch:index:Host::podwatch-monitor",
    type: "podwatch:index:Host",
  };
  const resources = [{ ...daemon, outputs: { engine: "docker-api" } }];
  expect(() => readState(JSON.stringify({ version: 3, deployment: { resources } }), "local")).toThrow(
    /the stack local has the engine docker-api, .* docker ps and docker logs/,
  );
});

test("a host that was deployed from itself", () => {
  const local = resources("a", "own").map((resource) =>
    resource.type !== "command:remote:Command"
      ? resource
      : {
          ...resource,
          type: "command:local:Command",
          inputs: {
            ...resource.inputs,
            connection: undefined,
            triggers: ["local", "0123", "pi"],
            create: onThisMachine(String(resource.inputs?.create)),
            delete: onThisMachineOnly(String(resource.inputs?.delete), "0123"),
          },
        },
  );
  const [host] = readState(exported(local), "dev");
  expect(host).toMatchObject({
    name: "a",
    connection: { route: { machine: "0123", user: "pi" }, scope: "rootless", rights: "own" },
  });
  expect(host?.services.map(({ name }) => name)).toEqual(["storage", "network", "grafana"]);
});

test("a host that was deployed from itself is looked after there only", async () => {
  const [ssh] = readState(exported(resources("a", "own")), "dev");
  if (ssh === undefined) throw new Error("no host");
  await expect(
    Host.enter({ ...ssh, connection: { ...ssh.connection, route: { machine: "another", user: "pi" } } }),
  ).rejects.toThrow("it was deployed with connection: local, from itself; run this there");
});
