// What VictoriaMetrics, vmauth and vmalert are started with, and what Prometheus sends them. tests/integration/scale.test.ts runs them.

import { safeLoad } from "js-yaml";
import { toStore } from "../../../components/victoriametrics/remoteWrite.render";
import { victoriametrics } from "../../../components/victoriametrics/render";
import { vmalert, vmalertSecrets } from "../../../components/vmalert/render";
import { configuration, vmauth } from "../../../components/vmauth/render";
import type { Endpoint } from "../../../lib/endpoint";

const front = (host: string): Endpoint<string> => ({
  scheme: "https",
  host,
  port: 443,
  path: "/alertmanager",
  auth: { type: "bearer", token: "a token" },
  tls: { ca: "a certificate" },
});

test("VictoriaMetrics is told of retention and deduplication in its own units", () => {
  const { args } = victoriametrics({
    image: "x:1",
    retention: "1w2d",
    deduplication: "1m500ms",
    keepData: true,
  });
  expect(args).toEqual(expect.arrayContaining(["-retentionPeriod=216h", "-dedup.minScrapeInterval=60500ms"]));
});

test("vmauth asks the first that answers, with a token that no file of its own has", () => {
  const urls = ["https://a/victoriametrics", "https://b/victoriametrics"];
  expect(safeLoad(configuration(urls, "a token"))).toEqual({
    unauthorized_user: {
      url_prefix: urls,
      load_balancing_policy: "first_available",
      retry_status_codes: [502, 503, 504],
      headers: ["Authorization: Bearer a token"],
    },
  });
  expect(configuration(["http://a"], undefined)).not.toContain("headers");
  const { args, files, reloadedSecrets } = vmauth({ image: "x:1", authorities: ["one\n", "two"] });
  expect(args).toContain("-backend.TLSCAFile=/etc/podwatch/current/files/authorities.pem");
  expect(files).toEqual({ "authorities.pem": "one\ntwo\n" });
  expect(reloadedSecrets).toEqual(["vmauth-config"]);
  expect(vmauth({ image: "x:1", authorities: [] }).args?.join(" ")).not.toContain("TLSCAFile");
});

test("vmalert tells every Alertmanager, each by its own log-in and authority", () => {
  const alertmanagers = [front("10.1.2.1"), { ...front("10.1.2.2"), auth: undefined, tls: undefined }];
  const input = {
    image: "x:1",
    externalUrl: "https://10.1.2.3/vmalert",
    evaluationInterval: "15s",
    ruleFiles: { "shipped/instance.yml": "groups: []\n" },
    secrets: [],
  };
  const { args = [], files } = vmalert({ ...input, alertmanagers: alertmanagers as Endpoint[] });
  expect(args.filter((word) => word.startsWith("-notifier"))).toEqual([
    "-notifier.url=https://10.1.2.1:443/alertmanager",
    "-notifier.bearerTokenFile=/run/secrets/vmalert-alertmanager-token.10-1-2-1-443-alertmanager",
    "-notifier.tlsCAFile=/etc/podwatch/current/files/tls/10-1-2-1-443-alertmanager/alertmanager-ca.pem",
    "-notifier.url=https://10.1.2.2:443/alertmanager",
    "-notifier.bearerTokenFile=",
    "-notifier.tlsCAFile=",
  ]);
  expect(Object.keys(files)).toEqual([
    "rules/shipped/instance.yml",
    "tls/10-1-2-1-443-alertmanager/alertmanager-ca.pem",
  ]);
  expect(vmalert({ ...input, alertmanagers: [] }).args).toContain("-notifier.blackhole");
  expect(vmalertSecrets({ own: "x" }, [front("10.1.2.1")])).toEqual([
    { name: "vmalert.own", value: "x" },
    { name: "vmalert-alertmanager-token.10-1-2-1-443-alertmanager", value: "a token" },
  ]);
});

test("what two Prometheus have alike is alike in the database, and what each has for itself is not", () => {
  const store = { host: "one", endpoint: { ...front("10.1.2.1"), path: "/victoriametrics" } };
  const { name, url, bearerToken, extra } = toStore(store, { host: "mon", told: ["host"] });
  expect([name, url, bearerToken]).toEqual([
    "victoriametrics-one",
    "https://10.1.2.1:443/victoriametrics/api/v1/write",
    "a token",
  ]);
  expect(extra).toEqual({
    write_relabel_configs: [
      { regex: "host", action: "labeldrop" },
      {
        source_labels: ["instance"],
        regex: "(?:localhost|podwatch-[a-z-]+):[0-9]+",
        target_label: "instance",
        replacement: "mon",
      },
      { source_labels: ["job", "host"], regex: "roq-gateways;", target_label: "host", replacement: "mon" },
    ],
  });
});
