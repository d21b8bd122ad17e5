import * as pulumi from "@pulumi/pulumi";
import { Host } from "../../components/host";
import { fitCommand, installCommand } from "../../lib/runner";
import { CONNECTION, command, component, gateCommand } from "./expected";
import { deploy, plainText, Secret, versionOf } from "./mocks";
import { engineOf, WEB } from "./onHost";
import { hostKey, hostSettings, SECRETS } from "./stackFile";

/** How a command with a password goes on: sudo gets the first line, or what follows gets all but that. */
const WITH_PASSWORD =
  'IFS= read -r password; run() { if sudo -n /bin/true 2>/dev/null; then sudo -n "$@"; ' +
  "else { printf '\\''%s\\n'\\'' \"$password\"; cat; } | sudo -k -S -p '\\'''\\'' \"$@\"; fi; }; ";

/** What tests/lib/runner.test.ts runs. */
const install = (scope: "rootful" | "rootless") => installCommand("own", scope, "mon");

/** What a removal begins with: on a host without a runner nothing is left to remove. */
const unlessGone = (runner = "/var/lib/podwatch/runner") =>
  `[ -e ${runner} ] || { cat >/dev/null; echo "nothing to remove"; exit 0; }; `;

const stage = (name: string) =>
  `/bin/sh -c 'umask 077 && mkdir -p .podwatch && chmod 700 .podwatch && rm -f .podwatch/${name} && cat >.podwatch/${name}@mon.new && mv .podwatch/${name}@mon.new .podwatch/${name}@mon'`;

const unstage = (name: string) =>
  `/bin/sh -c 'cat >/dev/null; rm -f .podwatch/${name}@mon; rmdir .podwatch 2>/dev/null || :'`;

describe("the host itself", () => {
  test("minimal: one command checks whether the host is suitable, and one installs the runner", async () => {
    const { resources, result } = await deploy(() => new Host("mon", hostSettings()));
    expect(resources).toEqual([
      component("Host", "mon"),
      command({
        name: "mon-runner",
        parent: "mon",
        create: install("rootful"),
        delete: `/bin/sh -c '${unlessGone()}exec /bin/sh /var/lib/podwatch/runner uninstall --owner=mon'`,
        stdin: "",
        triggers: ["10.1.2.3", 22, "root"],
        dependsOn: ["mon-runner-gate"],
      }),
      gateCommand({
        name: "mon-runner-gate",
        parent: "mon",
        create: fitCommand("own", [{ service: "web", kind: "container" }], undefined, "mon"),
        stdin: "",
        triggers: ["10.1.2.3", 22, "root"],
      }),
    ]);
    expect(result.scope).toBe("rootful");
  });

  test("everything changed: rootless, by another user and port, with passwords, through a proxy", async () => {
    const settings = hostSettings(
      {},
      {
        name: "edge",
        address: "edge.my-company.net",
        port: 2222,
        user: "podwatch",
        become: false,
        privateKey: undefined,
        password: "log in $ecret",
        proxy: { address: "10.9.9.9", user: "jump", hostKey, password: "jump $ecret" },
      },
    );
    const { resources, result } = await deploy(() => new Host("mon", settings));
    const { privateKey: _, ...connection } = CONNECTION;
    const common = {
      parent: "mon",
      host: "edge",
      connection: {
        ...connection,
        host: "edge.my-company.net",
        port: 2222,
        user: "podwatch",
        password: "log in $ecret",
        dialErrorLimit: expect.any(Number),
        proxy: { ...connection, host: "10.9.9.9", user: "jump", password: "jump $ecret" },
      },
      triggers: ["edge.my-company.net", 2222, "podwatch"],
    };
    expect(resources).toEqual([
      component("Host", "mon"),
      command({
        ...common,
        name: "mon-runner",
        create: install("rootless"),
        delete: `/bin/sh -c '${unlessGone(".local/share/podwatch/runner")}exec /bin/sh .local/share/podwatch/runner uninstall --owner=mon'`,
        stdin: "",
        dependsOn: ["mon-runner-gate"],
      }),
      gateCommand({
        ...common,
        name: "mon-runner-gate",
        create: fitCommand("own", [{ service: "web", kind: "container" }], undefined, "mon"),
        stdin: "",
      }),
    ]);
    expect(result.scope).toBe("rootless");
    expect(plainText(resources)).not.toContain("$ecret");
  });

  test("another user of a rootful host does not make it another host", async () => {
    const triggers = async (host: object) => {
      const { resources } = await deploy(() => new Host("mon", hostSettings({}, { ...host })));
      return resources.find(({ name }) => name === "mon-runner")?.inputs.triggers;
    };
    expect(await triggers({ user: "operator" })).toEqual(await triggers({ user: "root" }));
    expect(await triggers({ user: "operator", become: false })).not.toEqual(
      await triggers({ user: "other", become: false }),
    );
  });
});

const BUNDLE = "podwatch-bundle 1\nservice web\n";

/** A host on which one service is applied that uses one secret. */
function hostWithService(host: object) {
  return deploy(() => {
    const on = new Host("mon", { ...hostSettings({}, { ...host }), containerEngine: engineOf(BUNDLE) });
    const secrets = [{ name: "web-key", value: pulumi.output("the token") }];
    on.deploy("mon-web", { service: WEB, secrets }, { parent: on });
  });
}

describe("what is recorded of a host", () => {
  const proxy = { address: "10.9.9.9", user: "jump", hostKey, password: "jump $ecret" };
  type Settings = ReturnType<typeof hostSettings>;
  const deployed = (host: object, change = (settings: Settings): Settings => settings) =>
    deploy(() => {
      const on = new Host("mon", change(hostSettings({}, { user: "operator", proxy, ...host })));
      const secrets = [{ name: "web-key", value: pulumi.output("the token") }];
      on.deploy("mon-web", { service: WEB, secrets }, { parent: on });
      on.complete("mon");
    });

  test("is all that other commands need, and its secrets are secrets", async () => {
    const { outputs } = await deployed({ becomePassword: SECRETS.becomePassword });
    const { privateKey, ...common } = CONNECTION;
    expect(outputs.mon).toEqual({
      connection: {
        name: "monitor",
        route: {
          ...common,
          dialErrorLimit: 0,
          user: "operator",
          privateKey: new Secret(privateKey),
          proxy: { ...common, host: "10.9.9.9", user: "jump", password: new Secret("jump $ecret") },
        },
        scope: "rootful",
        rights: "sudo-with-password",
        sudoPassword: new Secret(SECRETS.becomePassword),
      },
      engine: "podman",
      runner: "mon-runner",
      services: { web: "mon-web-service" },
      secrets: { "podwatch-web-key": "mon-web-key-secret" },
    });
    for (const secret of [SECRETS.becomePassword, "$ecret", "PRIVATE KEY", "the token"]) {
      expect(plainText(outputs)).not.toContain(secret);
    }
  });

  test("has secrets also where the program gave them in plain text", async () => {
    const plain = pulumi.output("plain $ecret");
    const route = { host: "10.1.2.3", user: "operator", password: plain };
    const { outputs } = await deployed({ becomePassword: SECRETS.becomePassword }, (settings) => ({
      ...settings,
      connection: { ...route, proxy: { ...route, host: "10.9.9.9" } },
      becomePassword: plain,
    }));
    expect(plainText(outputs)).toContain('"password":"[secret]"');
    expect(plainText(outputs)).not.toContain("$ecret");
  });

  test("states its privileges", async () => {
    const rights = async (host: object) => {
      const { outputs } = await deployed(host);
      const { connection } = outputs.mon as { connection: { rights: string; scope: string } };
      return [connection.scope, connection.rights];
    };
    expect(await rights({})).toEqual(["rootful", "sudo"]);
    expect(await rights({ user: "root" })).toEqual(["rootful", "own"]);
    expect(await rights({ become: false })).toEqual(["rootless", "own"]);
  });
});

describe("what is applied on a host", () => {
  const connection = { ...CONNECTION, user: "operator" };

  test.each([
    { rights: "root's own", user: "root", prefix: "/bin/sh /var/lib/podwatch/runner" },
    { rights: "sudo", user: "operator", prefix: "sudo -n /bin/sh /var/lib/podwatch/runner" },
  ])("with $rights rights: the bundle is plain, the secret is not", async ({ user, prefix }) => {
    const { resources } = await hostWithService({ user });
    const common = {
      parent: "mon",
      connection: { ...CONNECTION, user },
      triggers: ["id-of-mon-runner"],
    };
    expect(resources.filter(({ name }) => name !== "mon" && !name.startsWith("mon-runner"))).toEqual([
      command({
        ...common,
        name: "mon-web-key-secret",
        create: `${prefix} put-secret web-key --owner=mon`,
        delete: `/bin/sh -c '${unlessGone()}exec ${prefix} remove-secret web-key --owner=mon'`,
        stdin: new Secret("podwatch-secret 9\nthe token"),
        dependsOn: ["mon-runner"],
      }),
      command({
        ...common,
        name: "mon-web-service",
        create: `${prefix} apply web ${versionOf("mon-web-key-secret")} --owner=mon`,
        delete: `/bin/sh -c '${unlessGone()}exec ${prefix} remove web --owner=mon'`,
        stdin: BUNDLE,
        dependsOn: ["mon-runner", "mon-web-key-secret"],
      }),
    ]);
  });

  test("with sudo's password: bundles are staged in plain text, the password goes by secret input only", async () => {
    const { resources } = await hostWithService({
      user: "operator",
      becomePassword: SECRETS.becomePassword,
    });
    const common = { parent: "mon", connection, dependsOn: [] };
    const password = new Secret(`${SECRETS.becomePassword}\n`);
    const hostTriggers = ["10.1.2.3", 22, "root"];
    const triggers = ["id-of-mon-runner"];
    const runner = "run /bin/sh /var/lib/podwatch/runner";
    expect(resources).toEqual([
      component("Host", "mon"),
      command({
        ...common,
        name: "mon-runner",
        create: installCommand("sudo-with-password", "rootful", "mon"),
        delete: `/bin/sh -c '${unlessGone()}${WITH_PASSWORD}${runner} uninstall --owner=mon'`,
        stdin: password,
        triggers: hostTriggers,
        dependsOn: ["mon-runner-gate"],
      }),
      gateCommand({
        parent: "mon",
        connection,
        name: "mon-runner-gate",
        create: fitCommand("sudo-with-password", [{ service: "web", kind: "container" }], "fake", "mon"),
        stdin: password,
        triggers: hostTriggers,
      }),
      command({
        ...common,
        name: "mon-web-key-secret",
        create: `/bin/sh -c '${WITH_PASSWORD}${runner} put-secret web-key --owner=mon'`,
        delete: `/bin/sh -c '${unlessGone()}${WITH_PASSWORD}${runner} remove-secret web-key --owner=mon'`,
        stdin: new Secret(`${SECRETS.becomePassword}\npodwatch-secret 9\nthe token`),
        triggers,
        dependsOn: ["mon-runner"],
      }),
      command({
        ...common,
        name: "mon-web-service",
        create: expect.stringMatching(/ # bundle [0-9a-f]{16}$/),
        delete: `/bin/sh -c '${unlessGone()}${WITH_PASSWORD}${runner} remove web --owner=mon'`,
        stdin: password,
        triggers,
        dependsOn: ["mon-runner", "mon-web-key-secret", "mon-web-service-bundle"],
      }),
      command({
        ...common,
        name: "mon-web-service-bundle",
        create: stage("web"),
        delete: unstage("web"),
        stdin: BUNDLE,
        triggers,
        dependsOn: ["mon-runner"],
      }),
    ]);
    const create = (name: string) =>
      String(resources.find((resource) => resource.name === name)?.inputs.create).replace(/ # .*/, "");
    expect(create("mon-web-service")).toBe(
      `/bin/sh -c '${WITH_PASSWORD}${runner} apply web ${versionOf("mon-web-key-secret")} --owner=mon <.podwatch/web@mon; code=$?; cat >/dev/null; exit $code'`,
    );
    expect(plainText(resources)).not.toContain(SECRETS.becomePassword);
    expect(plainText(resources)).not.toContain("the token");
  });

  test("with sudo's password, a changed bundle is applied again", async () => {
    const create = async (bundle: string) => {
      const { resources } = await deploy(() => {
        const settings = hostSettings({}, { user: "operator", becomePassword: SECRETS.becomePassword });
        const host = new Host("mon", { ...settings, containerEngine: engineOf(bundle) });
        host.deploy("mon-web", { service: WEB }, { parent: host });
      });
      return resources.find(({ name }) => name === "mon-web-service")?.inputs.create;
    };
    expect(await create("a\n")).toBe(await create("a\n"));
    expect(await create("a\n")).not.toBe(await create("b\n"));
  });

  test("a rootless host needs no sudo", async () => {
    const { resources } = await hostWithService({ user: "operator", become: false });
    const commands = resources.flatMap(({ inputs }) => [String(inputs.create), String(inputs.delete)]);
    expect(commands).toContain("/bin/sh .local/share/podwatch/runner put-secret web-key --owner=mon");
    expect(commands.filter((text) => text.includes("sudo"))).toEqual([]);
  });
});
