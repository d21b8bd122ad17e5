// One host, two engines: side by side, and one after the other. Data are never left behind unnoticed.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { CHECKOUT, LabHost } from "../integration/support/lab";
import { operate } from "../integration/support/operate";
import { healthy } from "../integration/support/smallStack";
import { connection, Stack } from "../integration/support/stack";

jest.setTimeout(900_000);

let host: LabHost;
let stack: Stack;

const settings = (engine: string, data = "keep") => ({
  host: connection("operator", host),
  engine,
  prometheus: { data, scrapeInterval: "2s" },
  grafana: { data: "delete" },
});

/** What both engines hold and systemd runs, with what Podwatch keeps of it. */
const everything = () =>
  host.exec(`for engine in podman docker; do
      $engine ps --all --no-trunc --format "$engine {{.Names}} {{.ID}}" | sort
      $engine volume ls --format "$engine {{.Name}}"; $engine network ls --format "$engine {{.Name}}"
    done
    ls -l --time-style=full-iso /var/lib/podwatch/services/*/ /etc/containers/systemd /etc/systemd/system 2>/dev/null || :`);

beforeAll(async () => {
  host = await LabHost.boot("test-change");
  stack = await Stack.create("change", settings("podman"));
});

afterAll(async () => {
  await stack?.dispose();
  await host?.down();
});

test("podman's services run beside Docker's containers, and the other way round", async () => {
  // Docker sets the policy, which holds for podman's network as well.
  const dropped = await stack.failingUp("--continue-on-error");
  const [, allow] =
    /this host drops what is forwarded from one container to another[\s\S]*?with:\n\s+(iptables .*)/.exec(
      dropped,
    ) ?? [];
  expect(allow).toMatch(
    /^iptables -I DOCKER-USER -s \S+ -j ACCEPT && iptables -I DOCKER-USER -d \S+ -j ACCEPT$/,
  );
  await host.exec(`cat >/etc/systemd/system/allow.service <<'END'
[Unit]
After=docker.service
[Service]
Type=oneshot
ExecStart=sh -c "${allow}"
[Install]
WantedBy=multi-user.target
END
    systemctl enable --now allow`);
  await stack.up();
  await healthy(host);
  await host.exec(
    "docker run --detach --name theirs --restart always --publish 127.0.0.1:8099:8080 --entrypoint sleep $(docker pull --quiet docker.io/library/nginx:$(podman images --format '{{.Tag}}' docker.io/library/nginx | head -n 1)) 10000",
  );
  await host.reboot();
  await healthy(host);
  expect(await host.exec("docker ps --format '{{.Names}}'")).toBe("theirs\n");
  expect(await operate(stack, "drift")).toHaveExited(0);
  await host.exec("docker rm --force theirs && docker image prune --all --force");
});

test("the engine of a host that runs services is not changed, and nothing is touched", async () => {
  const before = await everything();
  await stack.configure(settings("docker"));
  const refused = await stack.failingUp();
  expect(refused.match(/this host runs in podman: .*/g)).toHaveLength(1);
  expect(refused).toMatch(
    /this host runs in podman:( (grafana|nginx|prometheus)){3}, and is to in docker; nothing was changed: run pulumi destroy with the settings of before/,
  );
  expect(await everything()).toBe(before);
  await healthy(host);
});

test("data that podman has are not left behind unnoticed", async () => {
  await stack.configure(settings("podman"));
  await stack.destroy();
  const before = await everything();
  await stack.configure(settings("docker"));
  expect(await stack.failingUp()).toMatch(
    /data of this host are in volumes of podman, which docker would not see: podwatch-prometheus; nothing was changed: move them as docs\/engines\.md says, or delete them by podman volume rm podwatch-prometheus/,
  );
  expect(await everything()).toBe(before);
});

/** The lines by which docs/engines.md moves a volume. */
function moving(from: string, to: string): string {
  const page = readFileSync(join(CHECKOUT, "docs/engines.md"), "utf8");
  const [, first = "", rest = ""] = /```sh\n(from=podman to=docker)\n([\s\S]*?)```/.exec(page) ?? [];
  expect(first).not.toBe("");
  return `set -e; from=${from} to=${to}\n${rest}`;
}

test.each([
  ["podman", "docker"],
  ["docker", "podman"],
])("data are moved from %s to %s as docs/engines.md says, and none are lost", async (from, to) => {
  await stack.configure(settings(from));
  await stack.up();
  await healthy(host);
  const now = (await host.exec("date +%s")).trim();
  const scraped = async () =>
    JSON.parse(
      (await host.fetch(`/prometheus/api/v1/query?query=up%7Bjob%3D%22prometheus%22%7D&time=${now}`)).body,
    ).data.result;
  expect(await scraped()).toEqual([expect.objectContaining({ value: [Number(now), "1"] })]);
  const before = await scraped();
  await stack.destroy();

  await stack.configure(settings(to));
  expect(await stack.failingUp()).toMatch(
    `data of this host are in volumes of ${from}, which ${to} would not see`,
  );
  await host.exec(moving(from, to));
  await stack.up();
  await healthy(host);
  expect(await scraped()).toEqual(before);
  expect(await host.exec(`${from} volume ls --quiet`)).toBe("");
  expect(await operate(stack, "drift")).toHaveExited(0);
  expect(await stack.up()).toEqual({ unchanged: expect.any(Number) });
});
