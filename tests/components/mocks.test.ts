// The mocks are only worth something if they notice what nobody expects and tell secrets from the rest.
import { remote } from "@pulumi/command";
import * as pulumi from "@pulumi/pulumi";
import { RandomPassword } from "@pulumi/random";
import { COMMAND, deploy, GENERATED_PASSWORD, plainText, read, Secret } from "./mocks";

class Bucket extends pulumi.CustomResource {
  constructor(name: string) {
    super("aws:s3/bucket:Bucket", name, {});
  }
}

test("a resource of an unexpected type fails the deployment", async () => {
  await expect(deploy(() => new Bucket("logs"))).rejects.toThrow("nobody expects aws:s3/bucket:Bucket logs");
});

test("an unexpected call fails the deployment", async () => {
  await expect(deploy(() => pulumi.runtime.invoke("aws:index/getRegion:getRegion", {}))).rejects.toThrow(
    "nobody expects the call of aws:index/getRegion:getRegion",
  );
});

test("a program that throws fails the deployment", async () => {
  const program = () => {
    throw new Error("no such thing");
  };
  await expect(deploy(program)).rejects.toThrow("no such thing");
});

test("inputs are recorded, secret ones as such", async () => {
  const { resources } = await deploy(() => {
    const password = new RandomPassword("password", { length: 8 }).result;
    return new remote.Command(
      "command",
      {
        connection: { host: "10.1.2.3" },
        create: "true",
        stdin: password,
        triggers: ["plain", pulumi.secret("hidden")],
      },
      { deleteBeforeReplace: true },
    );
  });
  expect(resources.map(({ name }) => name)).toEqual(["command", "password"]);
  const [command] = resources;
  expect(command).toMatchObject({
    type: COMMAND,
    name: "command",
    dependsOn: ["password"],
    deleteBeforeReplace: true,
    secretOutputs: ["connection"],
  });
  expect(command?.inputs.create).toBe("true");
  expect(command?.inputs.stdin).toEqual(new Secret(GENERATED_PASSWORD));
  expect(command?.inputs.connection).toBeInstanceOf(Secret);
  expect(plainText(command?.inputs)).toContain("plain");
  expect(plainText(command?.inputs)).not.toMatch(/hidden|10\.1\.2\.3/);
});

test("outputs are read with whether they are secret", async () => {
  await expect(read(pulumi.secret("a"))).resolves.toEqual({ value: "a", secret: true });
  await expect(read(pulumi.output("a"))).resolves.toEqual({ value: "a", secret: false });
});
