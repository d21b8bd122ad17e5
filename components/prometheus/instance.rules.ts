import { alert, number, type RuleGroup, seconds } from "../../lib/rules/model";
import { GATEWAYS_JOB } from "../nginx/endpoint";
import { FRONT_HANGS } from "../nginx-exporter/rules";

/** Gateways have alerts of their own, since they come and go. */
const GATEWAYS = GATEWAYS_JOB;

export const instanceRules: RuleGroup = {
  name: "instance",
  about: "What Prometheus records about every target of every scrape job, your own included.",
  alerts: [
    alert({
      name: "InstanceDown",
      severity: "critical",
      for: "2m",
      thresholds: {},
      what: "A target cannot be scraped",
      // NginxDown covers a front that hangs: its exporter cannot be scraped then, but is not down.
      expr: () => `up{job!="${GATEWAYS}"} == 0\nunless (${FRONT_HANGS})`,
      summary: "{{ $labels.job }} on {{ $labels.instance }} is down",
      description: () =>
        "Prometheus cannot read the metrics of {{ $labels.instance }} (job {{ $labels.job }}): what runs there is down or cannot be reached.",
    }),
    alert({
      name: "InstanceFlapping",
      severity: "warning",
      thresholds: { above: number(6, "Changes between up and down within 30 minutes.") },
      what: "A target flaps between up and down",
      expr: ({ above }) => `changes(up{job!="${GATEWAYS}"}[30m]) > ${above}`,
      summary: "{{ $labels.job }} on {{ $labels.instance }} comes and goes",
      description: () =>
        "{{ $labels.instance }} (job {{ $labels.job }}) changed {{ $value }} times between up and down within 30 minutes.",
    }),
    alert({
      name: "ScrapeSlow",
      severity: "warning",
      for: "10m",
      thresholds: { above: seconds(4, "Time that a scrape takes, in seconds.") },
      what: "Scrapes of a target are slow",
      expr: ({ above }) => `avg_over_time(scrape_duration_seconds[5m]) > ${above}`,
      summary: "Scrapes of {{ $labels.instance }} are slow",
      description: () =>
        "Reading the metrics of {{ $labels.instance }} (job {{ $labels.job }}) takes {{ $value | humanizeDuration }}. When it takes longer than the time-out, samples are lost.",
    }),
    alert({
      name: "JobWithoutTargets",
      severity: "warning",
      for: "30m",
      thresholds: {},
      what: "A scrape job has no target at all",
      // All gateways may be stopped on purpose.
      expr: () => `prometheus_target_scrape_pool_targets{scrape_job!="${GATEWAYS}"} == 0`,
      summary: "Scrape job {{ $labels.scrape_job }} has no targets",
      description: () =>
        "Nothing is watched by the job {{ $labels.scrape_job }}: its target files are empty, or its service discovery finds nothing.",
    }),
  ],
};
