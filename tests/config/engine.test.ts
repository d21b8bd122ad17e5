// Settings that require what the chosen engine cannot do.
import { parse } from "../../config/parse";
import { format } from "../../config/problem";
import type { Capabilities, Engine } from "../../engines/engine";
import versions from "../../versions.json";
import { fakeEngine } from "../engines/fakeEngine";
import { context, host, type World } from "./support";

const world: World = {
  secretKeys: ["host", "hosts", "grafana", "prometheus"],
  files: {
    Containerfile: `FROM ${versions.images.prometheus}\n`,
    "scenarios/one": "#!/bin/sh\n",
    "rules/up.yml": "groups: []\n",
    "rules/up_test.yml": "rule_files: [up.yml]\ntests: []\n",
  },
};

function problems(raw: Record<string, unknown>, only?: Engine): string[] {
  const parsed = parse(raw, context(world), only);
  return "problems" in parsed ? parsed.problems.map(format) : [];
}

/** A stack with a setting for each capability, in the stack, in a host's entry and in a preset. */
const everything = {
  prometheus: {
    image: { containerfile: "Containerfile" },
    ruleFiles: ["rules/up.yml"],
    ruleTests: ["rules/up_test.yml"],
    quadlet: { Service: { MemoryMax: "1G" } },
    secrets: { own: "s3cret" },
    secretEnvironment: { TOKEN: "own" },
    files: { "/etc/own/up.yml": "rules/up.yml" },
  },
  hosts: {
    one: { ...host, user: "operator", become: false, grafana: { adminPassword: "s3cret-password" } },
    two: {
      ...host,
      address: "10.1.2.4",
      preset: "raspberry-pi",
      nginxExporter: {
        quadlet: { Unit: { After: "x.service" } },
        volumes: ["/srv/x:/srv/x", "/srv/y:/srv/y:ro,noexec"],
        resources: { cpus: 1 },
      },
      apache: { enabled: true },
      storage: { disks: { data: { device: "/dev/vdb" } } },
      gateways: { enabled: true },
      firewall: { enabled: false },
      front: { bind: "10.1.2.4", tls: false, insecure: "a test" },
    },
  },
};

const EXPECTED: Readonly<Record<keyof Capabilities, readonly string[]>> = {
  rootless: [
    "podwatch:hosts.one.become: needs rootless containers, which the engine fake does not support; remove it, or choose another engine",
  ],
  build: [
    "podwatch:prometheus.image: needs an image that is built on the host, which the engine fake does not support; write the name of an image, or choose another engine",
  ],
  quadlet: [
    "podwatch:hosts.two.nginxExporter.quadlet: needs a Quadlet unit, which the engine fake does not support; remove it, or choose another engine",
    'podwatch:hosts.two.preset: "raspberry-pi" needs a Quadlet unit, which the engine fake does not support; remove it, or choose another engine',
    "podwatch:prometheus.quadlet: needs a Quadlet unit, which the engine fake does not support; remove it, or choose another engine",
  ],
  check: [
    "podwatch:prometheus.ruleTests: needs a check of the files before they go live, which the engine fake does not support; remove it, and run the tests in your pipeline, or choose another engine",
  ],
  secretFiles: [
    "podwatch:hosts.one.grafana.adminPassword: needs secrets as files in the container, which the engine fake does not support; remove it, or choose another engine",
    "podwatch:prometheus.secrets.own: needs secrets as files in the container, which the engine fake does not support; remove it, or choose another engine",
  ],
  mounts: [
    "podwatch:hosts.two.nginxExporter.volumes: needs files of your own in the container, which the engine fake does not support; remove it, or choose another engine",
    "podwatch:prometheus.files: needs files of your own in the container, which the engine fake does not support; remove it, or choose another engine",
  ],
  mountOptions: [
    "podwatch:hosts.two.nginxExporter.volumes[1]: needs an option of a volume that is more than ro, rw, z and how mounts are shared, which the engine fake does not support; remove it, or choose another engine",
  ],
  secretEnvironment: [
    "podwatch:prometheus.secretEnvironment: needs secrets as environment variables, which the engine fake does not support; remove it, or choose another engine",
  ],
  disks: [
    "podwatch:hosts.two.storage.disks: needs volumes of the engine on disks that are mounted here, which the engine fake does not support; remove it, and put the directory of the engine onto a disk yourself, or choose another engine",
  ],
  limits: [
    "podwatch:hosts.two.nginxExporter.resources: needs limits of memory and processor time, which the engine fake does not support; remove it, or choose another engine",
  ],
  confine: [
    "podwatch:hosts.two.apache.enabled: needs a container that can reach Apache and nothing else, which the engine fake does not support; remove it, or choose another engine",
  ],
  hostServices: [
    "podwatch:hosts.two.gateways.enabled: needs services, files or sockets on the host itself, which the engine fake does not support; remove it, or choose another engine",
  ],
  serving: [
    "podwatch:hosts.two.front.bind: needs ports that others than the host itself can reach, which the engine fake does not support; write 127.0.0.1, or choose another engine",
  ],
  reload: [],
  rollBack: [],
};

test.each(Object.entries(EXPECTED))(
  "an engine that lacks %s refuses the settings that require it",
  (lacking, expected) => {
    expect(problems(everything, fakeEngine([lacking as keyof Capabilities]))).toEqual(expected);
  },
);

test("a daemon that is asked needs no host, and gets settings for no log-in", () => {
  const laptop = { engine: "docker-api", front: { port: 3000 } };
  const parsed = parse(laptop, context(world));
  expect("problems" in parsed ? parsed.problems.map(format) : parsed.settings.hosts[0]).toMatchObject({
    name: "monitor",
    containerEngine: { name: "docker-api" },
    engine: { name: "docker-api" },
    gateways: { enabled: false },
    front: { publicUrl: "http://localhost:3000" },
  });
  expect(
    problems({
      ...laptop,
      engine: { name: "docker-api", daemon: "tcp://10.1.2.3:2376" },
      host: { name: "laptop", address: "10.1.2.3", become: false },
      firewall: { allow: [] },
      nodeExporter: { enabled: true },
    }),
  ).toEqual([
    'podwatch:engine.daemon: "tcp://10.1.2.3:2376" without certificates lets in everybody, as root; write certificates, or use ssh://',
    "podwatch:firewall: needs services, files or sockets on the host itself, which the engine docker-api does not support; remove it, or choose another engine",
    expect.stringMatching(/^podwatch:host\.address: is for hosts that are logged in to/),
    expect.stringMatching(/^podwatch:host\.become: needs rootless containers/),
    "podwatch:nodeExporter.enabled: needs services, files or sockets on the host itself, which the engine docker-api does not support; remove it, or choose another engine",
  ]);
  const executor = { directory: "scenarios", jobs: { one: { path: "one", interval: "1m" } } };
  const built = { ...laptop, engine: { name: "docker-api", daemon: "ssh://me@there" }, executor };
  expect(problems(built)).toEqual([
    expect.stringMatching(
      /^podwatch:engine\.daemon: "ssh:\/\/me@there" cannot be where an image is built, .*DOCKER_HOST/,
    ),
  ]);
  expect(problems({ ...laptop, executor })).toEqual([]);
  expect(problems({ engine: { name: "docker", daemon: "ssh://me@there" }, host })).toEqual([
    "podwatch:engine.daemon: is for the engine docker-api, and this host has docker; remove it",
  ]);
  expect(problems({ engine: "docker-api", hosts: { one: {}, two: {} } })).toEqual([
    expect.stringMatching(
      /^podwatch:hosts\.one: has the engine docker-api, which is for a stack of one host/,
    ),
    expect.stringMatching(/^podwatch:hosts\.two: has the engine docker-api/),
  ]);
});

test("all are reported together", () => {
  const lacking = Object.keys(EXPECTED) as Array<keyof Capabilities>;
  expect(problems(everything, fakeEngine(lacking))).toEqual(Object.values(EXPECTED).flat().sort());
});

test("an engine that can do everything refuses none, nor does podman", () => {
  expect(problems(everything, fakeEngine())).toEqual([]);
  expect(problems(everything)).toEqual([]);
});

test("Docker refuses what it cannot do, for the hosts that have it, in the short form or the long", () => {
  const on = (engine: unknown, more: object = {}) => problems({ host: { ...host, engine, ...more } });
  const refusal = (setting: string, what: string) =>
    `podwatch:host.${setting}: needs ${what}, which the engine docker does not support; remove it, or choose another engine`;
  expect(on("docker", { become: false, user: "operator" })).toEqual([
    refusal("become", "rootless containers"),
  ]);
  const quadlet = { prometheus: { quadlet: { Service: { MemoryMax: "1G" } } } };
  expect(on({ name: "docker" }, quadlet)).toEqual([refusal("prometheus.quadlet", "a Quadlet unit")]);
  expect(on("podman", quadlet)).toEqual([]);
  expect(on("dcoker")).toEqual([
    'podwatch:host.engine.name: "dcoker" is not known here; write podman or docker or docker-api',
  ]);
});

test("a stack that asks for nothing special needs no capability", () => {
  const lacking = Object.keys(EXPECTED) as Array<keyof Capabilities>;
  expect(problems({ host }, fakeEngine(lacking))).toEqual([]);
});
