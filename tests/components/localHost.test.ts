// A host that is the machine the program runs on.
import { execFileSync } from "node:child_process";
import { tmpdir } from "node:os";
import { Host } from "../../components/host";
import { machineId } from "../../connection/thisMachine";
import { fitCommand, installCommand } from "../../lib/runner";
import { onThisMachine, onThisMachineOnly } from "../../lib/thisMachine";
import { component, gateCommand, localCommand, MACHINE, removal } from "./expected";
import { deploy, LOCAL_COMMAND, plainText } from "./mocks";
import { engineOf, WEB } from "./onHost";
import { hostSettings, SECRETS } from "./stackFile";

const BUNDLE = "podwatch-bundle 1\nservice web\n";

describe("a host that the program runs on", () => {
  const here = (host: object) => ({
    ...hostSettings({}, { user: "operator", ...host }),
    connection: { machine: MACHINE, user: "pi" },
    containerEngine: engineOf(BUNDLE),
  });

  test("gets the same commands, from the shell of this machine", async () => {
    const { resources } = await deploy(() => {
      const host = new Host("mon", here({}));
      host.deploy("mon-web", { service: WEB }, { parent: host });
    });
    const { inputs, ...gate } = gateCommand({
      name: "mon-runner-gate",
      parent: "mon",
      create: "",
      stdin: "",
      triggers: ["local", MACHINE, "root"],
    });
    const { connection: _, ...gateInputs } = inputs;
    expect(resources).toEqual([
      component("Host", "mon"),
      localCommand({
        name: "mon-runner",
        parent: "mon",
        create: installCommand("sudo", "rootful", "mon"),
        delete: removal("uninstall", "sudo -n "),
        stdin: "",
        triggers: ["local", MACHINE, "root"],
        dependsOn: ["mon-runner-gate"],
      }),
      {
        ...gate,
        type: LOCAL_COMMAND,
        secretOutputs: [],
        inputs: {
          ...gateInputs,
          create: onThisMachine(fitCommand("sudo", [{ service: "web", kind: "container" }], "fake", "mon")),
        },
      },
      localCommand({
        name: "mon-web-service",
        parent: "mon",
        create: "sudo -n /bin/sh /var/lib/podwatch/runner apply web --owner=mon",
        delete: removal("remove web", "sudo -n "),
        stdin: BUNDLE,
        triggers: ["id-of-mon-runner"],
        dependsOn: ["mon-runner"],
      }),
    ]);
  });

  test("is another host for another owner of rootless containers", async () => {
    const { resources } = await deploy(() => new Host("mon", here({ become: false })));
    expect(resources.find(({ name }) => name === "mon-runner")?.inputs.triggers).toEqual([
      "local",
      MACHINE,
      "pi",
    ]);
  });

  test("keeps sudo's password out of its output", async () => {
    const { resources } = await deploy(() => {
      const host = new Host("mon", here({ becomePassword: SECRETS.becomePassword }));
      host.deploy("mon-web", { service: WEB }, { parent: host });
    });
    expect(resources.map(({ name }) => name)).toEqual([
      "mon",
      "mon-runner",
      "mon-runner-gate",
      "mon-web-service",
      "mon-web-service-bundle",
    ]);
    expect(resources.filter(({ type }) => type === "command:local:Command")).toHaveLength(4);
    expect(plainText(resources)).not.toContain(SECRETS.becomePassword);
  });
});

describe("commands on this machine", () => {
  const run = (line: string, env: NodeJS.ProcessEnv = {}) =>
    execFileSync("/bin/sh", ["-c", line], {
      input: "input",
      encoding: "utf8",
      env: { PATH: process.env.PATH, HOME: tmpdir(), ...env },
    });

  test("start at home, with nothing of the program's environment", () => {
    const line = onThisMachine("/bin/sh -c 'pwd; env | cut -d = -f 1 | sort | paste -sd \\ ; cat'");
    expect(run(line, { PULUMI_CONFIG_PASSPHRASE: "hush" })).toBe(`${tmpdir()}\nHOME PATH PWD USER\ninput`);
  });

  test("take nothing back on another machine", () => {
    expect(run(onThisMachineOnly("echo removed", "another"))).toBe("another machine: nothing to remove\n");
    // Like the runner, the command reads all of its input: writing to one that has ended already is an error (EPIPE).
    const remove = "/bin/sh -c 'cat >/dev/null; echo removed'";
    expect(run(onThisMachineOnly(remove, machineId() ?? ""))).toBe("removed\n");
  });
});
