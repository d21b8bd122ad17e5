import { goMemory } from "../../config/schema/presets";
import { section } from "../../config/section";
import { PROMETHEUS, PROMETHEUS_ENDPOINT } from "./endpoint";
import { resolvePrometheus } from "./resolve";
import { prometheus } from "./schema";

export const prometheusSection = section("prometheus", {
  schema: prometheus,
  resolve: resolvePrometheus,
  groups: ["monitors"],
  chapters: {
    prometheus: { title: "Prometheus" },
    scrapeJob: { title: "Scrape job", under: "as an entry of `prometheus.scrapeJobs`" },
    targetGroup: { title: "Target group", under: "as an entry of `targets` of a scrape job" },
    fileSdJob: { title: "Scrape job with target files", under: "as an entry of `prometheus.fileSd`" },
    discoveryJob: {
      title: "Scrape job with service discovery",
      under: "as an entry of `prometheus.discovery`",
    },
    httpDiscovery: { title: "Discovery in a list", under: "as `http` of such a job" },
    fileDiscovery: { title: "Discovery in files", under: "as `file` of such a job" },
    dnsDiscovery: { title: "Discovery in DNS", under: "as `dns` of such a job" },
    openstackDiscovery: { title: "Discovery in OpenStack", under: "as `openstack` of such a job" },
    applicationCredential: {
      title: "Application credential",
      under: "as `applicationCredential` of `openstack`",
    },
    openstackUser: { title: "OpenStack user", under: "as `user` of `openstack`" },
    ec2Discovery: { title: "Discovery in EC2", under: "as `ec2` of such a job" },
    consulDiscovery: { title: "Discovery in Consul", under: "as `consul` of such a job" },
    dockerDiscovery: { title: "Discovery in Docker", under: "as `docker` of such a job" },
    discoveryFilter: {
      title: "Filter of a discovery",
      under: "as an entry of `filters` of `ec2` and `docker`",
    },
    dnsChoice: { title: "Choice of DNS records", under: "as `keep` and `drop` of `dns`" },
    openstackChoice: { title: "Choice of OpenStack servers", under: "as `keep` and `drop` of `openstack`" },
    ec2Choice: { title: "Choice of EC2 instances", under: "as `keep` and `drop` of `ec2`" },
    consulChoice: { title: "Choice of Consul services", under: "as `keep` and `drop` of `consul`" },
    dockerChoice: { title: "Choice of Docker containers", under: "as `keep` and `drop` of `docker`" },
    jobLimits: { title: "Limits of a job", under: "as `limits` of a scrape job or of the gateways" },
    httpSd: { title: "HTTP service discovery", under: "as `httpSd` of a scrape job" },
    remoteWrite: { title: "Remote write", under: "as an entry of `prometheus.remoteWrite`" },
    remoteRead: { title: "Remote read", under: "as an entry of `prometheus.remoteRead`" },
    otherAlertmanager: { title: "Other Alertmanagers", under: "as an entry of `prometheus.alertmanagers`" },
  },
  presets: {
    "raspberry-pi": {
      scrapeInterval: "60s",
      evaluationInterval: "60s",
      retention: { time: "90d", size: "2GB" },
      quadlet: goMemory(400),
    },
  },
  taken: { jobs: [PROMETHEUS], paths: [PROMETHEUS_ENDPOINT.path] },
  owned: {
    service: PROMETHEUS,
    arguments: {
      "config.file": "names the file that Podwatch writes; remove it",
      agent: "has a setting of its own; use mode",
      "enable-feature": "has a setting of its own; use features",
      "storage.tsdb.path": "names the data volume; remove it",
      "storage.agent.path": "names the data volume; remove it",
      "storage.agent.retention.min-time": "has a setting of its own; use agent.minTime",
      "storage.agent.retention.max-time": "has a setting of its own; use agent.maxTime",
      "storage.agent.wal-truncate-frequency": "follows from agent.maxTime; remove it",
      "storage.tsdb.retention": "has a setting of its own; use retention.time",
      "storage.tsdb.retention.time": "has a setting of its own; use retention.time",
      "storage.tsdb.retention.size": "has a setting of its own; use retention.size",
      "web.external-url": "has a setting of its own; use publicUrl of podwatch:front",
      "web.route-prefix": "is how the front and Grafana find it; remove it",
      "web.listen-address": "is how the front and Grafana find it; remove it",
      "web.config.file": "would shut out the front and Grafana; remove it, and restrict access at the front",
    },
  },
});
