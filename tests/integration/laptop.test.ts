// The local set-up: Pulumi.local.example.yaml, deployed by Docker's API to a daemon of which nothing but the socket is reached. `make laptop`
// builds the plugin, where there is none.
import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parse } from "yaml";
import podwatch from "../../package.json";
import { CHECKOUT, eventually, LabHost, provideImages, run } from "./support/lab";
import { OrdinaryUser } from "./support/ordinaryUser";
import { hasPlugin } from "./support/plugins";
import { promises } from "./support/promises";
import { merge, Stack, type StackSettings, stackFile } from "./support/stack";

jest.setTimeout(900_000);

const withPlugin = hasPlugin("docker", podwatch.dependencies["@pulumi/docker"]) ? test : test.skip;

const shows = promises("docker-api", {
  check: "yes",
  reload: "no: another container takes the place of the one that runs",
  rollBack: "no: `pulumi up` fails, and the container stays for `docker logs`",
  drift: "containers, by `pulumi up --refresh`",
  secret: "yes, in the container, on the daemon's disk",
  rootless: "yes: the socket of a daemon is",
  reboot: "yes, with the daemon",
});

const directory = mkdtempSync(join(tmpdir(), "podwatch-laptop-"));
const socket = join(directory, "docker.sock");
let host: LabHost;
let stack: Stack;
const tunnels: ChildProcess[] = [];

/** The template, in the part that the CLI is given as the stack file. */
function template(): StackSettings {
  const text = readFileSync(join(CHECKOUT, "Pulumi.local.example.yaml"), "utf8");
  const { config } = parse(text) as { config: Record<string, unknown> };
  return Object.fromEntries(
    Object.entries(config).map(([key, value]) => [key.replace("podwatch:", ""), value]),
  );
}

/** A user of the group `docker` of the host, without any other right there, lends the socket. */
async function lendSocket(socket: string): Promise<ChildProcess> {
  const options = ["IdentitiesOnly=yes", "UserKnownHostsFile=.lab/known_hosts", "ExitOnForwardFailure=yes"];
  const words = ["-F", "none", "-i", ".lab/ssh/id_ed25519", ...options.flatMap((option) => ["-o", option])];
  const tunnel = spawn(
    "ssh",
    [...words, "-N", "-L", `${socket}:/var/run/docker.sock`, `rootless@${host.address}`],
    {
      cwd: CHECKOUT,
      stdio: "ignore",
    },
  );
  await eventually(
    20,
    async () => existsSync(socket),
    (there) => there,
  );
  return tunnel;
}

const settings = (more: StackSettings = {}) =>
  merge({ ...template(), engine: { name: "docker-api", daemon: `unix://${socket}` } }, more) as StackSettings;

const ids = async () =>
  Object.fromEntries(
    (await host.exec("docker ps --format '{{.Names}} {{.ID}}'"))
      .trim()
      .split("\n")
      .map((line) => line.split(" ")),
  ) as Record<string, string>;

const ask = (path: string) => host.exec(`curl --silent --fail --max-time 5 'http://127.0.0.1:3000${path}'`);

beforeAll(async () => {
  if (withPlugin === test.skip) return;
  host = await LabHost.boot("test-laptop");
  // Builds ask for the lab's registry by TLS unless told otherwise.
  await host.installDocker({ "insecure-registries": ["10.99.0.1:5000"] });
  await host.exec("usermod --append --groups docker rootless");
  tunnels.push(await lendSocket(socket));
  stack = await Stack.create("laptop", settings());
});

afterAll(async () => {
  await stack?.dispose();
  for (const tunnel of tunnels) tunnel.kill();
  await host?.down();
  rmSync(directory, { recursive: true, force: true });
});

withPlugin(
  "everything answers at localhost:3000 and nowhere else, and each container is healthy",
  async () => {
    expect((await stack.up()).created).toBeGreaterThan(10);
    expect(Object.keys(await ids()).sort()).toEqual([
      "podwatch-grafana",
      "podwatch-nginx",
      "podwatch-prometheus",
    ]);
    expect(await host.exec("docker ps --format '{{.Status}}' | grep -vc '(healthy)' || :")).toBe("0\n");
    expect(await host.exec("docker ps --format '{{.Ports}}' | grep -o '[^ ]*->' | sort -u")).toBe(
      "127.0.0.1:3000->\n",
    );
    await eventually(
      30,
      () => ask("/prometheus/api/v1/query?query=up"),
      (answer) => answer.includes('"1"'),
    );
    expect(await ask("/grafana/api/health")).toMatch(/"database": ?"ok"/);
    // The program needs nothing of the host but the socket.
    expect(
      await host.exec(
        "ls -d /var/lib/podwatch /home/*/.podwatch /etc/systemd/system/podwatch* 2>/dev/null || :",
      ),
    ).toBe("");
  },
);

withPlugin("a secret is in neither the container's description nor the state, and lets in", async () => {
  const installations =
    await stack.output<Record<string, { grafana: { user: string; password: string } }>>("installations");
  const { user, password } = Object.values(installations)[0]?.grafana ?? { user: "", password: "" };
  expect(password).toMatch(/^\S{16,}$/);
  expect(await stack.state()).not.toContain(password);
  expect(await host.exec("docker inspect $(docker ps --all --quiet)")).not.toContain(password);
  expect(await ask(`/grafana/api/user' -u '${user}:${password}`)).toContain(`"login":"${user}"`);
  // What a container was given before it started is in its own layer.
  expect(await host.exec("docker diff podwatch-grafana")).toMatch(
    /^A \/run\/secrets\/grafana-admin-password$/m,
  );
  shows("secret");
});

withPlugin(
  "a second deployment changes nothing, nor does what the daemon says count as a change",
  async () => {
    const before = await ids();
    await stack.preview("--refresh", "--expect-no-changes");
    expect(await stack.up()).toEqual({ unchanged: expect.any(Number) });
    expect(await ids()).toEqual(before);
  },
);

withPlugin("what a service's own checker refuses touches no container that runs", async () => {
  const before = await ids();
  const snippet = "location /own/ { no_such_directive on; }";
  await stack.configure(settings({ front: { snippet } }));
  expect(await stack.failingUp()).toMatch(
    /podwatch-nginx refuses its new configuration; the container that runs was not touched:[\s\S]*unknown directive "no_such_directive"/,
  );
  // What was refused once is not taken the next time.
  expect(await stack.failingUp()).toContain("podwatch-nginx refuses its new configuration");
  expect(await ids()).toEqual(before);
  await stack.configure(settings());
  await stack.up();
  expect(await ids()).toEqual(before);
  shows("check");
});

withPlugin("a changed setting changes one container, and its preview tells what is done", async () => {
  const before = await ids();
  await stack.configure(settings({ prometheus: { data: "delete", evaluationInterval: "20s" } }));
  const preview = await stack.preview("--diff");
  expect(preview).toMatch(/evaluation_interval +: "15s" => "20s"/);
  expect(await stack.preview()).toMatch(/a changed service gets a new container/);
  await stack.up();
  const { "podwatch-prometheus": prometheus, ...others } = await ids();
  const { "podwatch-prometheus": former, ...same } = before;
  expect(others).toEqual(same);
  expect(prometheus).not.toBe(former);
  shows("reload");
  // Data stay.
  expect(await ask("/prometheus/api/v1/query?query=count_over_time(up%5B1h%5D)")).toContain('"value"');
});

withPlugin("what does not come up is told of, and stays until it is corrected", async () => {
  // A service that is not waited for long.
  const probing = (...args: string[]) =>
    settings({
      blackboxExporter: {
        targets: [{ name: "own", target: "http://podwatch-nginx:8080/" }],
        arguments: args,
      },
    });
  await stack.configure(probing());
  await stack.up();
  const { "podwatch-blackbox-exporter": former, ...others } = await ids();
  await stack.configure(probing("--timeout-offset=many"));
  const unhealthy = /blackbox-exporter-service[\s\S]*container failed to be in healthy state/;
  expect(await stack.failingUp()).toMatch(unhealthy);
  const state = () =>
    host.exec("docker inspect --format '{{.Id}} {{.State.Health.Status}}' podwatch-blackbox-exporter");
  expect(await state()).not.toContain(former);
  expect(await host.exec("docker logs podwatch-blackbox-exporter 2>&1")).toMatch(/error: .*"many"/);
  expect(await stack.failingUp()).toMatch(unhealthy);
  // Nothing of it differs then.
  await stack.up("--refresh");
  expect(await state()).toMatch(/ unhealthy$/m);
  await stack.configure(probing());
  await stack.up();
  expect(await state()).toMatch(/ healthy$/m);
  const { "podwatch-blackbox-exporter": _, ...same } = await ids();
  expect(same).toEqual(others);
  shows("rollBack");
  await stack.configure(settings());
  await stack.up();
});

withPlugin("another image is shown in the preview, and costs no data", async () => {
  const volume = () => host.exec("docker volume inspect --format '{{.CreatedAt}}' podwatch-grafana");
  const before = await volume();
  const digest = await host.exec(
    "docker image inspect --format '{{index .RepoDigests 0}}' $(docker inspect --format '{{.Image}}' podwatch-grafana)",
  );
  await stack.configure(settings({ grafana: { data: "delete", image: `docker.io/${digest.trim()}` } }));
  const preview = await stack.preview();
  expect(preview).toMatch(/docker:index:Container +podwatch-monitor-grafana-service +replace/);
  expect(preview).not.toMatch(/docker:index:Volume .*(replace|delete)/);
  await stack.up();
  expect(await volume()).toBe(before);
});

withPlugin(
  "scenarios run in an image that is built here, and InfluxDB takes in what Telegraf sends",
  async () => {
    await provideImages("python", "influxdb", "telegraf");
    const scenarios = join(directory, "scenarios");
    mkdirSync(scenarios);
    writeFileSync(join(scenarios, "check"), "#!/bin/sh\necho 'OK | answered=7'\n", { mode: 0o755 });
    const apimon = {
      executor: {
        directory: scenarios,
        jobs: { check: { path: "check", type: "nagios", interval: "2s" } },
        data: "delete",
      },
      influxdb: { databases: { apimon: { retention: "30d" } }, data: "delete" },
      telegraf: { enabled: true, data: "delete" },
    };
    // The provider would build at another daemon than the one that it is told.
    process.env.DOCKER_HOST = `unix://${socket}`;
    await stack.configure(settings({ ...apimon, engine: "docker-api" }));
    await stack.up();
    expect((await stack.up()).updated).toBeUndefined();
    await eventually(
      60,
      () => ask("/prometheus/api/v1/query?query=podwatch_executor_performance"),
      (answer) => answer.includes('"7"'),
    );
    await host.exec(
      "docker exec podwatch-telegraf curl --silent --fail --data-binary 'jobs,name=lines value=7' 'http://127.0.0.1:8186/write?db=any'",
    );
    const { influxdb } = Object.values(
      await stack.output<Record<string, { influxdb: { user: string; password: string } }>>("installations"),
    )[0] ?? { influxdb: { user: "", password: "" } };
    await eventually(
      30,
      () =>
        ask(`/influxdb/query?db=apimon&q=select+value+from+jobs' -u '${influxdb.user}:${influxdb.password}`),
      (answer) => answer.includes("7"),
    );
    expect(await host.exec("docker inspect $(docker ps --all --quiet)")).not.toContain(influxdb.password);
    await stack.configure(settings());
    await stack.up();
  },
);

withPlugin("a container that somebody removed is put back, once Pulumi has looked", async () => {
  await host.exec("docker rm --force podwatch-nginx");
  await stack.up("--refresh");
  await ask("/");
  shows("drift");
});

const startPage = async () =>
  (
    await host.exec("curl --silent --output /dev/null --write-out '%{http_code}' http://127.0.0.1:3000/ || :")
  ).trim();

withPlugin("containers come back with the daemon, and after a reboot", async () => {
  await host.exec("systemctl restart docker");
  await eventually(60, startPage, (code) => code === "200");
  await host.reboot();
  await eventually(60, startPage, (code) => code === "200");
  shows("reboot");
  // Those that were there ended with the host.
  for (const tunnel of tunnels.splice(0)) tunnel.kill();
  rmSync(socket, { force: true });
  tunnels.push(await lendSocket(socket));
});

/** The daemon is asked only where something changes. */
const CHANGED = { prometheus: { data: "delete", evaluationInterval: "25s" } };

withPlugin("a daemon that does not answer is told of by its address", async () => {
  const before = await ids();
  const engine = { name: "docker-api", daemon: `unix://${directory}/nobody.sock` };
  await stack.configure(settings({ ...CHANGED, engine }));
  expect(await stack.failingUp()).toMatch(/nobody\.sock/);
  expect(await ids()).toEqual(before);
  await stack.configure(settings());
});

withPlugin("the same daemon is reached by ssh:// as well", async () => {
  // Who develops has the key in ~/.ssh.
  const ssh = join(directory, "ssh");
  const options = `-F none -i ${CHECKOUT}/.lab/ssh/id_ed25519 -o IdentitiesOnly=yes -o UserKnownHostsFile=${CHECKOUT}/.lab/known_hosts`;
  writeFileSync(ssh, `#!/bin/sh\nexec /usr/bin/ssh ${options} "$@"\n`, { mode: 0o755 });
  const { PATH } = process.env;
  process.env.PATH = `${directory}:${PATH}`;
  try {
    const daemon = `ssh://rootless@${host.address}`;
    await stack.configure(settings({ engine: { name: "docker-api", daemon } }));
    // The provider.
    expect(await stack.up()).toEqual({ updated: 1, unchanged: expect.any(Number) });
    await stack.preview("--refresh", "--expect-no-changes");
  } finally {
    process.env.PATH = PATH;
  }
  await stack.configure(settings());
});

/** Certificates of an authority of their own, in the names that Docker gives them, for the daemon and for who may use it. */
function certificates(name: string): { readonly server: string; readonly client: string } {
  const [server, client] = [join(directory, name, "server"), join(directory, name, "client")];
  for (const at of [server, client]) mkdirSync(at, { recursive: true });
  const key = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2"];
  const make = (at: string, file: string, ...more: string[]) =>
    execFileSync(
      "openssl",
      [
        "req",
        "-x509",
        ...key,
        "-keyout",
        `${at}/${file === "ca" ? "ca-" : ""}key.pem`,
        "-out",
        `${at}/${file}.pem`,
        ...more,
      ],
      { stdio: "pipe" },
    );
  make(server, "ca", "-subj", `/CN=${name}`);
  writeFileSync(join(client, "ca.pem"), readFileSync(join(server, "ca.pem")));
  const signed = [
    "-CA",
    `${server}/ca.pem`,
    "-CAkey",
    `${server}/ca-key.pem`,
    "-addext",
    "basicConstraints=critical,CA:FALSE",
  ];
  make(server, "cert", "-subj", "/CN=daemon", "-addext", `subjectAltName=IP:${host.address}`, ...signed);
  make(client, "cert", "-subj", "/CN=me", "-addext", "extendedKeyUsage=clientAuth", ...signed);
  return { server, client };
}

withPlugin("and by tcp:// with certificates, which nobody without one of them gets through", async () => {
  const ours = certificates("ours");
  const packed = execFileSync("tar", ["-C", ours.server, "-c", "ca.pem", "cert.pem", "key.pem"], {
    encoding: "base64",
  });
  const tls =
    "--tlsverify --tlscacert=/etc/docker/ca.pem --tlscert=/etc/docker/cert.pem --tlskey=/etc/docker/key.pem";
  await host.exec(`echo '${packed}' | base64 -d | tar -x --no-same-owner -C /etc/docker
      echo 'DOCKER_OPTS="-H tcp://0.0.0.0:2376 ${tls}"' >/etc/default/docker
      systemctl restart docker`);
  await eventually(60, startPage, (code) => code === "200");
  const engine = { name: "docker-api", daemon: `tcp://${host.address}:2376` };
  await stack.configure(settings({ engine: { ...engine, certificates: ours.client } }));
  // The provider.
  expect(await stack.up()).toEqual({ updated: 1, unchanged: expect.any(Number) });
  await stack.preview("--refresh", "--expect-no-changes");
  const others = { ...engine, certificates: certificates("others").client };
  await stack.configure(settings({ ...CHANGED, engine: others }));
  expect(await stack.failingUp()).toMatch(/tls: failed to verify certificate/);
  const without = await run("curl", ["--silent", "--insecure", `https://${host.address}:2376/version`]);
  expect(without).toMatchObject({ stdout: "" });
  expect(without.code).not.toBe(0);
  await stack.configure(settings());
});

withPlugin("destroy leaves nothing but images", async () => {
  await stack.up();
  await stack.destroy();
  expect(
    await host.exec(
      "docker ps --all --quiet; docker volume ls --quiet; docker network ls --quiet --filter name=podwatch",
    ),
  ).toBe("");
});

withPlugin(
  "an ordinary user of this computer, who may use the socket and nothing else, has the same",
  async () => {
    expect(OrdinaryUser.rights()).toBe(
      "Uid:\t65533\t65533\t65533\t65533\nGroups:\t \nCapEff:\t0000000000000000\nCapBnd:\t0000000000000000\n",
    );
    chmodSync(directory, 0o711);
    const home = join(directory, "home");
    const theirs = join(directory, "theirs.sock");
    const user = await OrdinaryUser.create(home);
    tunnels.push(await lendSocket(theirs));
    user.lend(theirs);
    const given = stackFile(settings({ engine: { name: "docker-api", daemon: `unix://${theirs}` } }));
    writeFileSync(join(home, "local.yaml"), given);
    const made = await user.run("lab/toolchain/stack-init", "local", join(home, "local.yaml"));
    expect(made).toHaveExited(0);
    const file = made.stdout.trim();
    const pulumi = async (command: string, ...args: string[]) => {
      const begun = Date.now();
      const done = await user.run(
        "lab/toolchain/pulumi",
        command,
        "--stack",
        "local",
        "--config-file",
        file,
        ...args,
      );
      expect(done).toHaveExited(0);
      console.info(`an ordinary user's ${command}: ${Math.round((Date.now() - begun) / 1000)} s`);
      return done.stdout;
    };
    await pulumi("up", "--yes", "--skip-preview");
    await ask("/grafana/api/health");
    expect(await pulumi("up", "--yes", "--skip-preview")).toMatch(/Resources:\n +\d+ unchanged\n/);
    await pulumi("destroy", "--yes", "--skip-preview");
    expect(await host.exec("docker ps --all --quiet; docker volume ls --quiet")).toBe("");
    shows("rootless");
  },
);
