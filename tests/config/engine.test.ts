// Settings that require what the chosen engine cannot do.
import { parse } from "../../config/parse";
import { format } from "../../config/problem";
import type { Capabilities } from "../../engines/engine";
import { podman } from "../../engines/podman/engine";
import versions from "../../versions.json";
import { fakeEngine } from "../engines/fakeEngine";
import { context, host, type World } from "./support";

const world: World = {
  secretKeys: ["host", "hosts", "grafana", "prometheus"],
  files: {
    Containerfile: `FROM ${versions.images.prometheus}\n`,
    "rules/up.yml": "groups: []\n",
    "rules/up_test.yml": "rule_files: [up.yml]\ntests: []\n",
  },
};

function problems(raw: Record<string, unknown>, engine = podman): string[] {
  const parsed = parse(raw, context(world), engine);
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
        volumes: ["/srv/x:/srv/x"],
        resources: { cpus: 1 },
      },
      apache: { enabled: true },
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
  secretEnvironment: [
    "podwatch:prometheus.secretEnvironment: needs secrets as environment variables, which the engine fake does not support; remove it, or choose another engine",
  ],
  limits: [
    "podwatch:hosts.two.nginxExporter.resources: needs limits of memory and processor time, which the engine fake does not support; remove it, or choose another engine",
  ],
  confine: [
    "podwatch:hosts.two.apache.enabled: needs a container that can reach Apache and nothing else, which the engine fake does not support; remove it, or choose another engine",
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

test("all are reported together", () => {
  const lacking = Object.keys(EXPECTED) as Array<keyof Capabilities>;
  expect(problems(everything, fakeEngine(lacking))).toEqual(Object.values(EXPECTED).flat().sort());
});

test("an engine that can do everything refuses none, nor does podman", () => {
  expect(problems(everything, fakeEngine())).toEqual([]);
  expect(problems(everything)).toEqual([]);
});

test("a stack that asks for nothing special needs no capability", () => {
  const lacking = Object.keys(EXPECTED) as Array<keyof Capabilities>;
  expect(problems({ host }, fakeEngine(lacking))).toEqual([]);
});
