// Ways to set up Docker's daemon: those that docs/engines.md says to work do, the others are refused before anything is changed.
import { daemonFile } from "../integration/support/engine";
import { eventually, LabHost, must } from "../integration/support/lab";
import { operate } from "../integration/support/operate";
import { healthy, small, startedAt } from "../integration/support/smallStack";
import { connection, Stack } from "../integration/support/stack";

jest.setTimeout(900_000);

/** As an old set-up of somebody's had them. */
const OWN = {
  "data-root": "/srv/docker",
  "log-driver": "json-file",
  "log-opts": { "max-size": "50m", "max-file": "3" },
  "live-restore": true,
};

let host: LabHost;
let stack: Stack;

const settings = (scrapeInterval: string, more: object = {}) =>
  small(connection("operator", host), { prometheus: { data: "delete", scrapeInterval, ...more } });

/** Has the daemon run with these settings. */
async function daemon(own: object): Promise<void> {
  await host.exec(`${daemonFile(own)}
    systemctl reset-failed docker 2>/dev/null
    systemctl restart docker`);
}

/** What a deployment could leave on a host on which there is none. */
const left = () =>
  host.exec(
    "ls -d /var/lib/podwatch /run/podwatch /etc/systemd/system/podwatch* 2>/dev/null || :; docker ps --all --quiet 2>/dev/null || :",
  );

beforeAll(async () => {
  host = await LabHost.boot("test-daemon");
  stack = await Stack.create("daemon", settings("2s"));
});

afterAll(async () => {
  await stack?.dispose();
  await host?.down();
});

test("userns-remap is refused", async () => {
  await daemon({ "userns-remap": "default" });
  expect(await stack.failingUp()).toMatch(
    /Docker on this host maps users \(userns-remap\), so that .*: remove userns-remap from \/etc\/docker\/daemon\.json, or choose the engine podman/,
  );
  expect(await left()).toBe("");
});

const NO_RULES =
  /Docker on this host makes no firewall rules \(iptables: false\), so that .*: remove that from \/etc\/docker\/daemon\.json, or choose the engine podman/;

test("a daemon that makes no firewall rules is refused, also while those of before are there", async () => {
  await daemon({});
  await daemon({ iptables: false });
  expect(await host.exec("iptables -t nat -S DOCKER | head -n 1")).toBe("-N DOCKER\n");
  expect(await stack.failingUp()).toMatch(NO_RULES);
  await host.reboot();
  expect(await host.exec("iptables -t nat -S DOCKER 2>&1 | head -n 1")).not.toBe("-N DOCKER\n");
  expect(await stack.failingUp()).toMatch(NO_RULES);
  expect(await left()).toBe("");
});

test("a user's daemon is refused, where there is none of the host's", async () => {
  await must("lab/lab", ["install", host.name, "rootlesskit", "slirp4netns", "uidmap"]);
  await daemon({});
  await host.exec("systemctl disable --now docker.socket docker.service");
  await host.exec("loginctl enable-linger rootless");
  await host.execRootless(
    `export XDG_RUNTIME_DIR=/run/user/$(id -u)
    systemd-run --user --quiet --unit=docker --setenv=PATH=/usr/sbin:/usr/bin:/sbin:/bin /usr/share/docker.io/contrib/dockerd-rootless.sh`,
  );
  await eventually(
    60,
    () => host.execRootless("DOCKER_HOST=unix:///run/user/$(id -u)/docker.sock docker info"),
    (info) => info.includes("rootless"),
  );
  expect(await stack.failingUp()).toMatch(
    /Docker's only daemon on this host is a user's \(\/run\/user\/\d+\/docker\.sock\): choose the engine podman with become: false, or start the host's/,
  );
  expect(await left()).toBe("");
  await host.execRootless("systemctl --user stop docker");
  await host.exec("loginctl disable-linger rootless; systemctl enable --now docker.socket docker.service");
});

test("podman under Docker's name is refused", async () => {
  // Where the runner looks first.
  await host.exec(
    "printf '#!/bin/sh\\necho podman version 5.4.2\\n' >/usr/local/bin/docker; chmod +x /usr/local/bin/docker",
  );
  expect(await stack.failingUp()).toMatch(
    /docker on this host is podman \(the package podman-docker\): choose the engine podman, or install Docker/,
  );
  await host.exec("rm /usr/local/bin/docker");
  expect(await left()).toBe("");
});

test("a data-root of its own, limits of logs and live-restore", async () => {
  await daemon(OWN);
  await stack.up();
  await healthy(host);
  expect(await host.exec("docker volume inspect -f '{{.Mountpoint}}' podwatch-prometheus")).toBe(
    "/srv/docker/volumes/podwatch-prometheus/_data\n",
  );
  expect(await host.exec("ls /srv/docker/volumes/podwatch-prometheus/_data")).toMatch(/^wal$/m);
  // Its containers log to the journal, whatever the default is, and its limits are not for them.
  expect(await host.exec("docker inspect -f '{{.HostConfig.LogConfig}}' podwatch-prometheus")).toBe(
    "{journald map[]}\n",
  );
  expect((await operate(stack, "logs", "--service", "prometheus")).stdout).toMatch(/Server is ready/);
  expect(await operate(stack, "drift")).toHaveExited(0);
});

/** Has the daemon started again, which live-restore lets containers outlive. */
async function daemonRestarts(): Promise<void> {
  const before = await startedAt(host);
  await host.exec("systemctl restart docker");
  await host.exec("sleep 5");
  expect(await startedAt(host)).toBe(before);
  expect(await operate(stack, "drift")).toHaveExited(0);
}

test("with live-restore containers outlive the daemon, and changes of files, arguments and image take effect", async () => {
  await daemonRestarts();
  const front = () => host.exec("docker inspect -f '{{.Id}} {{.State.StartedAt}}' podwatch-nginx");
  const [before, frontBefore] = [await startedAt(host), await front()];
  // Docker's DNS server was started again as well, which some requests notice.
  const inForce = (what: string, text: string) =>
    eventually(
      10,
      () => host.fetch(`/prometheus/api/v1/status/${what}`),
      ({ body }) => body.includes(text),
    );

  await stack.configure(settings("3s"));
  await stack.up();
  await inForce("config", "scrape_interval: 3s");
  expect(await startedAt(host)).toBe(before);

  await stack.configure(settings("3s", { arguments: ["--query.lookback-delta=3m"] }));
  await stack.up();
  await inForce("flags", '"query.lookback-delta":"3m"');
  await daemonRestarts();

  const image = "docker.io/variants/prometheus:1";
  const made =
    await host.exec(`container=$(docker create $(docker inspect -f '{{.Image}}' podwatch-prometheus)) &&
    docker commit --change 'LABEL variant=1' $container ${image} && docker rm $container >/dev/null`);
  await stack.configure(settings("3s", { image }));
  await stack.up();
  expect(await host.exec("docker inspect -f '{{.Image}}' podwatch-prometheus")).toBe(made);
  await inForce("flags", '"query.lookback-delta":"5m"');
  await daemonRestarts();
  await healthy(host);
  // What a container writes still arrives in the journal.
  const loaded = () => host.exec("journalctl CONTAINER_NAME=podwatch-prometheus | grep -c 'Loading conf'");
  const loadedBefore = await loaded();
  await host.exec("docker kill -s HUP podwatch-prometheus");
  await eventually(10, loaded, (times) => Number(times) > Number(loadedBefore));
  expect(await front()).toBe(frontBefore);
});
