// Docker runs the services of a host: deployed, changed, refused, rolled back, repaired, rebooted, removed.
import { join } from "node:path";
import { CHECKOUT, eventually, HERE, LabHost } from "./support/lab";
import { nightly } from "./support/nightly";
import { operate } from "./support/operate";
import { promises } from "./support/promises";
import { healthy } from "./support/smallStack";
import { connection, Stack, type StackSettings } from "./support/stack";

jest.setTimeout(900_000);

const shows = promises("docker", {
  check: "yes",
  reload: "yes",
  rollBack: "yes",
  drift: "yes",
  secret: "yes, in memory",
  rootless: "no: refused",
  reboot: "yes",
});

const NAMES = ["podwatch-grafana", "podwatch-nginx", "podwatch-prometheus"];

let host: LabHost;
let stack: Stack;

const settings = (more: object = {}): StackSettings => ({
  host: connection("operator", host),
  engine: "docker",
  firewall: { allowFrom: [HERE] },
  grafana: { data: "delete" },
  prometheus: { data: "delete", scrapeInterval: "2s" },
  ...more,
});

beforeAll(async () => {
  host = await LabHost.boot("test-docker");
  await host.installDocker();
  stack = await Stack.create("docker", settings());
});

afterAll(async () => {
  await stack?.dispose();
  await host?.down();
});

const startedAt = () => host.exec(`docker inspect -f '{{.Name}} {{.State.StartedAt}}' ${NAMES.join(" ")}`);
const running = async () => (await host.exec("docker ps --format '{{.Names}}' | sort")).trim().split("\n");
const drift = () => operate(stack, "drift");

test("it is deployed, and nothing is changed by a second deployment", async () => {
  await stack.up();
  await healthy(host);
  expect(await running()).toEqual(NAMES);
  expect(await host.exec("podman ps --all --quiet")).toBe("");
  const before = await startedAt();
  expect((await stack.up()).created).toBeUndefined();
  expect(await drift()).toMatchObject({ code: 0 });
  expect(await startedAt()).toBe(before);
});

test("the host's firewall lets containers reach one another, and other hosts", async () => {
  const asked = (url: string) =>
    host.exec(`docker exec podwatch-prometheus wget -T 5 -q -O - ${url} >/dev/null && echo reached`);
  expect(await asked("http://podwatch-grafana:3000/grafana/api/health")).toBe("reached\n");
  // The lab's registry.
  expect(await asked(`http://${HERE}:5000/v2/`)).toBe("reached\n");
});

test("a secret is a file in memory that is in neither the container's description nor the host's processes", async () => {
  const [file = ""] = (await host.exec("find /run/podwatch/grafana/secrets -type f -printf '%p %m %u %g\n'"))
    .trim()
    .split("\n");
  expect(file).toMatch(/^\/run\/podwatch\/grafana\/secrets\/grafana-admin-password 400 /);
  expect(await host.exec("findmnt -n -o FSTYPE -T /run/podwatch; stat -c %a /run/podwatch/grafana")).toBe(
    "tmpfs\n700\n",
  );
  // By a file of patterns: a pattern in grep's own arguments would be found among the processes.
  const found = await host.exec(
    `file=/run/podwatch/grafana/secrets/grafana-admin-password
    docker exec podwatch-grafana cat /run/secrets/grafana-admin-password | grep -cxF -f $file
    { docker inspect ${NAMES.join(" ")}; cat /proc/[0-9]*/environ /proc/[0-9]*/cmdline | tr '\\0' '\\n'; } 2>/dev/null | grep -cF -f $file || :`,
  );
  expect(found).toBe("1\n0\n");
  shows("secret");
});

test("changed files are reloaded, and nothing restarts", async () => {
  const before = await startedAt();
  await stack.configure(settings({ prometheus: { data: "delete", scrapeInterval: "3s" } }));
  await stack.up();
  expect(
    await host.exec("docker exec podwatch-prometheus cat /etc/podwatch/current/files/prometheus.yml"),
  ).toMatch(/scrape_interval: 3s/);
  expect(await startedAt()).toBe(before);
  shows("reload");
});

nightly("a refused file changes nothing, and a release that does not come up is rolled back", async () => {
  const front = await host.exec("docker inspect -f '{{.Id}} {{.State.StartedAt}}' podwatch-nginx");
  // Refused by NGINX's own checker, and by Prometheus only when it starts.
  const broken = { data: "delete", scrapeInterval: "3s", arguments: ["--query.max-concurrency=many"] };
  const snippet = "location /own/ { no_such_directive on; }";
  // Refused by Docker, when it starts the container.
  const grafana = {
    data: "delete",
    files: { "/etc/own/list": join(CHECKOUT, "LICENSE") },
    volumes: ["/srv:/etc/own/list/below"],
  };
  await stack.configure(settings({ prometheus: broken, front: { snippet }, grafana }));
  const output = await stack.failingUp("--continue-on-error");
  expect(output).toMatch(
    /nginx refuses its new configuration; nothing was changed:[\s\S]*unknown directive "no_such_directive"/,
  );
  expect(await host.exec("docker inspect -f '{{.Id}} {{.State.StartedAt}}' podwatch-nginx")).toBe(front);
  shows("check");
  expect(output).toMatch(/prometheus did not come up: [\s\S]*The previous release is back and healthy/);
  expect(output).toMatch(
    /grafana did not come up: [\s\S]*docker: Error response from daemon: .*not a directory/,
  );
  await healthy(host);
  shows("rollBack");
  await stack.configure(settings({ prometheus: { data: "delete", scrapeInterval: "3s" } }));
  await stack.up();
  await healthy(host);
});

nightly("drift is found and repaired", async () => {
  await host.exec(`docker rm --force podwatch-nginx; systemctl stop podwatch-grafana
    echo >>/var/lib/podwatch/services/prometheus/current/files/prometheus.yml
    systemctl disable podwatch-prometheus`);
  const { stdout } = await drift();
  expect(stdout).toMatch(/grafana +unit +stopped/);
  expect(stdout).toMatch(/prometheus +file +changed/);
  expect(stdout).toMatch(/prometheus +unit +disabled/);
  expect(await operate(stack, "repair")).toMatchObject({ code: 0 });
  expect(await drift()).toMatchObject({ code: 0 });
  await host.exec(
    `docker rm --force podwatch-nginx; systemctl mask --runtime --now podwatch-nginx
    docker run --detach --name podwatch-nginx --entrypoint sleep $(docker inspect -f '{{.Config.Image}}' podwatch-grafana) 600`,
  );
  expect((await drift()).stdout).toMatch(/nginx +container +replaced/);
  expect(await operate(stack, "repair")).toMatchObject({ code: 0 });
  await healthy(host);
  shows("drift");
});

nightly("containers are started again after the daemon was, and after a reboot", async () => {
  await host.exec("systemctl restart docker");
  await eventually(60, running, (names) => names.join() === NAMES.join());
  await healthy(host);
  await host.reboot();
  await eventually(60, running, (names) => names.join() === NAMES.join());
  await healthy(host);
  expect(await drift()).toMatchObject({ code: 0 });
  shows("reboot");
});

nightly("what the engine cannot do is refused by name, as is a change of the engine", async () => {
  const { host: login, ...rest } = settings() as { host: object };
  await stack.configure({ ...rest, host: { ...login, become: false } });
  expect(await stack.failingUp()).toMatch(
    /host\.become: needs rootless containers, which the engine docker does not support/,
  );
  shows("rootless");
  await stack.configure(settings({ engine: "podman" }));
  expect(await stack.failingUp()).toMatch(
    /this host runs in docker:.* and is to in podman; nothing was changed/,
  );
  await stack.configure(settings());
  await stack.up();
  await healthy(host);
});

test("destroy leaves nothing", async () => {
  await stack.destroy();
  expect(
    await host.exec(
      "docker ps --all --quiet; docker images --quiet; docker volume ls --quiet; docker network ls --quiet --filter name=podwatch; ls -d /var/lib/podwatch /run/podwatch /etc/systemd/system/podwatch* 2>/dev/null || :",
    ),
  ).toBe("");
});
