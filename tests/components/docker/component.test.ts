// What a daemon of Docker's is told to run, resource by resource.
import { MonitoringStack } from "../../../components/monitoringStack";
import versions from "../../../versions.json";
import { deploy, GENERATED_PASSWORD, plainText, type Recorded, Secret } from "../mocks";
import { SECRETS, settingsOf } from "../stackFile";

const LAPTOP = { engine: "docker-api", front: { port: 3000 }, prometheus: { data: "delete" } };

const deployed = async (given: Record<string, unknown> = LAPTOP) =>
  (await deploy(() => new MonitoringStack("podwatch", settingsOf(given)))).resources;

const named = (resources: readonly Recorded[], name: string) => {
  const found = resources.find((one) => one.name === `podwatch-monitor-${name}`);
  if (found === undefined) throw new Error(`there is no ${name}`);
  return found;
};

const TYPES = {
  Container: "docker:index/container:Container",
  Network: "docker:index/network:Network",
  RemoteImage: "docker:index/remoteImage:RemoteImage",
  Volume: "docker:index/volume:Volume",
};

test("there are containers, and nothing that is run on a host", async () => {
  const resources = await deployed();
  const of = (type: string) =>
    resources
      .filter((one) => one.type === type)
      .map(({ name }) => name.replace("podwatch-monitor-", ""))
      .sort();
  expect(of(TYPES.Container)).toEqual([
    "grafana-owner",
    "grafana-service",
    "nginx-check",
    "nginx-service",
    "prometheus-check",
    "prometheus-owner",
    "prometheus-service",
  ]);
  expect(of(TYPES.RemoteImage)).toEqual([
    "daemon-grafana-image",
    "daemon-nginx-image",
    "daemon-prometheus-image",
  ]);
  expect(of(TYPES.Volume)).toEqual(["grafana-data", "prometheus-data"]);
  expect(of(TYPES.Network)).toEqual(["network-service"]);
  expect(resources.filter(({ type }) => /^command:/.test(type))).toEqual([]);
});

test("a container is hardened, is published to this computer only, and is waited for", async () => {
  const nginx = named(await deployed(), "nginx-service");
  const { uploads, ...inputs } = nginx.inputs;
  expect(inputs).toEqual({
    name: "podwatch-nginx",
    image: "sha256:of-podwatch-monitor-daemon-nginx-image",
    command: ["nginx", "-c", "/etc/podwatch/current/files/nginx.conf", "-g", "daemon off;"],
    user: "101:101",
    envs: ["NGINX_ENTRYPOINT_QUIET_LOGS=1"],
    labels: [
      { label: "io.podwatch.image", value: versions.images.nginx },
      { label: "io.podwatch.service", value: "nginx" },
    ],
    networksAdvanced: [{ name: "podwatch" }],
    ports: [{ ip: "127.0.0.1", external: 3000, internal: 8080, protocol: "tcp" }],
    tmpfs: { "/tmp": "", "/var/tmp": "" },
    capabilities: { drops: ["ALL"] },
    securityOpts: ["no-new-privileges"],
    logDriver: "json-file",
    logOpts: { "max-size": "10m", "max-file": "3" },
    restart: "unless-stopped",
    stopTimeout: 10,
    destroyGraceSeconds: 10,
    healthcheck: {
      tests: ["CMD", "sh", "-c", "sh /etc/podwatch/current/hooks/ready"],
      startInterval: "1s",
      interval: "30s",
      timeout: "30s",
      retries: 3,
      startPeriod: "30s",
    },
    wait: true,
    waitTimeout: 30,
  });
  // The port would be held.
  expect(nginx.deleteBeforeReplace).toBe(true);
  const files = (uploads as Array<{ file: string }>).map(({ file }) => file);
  expect(files).toEqual(expect.arrayContaining(["/etc/podwatch/current/files/nginx.conf"]));
  expect(files).toEqual([...files].sort());
});

test("secrets are files that Pulumi keeps secret, and previews show all other files", async () => {
  const resources = await deployed({
    ...LAPTOP,
    prometheus: { secrets: { own: SECRETS.backupPassword } },
    grafana: { data: "keep" },
  });
  const grafana = named(resources, "grafana-service");
  expect(grafana.inputs.uploads).toContainEqual({
    file: "/run/secrets/grafana-admin-password",
    content: new Secret(GENERATED_PASSWORD),
  });
  expect(grafana.secretOutputs).toEqual(["uploads"]);
  const all = resources.map(({ inputs }) => plainText(inputs)).join("\n");
  for (const secret of [GENERATED_PASSWORD, SECRETS.backupPassword]) expect(all).not.toContain(secret);
  const nginx = named(resources, "nginx-service");
  expect(nginx.secretOutputs).toEqual([]);
  expect(plainText(nginx.inputs.uploads)).toContain("proxy_pass");
});

test("its files are checked without network and secrets, before a container is made of them", async () => {
  const secrets = { own: SECRETS.backupPassword };
  const resources = await deployed({ ...LAPTOP, prometheus: { data: "delete", secrets } });
  const check = named(resources, "prometheus-check");
  const service = named(resources, "prometheus-service");
  const { uploads, ...inputs } = check.inputs as { uploads: Array<{ file: string; content: unknown }> };
  expect(inputs).toMatchObject({
    name: "podwatch-prometheus-check",
    image: service.inputs.image,
    entrypoints: ["sh", "/etc/podwatch/current/hooks/check"],
    user: service.inputs.user,
    networkMode: "none",
    capabilities: { drops: ["ALL"] },
    securityOpts: ["no-new-privileges"],
    mustRun: false,
    attach: true,
  });
  expect(inputs).not.toHaveProperty("volumes");
  const secret = "/run/secrets/prometheus.own";
  expect(uploads).toContainEqual({ file: secret, content: "\n" });
  const own = (all: unknown) =>
    (all as typeof uploads)
      .filter(({ file }) => file.includes("/current/files/"))
      .map((one) => plainText(one));
  expect(own(uploads)).toEqual(own(service.inputs.uploads));
  expect(own(uploads).length).toBeGreaterThan(0);
  expect(service.dependsOn).toContain("podwatch-monitor-prometheus-check");
});

test("arguments of one's own are tried by the program, before a container is made with them", async () => {
  const resources = await deployed({ ...LAPTOP, front: { port: 3000, arguments: ["-e", "stderr"] } });
  const uploads = plainText(named(resources, "nginx-check").inputs.uploads);
  expect(uploads).toMatch(/nginx -c \S+ -g 'daemon off;' -e stderr -v >/);
});

test("a volume is made its user's before the service starts, and images are those of the settings", async () => {
  const resources = await deployed();
  const { inputs, dependsOn } = named(resources, "prometheus-owner");
  expect(inputs).toMatchObject({
    entrypoints: ["chown"],
    command: ["65534:65534", "/data"],
    user: "0:0",
    networkMode: "none",
    volumes: [{ volumeName: "podwatch-prometheus", containerPath: "/data" }],
    capabilities: { adds: ["CAP_CHOWN"], drops: ["ALL"] },
    mustRun: false,
  });
  expect(dependsOn).toContain("podwatch-monitor-prometheus-data");
  // Nothing in it changes with the service: another volume has no data.
  expect(named(resources, "prometheus-data").inputs).toEqual({
    name: "podwatch-prometheus",
    labels: [{ label: "io.podwatch.service", value: "prometheus" }],
  });
  expect(named(resources, "prometheus-service").dependsOn).toContain("podwatch-monitor-prometheus-owner");
  expect(named(resources, "daemon-prometheus-image").inputs).toEqual({
    name: versions.images.prometheus,
    keepLocally: true,
  });
});

test("the provider is told where the daemon is, and nothing if that is what Docker itself finds", async () => {
  expect(named(await deployed(), "daemon-docker").inputs).toEqual({});
  const there = { name: "docker-api", daemon: "tcp://10.1.2.3:2376", certificates: "tls" };
  expect(named(await deployed({ ...LAPTOP, engine: there }), "daemon-docker").inputs).toEqual({
    host: "tcp://10.1.2.3:2376",
    certPath: "tls",
  });
});
