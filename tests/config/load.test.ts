import { readFileSync } from "node:fs";
import * as pulumi from "@pulumi/pulumi";
import { parse as parseYaml } from "yaml";
import { load } from "../../config/load";
import { parse } from "../../config/parse";
import { isLocal } from "../../connection/connection";
import { context, host, hostKey, keys, problemsOf } from "./support";

beforeAll(() => {
  pulumi.runtime.setMocks(
    { newResource: () => ({ id: "", state: {} }), call: () => ({}) },
    "podwatch",
    "test",
  );
});

/** As the engine hands it over: groups and lists as JSON, everything else as text. */
function configure(values: Record<string, unknown>, secretKeys: readonly string[] = []): void {
  const texts = Object.entries(values).map(([key, value]) => [
    key,
    typeof value === "string" ? value : JSON.stringify(value),
  ]);
  pulumi.runtime.setAllConfig(Object.fromEntries(texts), [...secretKeys]);
}

const bare = { address: host.address, hostKey };

test("secrets are Pulumi secrets, everything else is plain and frozen", async () => {
  const values = {
    "podwatch:host": { ...bare, privateKey: keys.plain.private, user: "me", becomePassword: "xyzzy" },
    "podwatch:grafana": { adminPassword: "correct horse" },
  };
  configure(values, Object.keys(values));
  const [only] = load().hosts;
  if (only === undefined) throw new Error("no host");
  const reveal = async (secret: pulumi.Output<string> | undefined) => {
    const output = secret as unknown as { isSecret: Promise<boolean>; promise(): Promise<string> };
    return [await output.isSecret, await output.promise()];
  };
  if (isLocal(only.connection)) throw new Error("not over SSH");
  expect(await reveal(only.connection.privateKey)).toEqual([true, keys.plain.private.trim().concat("\n")]);
  expect(await reveal(only.becomePassword)).toEqual([true, "xyzzy"]);
  expect(await reveal(only.grafana.adminPassword)).toEqual([true, "correct horse"]);
  expect(only.connection).toMatchObject({ host: "10.1.2.3", user: "me" });
  expect([only, only.connection, only.grafana, only.prometheus.retention].every(Object.isFrozen)).toBe(true);
});

test("one error without a stack trace lists all problems, also unknown keys; other namespaces are not ours", () => {
  configure({
    "podwatch:promtheus": {},
    "podwatch:host": { ...bare, password: "hunter2", port: 0 },
    "aws:region": "x",
  });
  let caught: unknown;
  try {
    load();
  } catch (error) {
    caught = error;
  }
  expect(pulumi.RunError.isInstance(caught)).toBe(true);
  expect(String((caught as Error).message).split("\n")).toEqual([
    "Pulumi.test.yaml has 3 problems; no host was touched:",
    "  podwatch:host.password: is a secret in plain text; encrypt it, type: pulumi config set --secret --path 'podwatch:host.password'",
    "  podwatch:host.port: 0 is not a port number; write a whole number from 1 to 65535",
    "  podwatch:promtheus: unknown setting; did you mean prometheus?",
  ]);
});

test("with the address of a machine, once it is known, all is checked again", () => {
  const publicKey = hostKey;
  configure(
    {
      "podwatch:machines": {
        openstack: { image: "debian-13", flavor: "m1.small", publicKey, network: { name: "internal" } },
      },
      "podwatch:hosts": { mon: { machine: "openstack", privateKey: keys.plain.private } },
      "podwatch:network": { subnet: "10.20.0.0/24" },
    },
    ["podwatch:hosts"],
  );
  const { checkAddress } = load();
  for (const free of ["10.20.1.5", "203.0.113.5"]) expect(checkAddress?.("mon", free)).toBeUndefined();
  expect(() => checkAddress?.("mon", "10.20.0.5")).toThrow(
    /^Pulumi\.test\.yaml, now that the machine of mon has the address 10\.20\.0\.5, has one problem; nothing was done on the machine:\n {2}podwatch:network\.subnet: "10\.20\.0\.0\/24" holds 10\.20\.0\.5, an address of the host itself; write a range that nothing else uses$/,
  );
  configure({ "podwatch:host": { ...bare, privateKey: keys.plain.private } }, ["podwatch:host"]);
  expect(load().checkAddress).toBeUndefined();
});

test("a misspelt namespace is reported, since the setting would be ignored", () => {
  const said = (config: Record<string, unknown>) => {
    configure({ "podwatch:host": { ...bare, privateKey: keys.plain.private }, ...config }, ["podwatch:host"]);
    try {
      load();
      return [];
    } catch (error) {
      return String((error as Error).message)
        .split("\n")
        .slice(1);
    }
  };
  expect(said({ "podwach:front": { port: 8080 }, "Podwatch:grafana": {} })).toEqual([
    '  podwatch:front: is written as "podwach:front"; correct the namespace as shown here',
    '  podwatch:grafana: is written as "Podwatch:grafana"; correct the namespace as shown here',
  ]);
  expect(said({ "podwatch:podwatch": { front: {} } })).toEqual([
    "  podwatch:podwatch: is the beginning of a setting's name; write each setting with it on a line of its own, such as podwatch:host:",
  ]);
  expect(said({ "pulumi:disable-default-providers": [], "aws:region": "x" })).toEqual([]);
});

test("text that only begins like JSON is text", () => {
  configure({ "podwatch:front": "{port: 80" });
  expect(load).toThrow('podwatch:front: "{port: 80" is not a group of settings');
});

describe("the stack files of the project", () => {
  const raw = (stack: string) => {
    const { config } = parseYaml(readFileSync(`Pulumi.${stack}.yaml`, "utf8")) as {
      config: Record<string, unknown>;
    };
    return Object.fromEntries(
      Object.entries(config).map(([key, value]) => [key.replace(/^podwatch:/, ""), value]),
    );
  };
  const files = { ".lab/ssh/id_ed25519": keys.plain.private, ".lab/known_hosts": `10.99.0.* ${hostKey}` };

  test.each([
    ["dev", "10.99.0.10", "keep"],
    ["staging", "10.99.0.11", "delete"],
  ])("%s is a lab host", (name, address, data) => {
    const parsed = parse(raw(name), context({ files }));
    expect(parsed).toMatchObject({
      settings: {
        hosts: [
          {
            name,
            become: true,
            connection: { host: address, user: "operator" },
            gateways: { gid: 990 },
            prometheus: { data },
            grafana: { data },
          },
        ],
      },
    });
  });

  test("prod is refused until it is filled in, and no longer", () => {
    expect(problemsOf(raw("prod"))).toEqual([
      expect.stringMatching(/^podwatch:host\.address: "203\.0\.113\.10" is a placeholder; /),
      expect.stringMatching(/^podwatch:host\.hostKey: "ssh-ed25519 AAAA\.\.\." is a placeholder; /),
      expect.stringMatching(/^podwatch:host\.user: "CHANGE-ME" is a placeholder; /),
    ]);
    const { host: own } = raw("prod");
    expect(
      problemsOf({ host: { ...(own as object), address: "10.1.2.3", hostKey, user: "ansible" } }),
    ).toEqual([]);
  });
});
