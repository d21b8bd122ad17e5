// Machines that a program makes itself: their address and host key are known, and their SSH server answers, only while Pulumi deploys.
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { CHECKOUT, LabHost, run } from "./support/lab";
import { OtherProgram } from "./support/otherProgram";

jest.setTimeout(300_000);

const NAME = "test-new";
const KEY = join(CHECKOUT, ".lab", "ssh", "id_ed25519");

/** Nobody answers there. */
const NOWHERE = "10.99.0.250";

const scratch = mkdtempSync(join(tmpdir(), "podwatch-new-"));
const removed = join(scratch, "removed");
const lab = (...words: string[]) => [join(CHECKOUT, "lab", "lab"), ...words].join(" ");

/** Boots a lab host whose SSH server starts only some seconds after its address is known. */
const CREATE = [
  `${lab("up", NAME)} >/dev/null`,
  `${lab("exec", NAME, "systemctl stop ssh.socket ssh.service")} 2>/dev/null`,
  `(sleep 8; ${lab("exec", NAME, "systemctl start ssh.service")}) >/dev/null 2>&1 </dev/null &`,
  lab("list", "--json"),
].join("\n");

/** Notes what was still there when the machine was removed. */
const DELETE = `${lab("exec", NAME, "find /etc/containers /var/lib/podwatch -name 'podwatch*'")} >${removed} 2>&1\n${lab("down", NAME)}`;

const SMALL = `
  front: { bind: "0.0.0.0", insecure: "a test", tls: false },
  prometheus: { enabled: false },
  grafana: { enabled: false },
  gateways: { enabled: false },`;

const MACHINE = `
const pulumi = require("@pulumi/pulumi");
const { local } = require("@pulumi/command");
const { MonitoringStack } = require("podwatch");

const machine = new local.Command("machine", { create: ${JSON.stringify(CREATE)}, delete: ${JSON.stringify(DELETE)} });
const made = machine.stdout.apply((hosts) => JSON.parse(hosts).find(({ name }) => name === "${NAME}"));

const monitoring = new MonitoringStack("m", {
  host: {
    name: "new",
    address: made.address,
    hostKey: made.hostKey,
    user: "operator",
    privateKeyFile: ${JSON.stringify(KEY)},
  },${SMALL}
});

exports.url = monitoring.installations.new.url;
`;

const ABSENT = `
const pulumi = require("@pulumi/pulumi");
const { local } = require("@pulumi/command");
const { MonitoringStack } = require("podwatch");

const machine = new local.Command("machine", { create: "echo ${NOWHERE}" });

new MonitoringStack("m", {
  host: {
    name: "absent",
    address: machine.stdout,
    hostKey: ${JSON.stringify(hostKey())},
    user: "operator",
    privateKeyFile: ${JSON.stringify(KEY)},
    waitForConnection: "4s",
  },${SMALL}
});
`;

/** A key of the right form, of nobody. */
function hostKey(): string {
  return readFileSync(`${KEY}.pub`, "utf8").split(" ").slice(0, 2).join(" ").trim();
}

afterAll(async () => {
  await run("lab/lab", ["down", NAME]);
  rmSync(scratch, { recursive: true });
});

describe("a machine that the same program makes", () => {
  let program: OtherProgram;

  beforeAll(async () => {
    await run("lab/lab", ["down", NAME]);
    program = await OtherProgram.create("machines", MACHINE);
  });

  afterAll(() => program?.dispose());

  test("a preview shows what will be created before the machine is there", async () => {
    const preview = await program.preview();
    for (const name of ["machine", "m-new-runner-gate", "m-new-runner", "m-new-nginx-service"])
      expect(preview).toContain(`::${name}]`);
    expect(preview).not.toContain(".invalid");
    expect((await run("lab/lab", ["list"])).stdout).not.toContain(NAME);
  });

  test("up waits for its SSH server, and says so", async () => {
    const deployed = await program.tryUp();
    expect(deployed).toHaveExited(0);
    expect(deployed.stdout).toMatch(/host new: waits for its SSH server, since \d+ s of at most 5m: /);
    const host = await LabHost.of(NAME);
    expect(await program.output("url")).toBe(`http://${host.address}/`);
    expect(await host.exec("cat /var/lib/podwatch/services/nginx/current/files/nginx.conf")).toContain(
      host.address,
    );
    expect((await host.fetch("/")).status).toBe(200);
    expect(await program.state()).not.toContain(".invalid");
  });

  test("a second up changes nothing", async () => {
    expect(await program.up()).toEqual({ unchanged: expect.any(Number) });
  });

  test("destroy removes what was deployed before it removes the machine", async () => {
    await program.destroy();
    expect(readFileSync(removed, "utf8")).toMatch(
      /^(find: .*\/var\/lib\/podwatch.*: No such file or directory\n)?$/,
    );
    expect((await run("lab/lab", ["list"])).stdout).not.toContain(NAME);
  });
});

test("a machine that never answers is one error within the time that was given, and nothing is deployed", async () => {
  const program = await OtherProgram.create("absent", ABSENT);
  try {
    const begun = Date.now();
    const { code, stdout, stderr } = await program.tryUp();
    expect(code).not.toBe(0);
    expect(Date.now() - begun).toBeLessThan(60_000);
    // What the network answers may come later than that.
    const reason =
      /host absent: (10\.99\.0\.250:22 .*|its SSH server does not answer), after 4s of waiting; .*/g;
    const told = (stdout + stderr).match(reason) ?? [];
    expect(new Set(told).size).toBe(1);
    expect(told[0]).toContain("write a longer waitForConnection");
    expect(await program.state()).not.toContain("command:remote:Command");
  } finally {
    program.dispose();
  }
});
