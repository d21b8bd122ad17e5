// Jobs whose targets Prometheus finds by itself: secrets without a file of their own never reach prometheus.yml.
import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { parse } from "yaml";
import { Prometheus } from "../../../components/prometheus/component";
import { everySection, filesBeside } from "../everything";
import { plainText, Secret } from "../mocks";
import { bundleOf, deployOnHost } from "../onHost";
import { hostSettings, SECRETS } from "../stackFile";

const everything = async () => {
  const settings = hostSettings(everySection(), {}, filesBeside());
  const { resources } = await deployOnHost(settings, (name, ground) => {
    return new Prometheus(name, {
      ...ground,
      front: settings.front,
      settings: settings.prometheus,
      hostName: settings.name,
      alerts: settings.alerts,
      watched: [],
      alertmanagers: [],
    });
  });
  const { headers, parts } = bundleOf(resources);
  const secret = (name: string): string => {
    const { stdin } = resources.find((one) => one.name === `tested-${name}-secret`)?.inputs ?? {};
    expect(stdin).toBeInstanceOf(Secret);
    // The length stands before the value.
    return String((stdin as Secret).value).replace(/^.*\n/, "");
  };
  return { resources, headers, parts, secret };
};

const APART = ["servers", "servers-by-name", "hypervisors", "instances"];

test("a job with a secret for which Prometheus has no file is a file of its own, which is a secret that a reload takes in", async () => {
  const { resources, headers, parts, secret } = await everything();
  expect(headers.filter((line) => line.startsWith("reloaded-secret "))).toEqual(
    APART.map((job) => `reloaded-secret podwatch-prometheus-job.${job}`),
  );
  const configuration = parse(parts["files/prometheus.yml"] ?? "");
  expect(configuration.scrape_config_files).toEqual(
    APART.map((job) => `/etc/podwatch/current/secrets/prometheus-job.${job}`),
  );
  const inFile = configuration.scrape_configs.map((job: { job_name: string }) => job.job_name);
  for (const job of APART) expect(inFile).not.toContain(job);
  const { scrape_configs: written } = parse(secret("job.servers"));
  expect(written).toHaveLength(1);
  expect(written[0].job_name).toBe("servers");
  expect(written[0].openstack_sd_configs).toEqual([
    {
      identity_endpoint: "https://keystone.my-cloud.net:5000/v3",
      region: "RegionOne",
      role: "instance",
      application_credential_id: "21dced0fd20347869b93710d2b98aae0",
      application_credential_secret: SECRETS.cloudSecret,
      all_tenants: true,
      availability: "internal",
      port: 9100,
      refresh_interval: "2m",
      tls_config: {
        ca_file: "/etc/podwatch/current/files/tls/servers/sd-ca.pem",
        server_name: "keystone.internal",
      },
    },
  ]);
  expect(parse(secret("job.instances")).scrape_configs[0].ec2_sd_configs[0]).toMatchObject({
    access_key: "AKIDOFOURS",
    secret_key: SECRETS.cloudKey,
  });
  expect(parse(secret("job.hypervisors")).scrape_configs[0].openstack_sd_configs[0]).toMatchObject({
    role: "hypervisor",
    username: "prometheus",
    password: SECRETS.cloudSecret,
    domain_name: "Default",
    project_name: "admin",
  });
  const plain = plainText(resources);
  for (const word of [SECRETS.cloudSecret, SECRETS.cloudKey, SECRETS.consulToken])
    expect(plain).not.toContain(word);
});

test("a job of which no secret is inline stays readable, with its log-in in a file", async () => {
  const { parts, secret } = await everything();
  const { scrape_configs: jobs } = parse(parts["files/prometheus.yml"] ?? "");
  const services = jobs.find((job: { job_name: string }) => job.job_name === "services");
  expect(services.consul_sd_configs[0].authorization).toEqual({
    type: "Bearer",
    credentials_file: "/run/secrets/prometheus-sd-token.services",
  });
  expect(secret("sd-token.services")).toContain(SECRETS.consulToken);
});

/** What the promtool at hand was built without; the official one has all. */
function missing(kind: string): boolean {
  const directory = mkdtempSync(join(tmpdir(), "podwatch-promtool-"));
  const file = join(directory, "one.yml");
  writeFileSync(file, `scrape_configs: [{ job_name: a, ${kind}_sd_configs: [{}] }]\n`);
  const { stdout, stderr } = promtool("check", "config", "--syntax-only", file);
  rmSync(directory, { recursive: true });
  return `${stdout}${stderr}`.includes(`${kind}_sd_configs not found`);
}

const promtool = (...words: string[]) =>
  spawnSync(join(__dirname, "../../../lab/promtool"), words, { encoding: "utf8" });

test("promtool accepts all of it", async () => {
  const { parts, secret } = await everything();
  const directory = mkdtempSync(join(tmpdir(), "podwatch-promtool-"));
  try {
    const put = (path: string, text: string) => {
      mkdirSync(dirname(join(directory, path)), { recursive: true });
      writeFileSync(join(directory, path), here(text));
    };
    const here = (text: string) =>
      text
        .replaceAll("/etc/podwatch/current/", `${directory}/`)
        .replaceAll("/run/secrets/", `${directory}/run/`);
    const configuration = parse(parts["files/prometheus.yml"] ?? "");
    const absent = ["consul", "openstack"].filter(missing);
    configuration.scrape_configs = configuration.scrape_configs.filter(
      (job: object) => !absent.some((kind) => `${kind}_sd_configs` in job),
    );
    const apart = APART.filter((job) => job === "instances" || !absent.includes("openstack"));
    configuration.scrape_config_files = apart.map((job) => `${directory}/secrets/prometheus-job.${job}`);
    for (const [path, text] of Object.entries(parts)) if (path.startsWith("files/")) put(path, text);
    for (const job of apart) put(`secrets/prometheus-job.${job}`, secret(`job.${job}`));
    for (const name of JSON.stringify(configuration).match(/(?<=\/run\/secrets\/)[^"]+/g) ?? [])
      put(`run/${name}`, "x");
    put("files/prometheus.yml", JSON.stringify(configuration));
    const { status, stdout, stderr } = promtool("check", "config", join(directory, "files/prometheus.yml"));
    expect({ status, told: status === 0 ? "" : `${stdout}${stderr}` }).toEqual({ status: 0, told: "" });
  } finally {
    rmSync(directory, { recursive: true });
  }
});
