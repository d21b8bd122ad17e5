import fc from "fast-check";
import { parse } from "yaml";
import { BRIDGE_ENDPOINT } from "../../../components/nginx/endpoint";
import { gatewayTelemetry } from "../../../components/nginx/gateways.render";
import {
  deployedFiles,
  deployedScrapeConfig,
  deployedSecrets,
  type FileJob,
  fileScrapeConfig,
  scrapeConfig,
  targetFiles,
} from "../../../components/prometheus/scrape.render";
import { metricsJob } from "../../../lib/telemetry";
import { toYaml } from "../../../lib/yaml";
import { fileText, line } from "../../lib/arbitraries";

const name = fc.stringMatching(/^[A-Za-z0-9_][A-Za-z0-9_.-]{0,15}$/);
const label = fc.stringMatching(/^[A-Za-z_][A-Za-z0-9_]{0,10}$/).filter((text) => !text.startsWith("__"));

const job = fc.record({
  name,
  scheme: fc.constantFrom("http", "https"),
  metricsPath: fc.constantFrom("/metrics", "/probe", "/a/b_c"),
  interval: fc.option(fc.constantFrom("5s", "1m", "1h30m"), { nil: undefined }),
  timeout: fc.option(fc.constantFrom("1s", "500ms"), { nil: undefined }),
  labels: fc.dictionary(label, line, { maxKeys: 3 }),
  params: fc.dictionary(name, fc.array(line, { minLength: 1, maxLength: 3 }), { maxKeys: 3 }),
  extra: fc.constantFrom({}, { honor_labels: true }, { tls_config: { insecure_skip_verify: true } }),
});

/** What every job has, whatever finds its targets. */
function common(given: Pick<FileJob, "name" | "scheme" | "metricsPath"> & Partial<FileJob>) {
  const { interval, timeout, params = {} } = given;
  return {
    job_name: given.name,
    scheme: given.scheme,
    metrics_path: given.metricsPath,
    ...(interval ? { scrape_interval: interval } : {}),
    ...(timeout ? { scrape_timeout: timeout } : {}),
    ...(Object.keys(params).length > 0 ? { params } : {}),
    ...given.extra,
  };
}

test("a job has the user's settings, also after serialisation as YAML", () => {
  const targets = fc.array(fc.constantFrom("a:1", "b.c:9100", "[::1]:80"), { maxLength: 3 });
  fc.assert(
    fc.property(job, targets, (given, found) => {
      const labels = Object.keys(given.labels).length > 0 ? { labels: given.labels } : {};
      const written = parse(toYaml(scrapeConfig({ ...given, targets: found })));
      expect(written).toEqual({
        ...common(given),
        ...(found.length > 0 ? { static_configs: [{ targets: found, ...labels }] } : {}),
      });
    }),
  );
});

test("a job with target files names them where they are shipped", () => {
  const files = fc.uniqueArray(fc.record({ name, content: fileText }), { selector: (file) => file.name });
  fc.assert(
    fc.property(job, files, (given, shipped) => {
      const fileJob: FileJob = { ...given, files: shipped };
      const config = fileScrapeConfig(fileJob) as { file_sd_configs?: [{ files: string[] }] };
      const below = "/etc/podwatch/current/files/targets/";
      expect(config.file_sd_configs?.[0].files.map((path) => path.replace(below, ""))).toEqual(
        Object.keys(targetFiles([fileJob])),
      );
      expect(Object.values(targetFiles([fileJob]))).toEqual(shipped.map(({ content }) => content));
    }),
  );
});

test("groups of targets keep their labels, each over that of the job", () => {
  const [north, south] = [
    { targets: ["b:1"], labels: { site: "north", team: "net" } },
    { targets: ["c:1"], labels: {} },
  ];
  const given = { name: "snmp", scheme: "http", metricsPath: "/snmp", params: {}, extra: {} };
  const staticConfigs = (labels: Record<string, string>) =>
    scrapeConfig({ ...given, labels, targets: ["a:1", north, "d:1", south] }).static_configs;
  expect(staticConfigs({ team: "core" })).toEqual([
    { targets: ["a:1", "d:1"], labels: { team: "core" } },
    { targets: ["b:1"], labels: { team: "net", site: "north" } },
    { targets: ["c:1"], labels: { team: "core" } },
  ]);
  expect(staticConfigs({})).toEqual([{ targets: ["a:1", "d:1"] }, north, { targets: ["c:1"] }]);
});

test("labels of a job with target files are put on every target, dollar signs and all", () => {
  fc.assert(
    fc.property(job, (given) => {
      const config = fileScrapeConfig({ ...given, files: [] }) as unknown as {
        relabel_configs?: { target_label: string; replacement: string }[];
      };
      // Prometheus expands $1 and ${name} of the regular expression, and takes $$ for a dollar sign.
      const labels = (config.relabel_configs ?? []).map(({ target_label, replacement }) => {
        expect(replacement.replaceAll("$$", "")).not.toContain("$");
        return [target_label, replacement.replaceAll("$$", "$")];
      });
      expect(labels).toEqual(Object.entries(given.labels));
    }),
  );
});

test("files of two jobs do not get in each other's way", () => {
  const one = { name: "a", files: [{ name: "t.json", content: "1" }] } as unknown as FileJob;
  const two = { name: "b", files: [{ name: "t.json", content: "2" }] } as unknown as FileJob;
  expect(targetFiles([one, two])).toEqual({ "a/t.json": "1", "b/t.json": "2" });
});

test("gateways are found by the bridge, or are exactly those that are named", () => {
  const common = {
    job_name: "roq-gateways",
    scrape_interval: "5s",
    scrape_timeout: "5s",
    params: { format: ["prometheus"] },
  };
  expect(
    gatewayTelemetry({ sources: "auto", scrapeInterval: "5s" }, BRIDGE_ENDPOINT).scrapeJobs[0]?.config,
  ).toEqual({
    ...common,
    http_sd_configs: [{ url: "http://podwatch-nginx:8081/gateways", refresh_interval: "5s" }],
  });
  expect(
    gatewayTelemetry({ sources: ["deribit"], scrapeInterval: "5s" }, BRIDGE_ENDPOINT).scrapeJobs[0]?.config,
  ).toEqual({
    ...common,
    static_configs: [
      {
        targets: ["podwatch-nginx:8081"],
        labels: { __metrics_path__: "/roq/service/deribit/metrics", instance: "deribit" },
      },
    ],
  });
});

test("what the stack deploys is scraped as its endpoint says: scheme, log-in, certificate", () => {
  const auth = { type: "basic", username: "prometheus", password: "hunter22" } as const;
  const tls = { ca: "PEM\n", serverName: "monitor" };
  const endpoint = { scheme: "https", host: "10.1.2.3", port: 8443, path: "/influxdb", auth, tls } as const;
  const job = metricsJob("influxdb", endpoint, { instance: "db" });
  const login = {
    basic_auth: { username: "prometheus", password_file: "/run/secrets/prometheus-password.influxdb" },
    tls_config: { ca_file: "/etc/podwatch/current/files/tls/influxdb/ca.pem", server_name: "monitor" },
  };
  expect(deployedScrapeConfig(job)).toEqual({
    job_name: "influxdb",
    metrics_path: "/influxdb/metrics",
    static_configs: [{ targets: ["10.1.2.3:8443"], labels: { instance: "db" } }],
    scheme: "https",
    ...login,
  });
  expect(deployedSecrets([job])).toEqual([{ name: "prometheus-password.influxdb", value: "hunter22" }]);
  expect(deployedFiles([job])).toEqual({ "tls/influxdb/ca.pem": "PEM\n" });
  // What lists the targets is asked in the same way.
  const gateways = gatewayTelemetry({ sources: "auto", scrapeInterval: "5s" }, endpoint).scrapeJobs[0];
  expect(gateways && deployedScrapeConfig(gateways).http_sd_configs).toEqual([
    {
      url: "https://10.1.2.3:8443/influxdb/gateways",
      refresh_interval: "5s",
      basic_auth: { ...login.basic_auth, password_file: "/run/secrets/prometheus-password.roq-gateways" },
      tls_config: { ...login.tls_config, ca_file: "/etc/podwatch/current/files/tls/roq-gateways/ca.pem" },
    },
  ]);
});

test("without one, a job is what it is, and skipping verification has to be said", () => {
  const endpoint = { scheme: "http", host: "a", port: 1, path: "" } as const;
  const job = metricsJob("a", endpoint);
  expect(deployedScrapeConfig(job)).toEqual(job.config);
  const careless = metricsJob("a", { ...endpoint, scheme: "https", tls: { insecure: true } });
  expect(deployedScrapeConfig(careless).tls_config).toEqual({ insecure_skip_verify: true });
  const token = metricsJob("a", { ...endpoint, auth: { type: "bearer", token: "t0ken" } });
  expect(deployedScrapeConfig(token).authorization).toEqual({
    type: "Bearer",
    credentials_file: "/run/secrets/prometheus-token.a",
  });
});

test("any text survives YAML, below a header that says who owns the file", () => {
  // Readers of YAML do not agree on a last line, or a whole text, of nothing but blanks.
  const agreed = (value: string) =>
    !value.includes("\n") || (value.trim() !== "" && !/\n[^\S\n]+\n*$/.test(value));
  const text = fc.oneof(line, fileText).filter(agreed);
  fc.assert(
    fc.property(fc.dictionary(line, fc.oneof(text, fc.boolean(), fc.integer())), (data) => {
      const written = toYaml(data);
      expect(written).toMatch(/^# Managed by Podwatch\./);
      expect(parse(written)).toEqual(data);
    }),
  );
});
