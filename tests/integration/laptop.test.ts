// The local set-up: Pulumi.local.example.yaml, deployed by Docker's API to a daemon of which nothing but the socket is reached. `make laptop`
// builds the plugin, where there is none.
import { type ChildProcess, spawn } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parse } from "yaml";
import podwatch from "../../package.json";
import { CHECKOUT, eventually, LabHost, must, provideImages } from "./support/lab";
import { hasPlugin } from "./support/plugins";
import { merge, Stack, type StackSettings } from "./support/stack";

jest.setTimeout(900_000);

const withPlugin = hasPlugin("docker", podwatch.dependencies["@pulumi/docker"]) ? test : test.skip;

const directory = mkdtempSync(join(tmpdir(), "podwatch-laptop-"));
const socket = join(directory, "docker.sock");
/** The lab's registry stands in for Docker Hub; builds ask for it by TLS unless told otherwise. */
const DAEMON = {
  "registry-mirrors": ["http://10.99.0.1:5000"],
  "insecure-registries": ["10.99.0.1:5000"],
};

let host: LabHost;
let stack: Stack;
let tunnel: ChildProcess | undefined;

/** The template, in the part that the CLI is given as the stack file. */
function template(): StackSettings {
  const text = readFileSync(join(CHECKOUT, "Pulumi.local.example.yaml"), "utf8");
  const { config } = parse(text) as { config: Record<string, unknown> };
  return Object.fromEntries(
    Object.entries(config).map(([key, value]) => [key.replace("podwatch:", ""), value]),
  );
}

/** A user of the group `docker` of the host, without any other right there, lends the socket. */
async function lendSocket(): Promise<void> {
  const options = ["IdentitiesOnly=yes", "UserKnownHostsFile=.lab/known_hosts", "ExitOnForwardFailure=yes"];
  const words = ["-F", "none", "-i", ".lab/ssh/id_ed25519", ...options.flatMap((option) => ["-o", option])];
  tunnel = spawn(
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
  await host.exec(`mkdir -p /etc/docker && echo '${JSON.stringify(DAEMON)}' >/etc/docker/daemon.json`);
  await must("lab/lab", ["install", host.name, "docker.io", "docker-cli"]);
  await host.exec("usermod --append --groups docker rootless");
  await lendSocket();
  stack = await Stack.create("laptop", settings());
});

afterAll(async () => {
  await stack?.dispose();
  tunnel?.kill();
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
  // Data stay.
  expect(await ask("/prometheus/api/v1/query?query=count_over_time(up%5B1h%5D)")).toContain('"value"');
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
});

withPlugin("containers come back with the daemon", async () => {
  await host.exec("systemctl restart docker");
  await eventually(
    60,
    async () =>
      (
        await host.exec(
          "curl --silent --output /dev/null --write-out '%{http_code}' http://127.0.0.1:3000/ || :",
        )
      ).trim(),
    (code) => code === "200",
  );
});

withPlugin("a daemon that does not answer is told of by its address", async () => {
  await stack.configure(
    settings({ engine: { name: "docker-api", daemon: `unix://${directory}/nobody.sock` } }),
  );
  expect(await stack.failingUp()).toMatch(/nobody\.sock/);
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

withPlugin("destroy leaves nothing but images", async () => {
  await stack.up();
  await stack.destroy();
  expect(
    await host.exec(
      "docker ps --all --quiet; docker volume ls --quiet; docker network ls --quiet --filter name=podwatch",
    ),
  ).toBe("");
});
