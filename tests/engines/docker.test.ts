// What the engine Docker makes of services: units of systemd's own that call the docker command.
import { docker } from "../../engines/docker/engine";
import type { Service } from "../../lib/service";
import { parseBundle } from "../components/expected";

const service: Service = {
  kind: "container",
  name: "web",
  description: "Web server",
  image: "docker.io/library/web:1",
  user: { uid: 101, gid: 102 },
  environment: { HOME: "/tmp", PERCENT: "50% $HOME" },
  args: ["serve", "--name=a b"],
  files: {},
  secrets: ["web-password"],
  data: { path: "/data", keep: true },
  hostDirectories: ["/run/own"],
  sysctls: { "net.core.somaxconn": "1" },
  reaches: [{ address: "10.1.2.3", port: 80 }],
  ports: [{ address: "::1", hostPort: 8080, containerPort: 80 }],
  hooks: { ready: "true\n" },
  readyWithin: 10,
};

const unit = () => {
  const { headers, parts } = parseBundle(docker.bundle(service, { scope: "rootful" }));
  return { headers, text: parts["unit/podwatch-web.service"] ?? "" };
};

test("a container is run by a unit, hardened, with its options one a line", () => {
  const lines = unit()
    .text.split("\n")
    .map((line) => line.replace(/ \\$/, "").trim());
  expect(lines).toEqual(
    expect.arrayContaining([
      "ExecStartPre=docker run",
      "--read-only",
      "--cap-drop=all",
      "--security-opt=no-new-privileges",
      "--pids-limit=2048",
      "--user=101:102",
      "--pull=never",
      "--log-driver=journald",
      '"--env=PERCENT=50%% $$HOME"',
      '"--publish=[::1]:8080:80"',
      "--mount=type=volume,source=podwatch-web,target=/data,volume-nocopy",
      '"--name=a b"',
      "ExecStart=/bin/sh /var/lib/podwatch/runner attend web",
      "ExecStartPre=/bin/sh /var/lib/podwatch/runner confine web",
    ]),
  );
});

test("secrets are placed in memory before each start, and no value or variable holds them", () => {
  const { text } = unit();
  expect(text).toMatch(/^RuntimeDirectory=podwatch\/web\nRuntimeDirectoryMode=0700$/m);
  expect(text.indexOf("runner place-secrets web")).toBeLessThan(text.indexOf("docker run"));
  expect(text).toContain("--volume=/run/podwatch/web/secrets:/run/secrets:ro,z");
});

test("the network is made where it is missing, with both ranges", () => {
  const bundle = docker.bundle(
    { kind: "network", name: "network", subnet: "10.89.77.0/24", subnet6: "fd00:1::/64" },
    { scope: "rootful" },
  );
  const text = parseBundle(bundle).parts["unit/podwatch-network.service"] ?? "";
  expect(text.match(/--(?:subnet|gateway)=\S+/g)).toEqual([
    "--subnet=10.89.77.0/24",
    "--subnet=fd00:1::/64",
    "--gateway=10.89.77.1",
    "--gateway=fd00:1::1",
  ]);
});
