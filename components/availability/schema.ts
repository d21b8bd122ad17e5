// Availability and reliability of the services and sites of a region.
import { z } from "zod";
import { data, duration, flag, group, list, setting, share, size, text } from "../../config/schema/words";

const jobs = () =>
  list(
    text(
      (value) => value.length > 0 && value.length <= 200 && isPattern(value),
      "is not a regular expression for names of jobs; write one such as topology-.+",
    ),
    "regular expressions for names of jobs",
  );

/** As far as JavaScript and Prometheus agree. */
function isPattern(value: string): boolean {
  try {
    new RegExp(value);
    return true;
  } catch {
    return false;
  }
}

const siteName = () =>
  text(/^[^\p{Cc}]{1,200}$/u, "is not the name of a site; write it as in the label site");

const target = (availability: number, reliability: number) => ({
  availability: setting(share().default(availability), "Share of the known time that a site is to be up."),
  reliability: setting(
    share().default(reliability),
    "Share of the known time without scheduled outages that a site is to be up.",
  ),
});

const ownTarget = {
  availability: setting(share().optional(), "Its availability.", {
    example: 0.97,
    defaultText: "`targets.availability`",
  }),
  reliability: setting(share().optional(), "Its reliability.", {
    example: 0.99,
    defaultText: "`targets.reliability`",
  }),
};

export const availability = group({
  enabled: setting(
    flag().default(false),
    "Whether availability and reliability are recorded, of every target with the labels `site`, `service_type` and `hostname`.",
  ),
  region: setting(
    text(
      /^[^\p{Cc}]{1,100}$/u,
      "is not the name of a region; write up to 100 characters on one line",
    ).default("region"),
    "Name of the region of the targets that have no label `roc`.",
    { example: "AfricaArabia" },
  ),
  jobs: setting(
    jobs().min(1, { error: "is empty; write at least one" }).default([".+"]),
    "Scrape jobs whose targets count, as regular expressions for the whole name.",
    { example: ["topology-.+", "blackbox"] },
  ),
  probeJobs: setting(
    jobs().min(1, { error: "is empty; write at least one" }).default(["blackbox", "topology-probe-.+"]),
    "Those of them that scrape the blackbox exporter, as regular expressions for the whole name: their targets count by `probe_success`, all others by `up`.",
    { example: ["blackbox", "topology-probe-.+", "own-probes"] },
  ),
  serviceTypes: setting(
    list(
      text(/^[A-Za-z0-9][A-Za-z0-9._-]{0,99}$/, "is not the name of a service type; write one such as SRM"),
      "names of service types",
    ).default([]),
    "Service types that count.",
    { example: ["SRM", "ARC-CE"], defaultText: "all" },
  ),
  unknownAfter: setting(
    duration().default("5m"),
    "How long after its last sample the state of a check is known.",
  ),
  targets: setting(
    group({
      ...target(0.9, 0.95),
      sites: setting(
        z
          .record(siteName(), group(ownTarget), {
            error: "is not a group of sites; write one `NAME:` a line and its targets below it",
          })
          .default({}),
        "Targets of single sites, by name.",
        { example: { "SITE-A": { availability: 0.97 } } },
      ),
    }).prefault({}),
    "What sites are to reach in a month; alerts tell when they no longer can.",
  ),
  history: setting(
    group({
      enabled: setting(
        flag().default(true),
        "Whether a second Prometheus, `prometheus-history`, keeps what is recorded. Without it, `prometheus.retention.time` has to be 63 days or more.",
      ),
      time: setting(duration().default("400d"), "How long it is kept."),
      size: setting(size().optional(), "How much disk space it may use; the oldest is deleted first.", {
        example: "10GB",
        defaultText: "no limit",
      }),
      data: data("it"),
    }).prefault({}),
    "A second Prometheus for what is recorded, since each has one retention.",
  ),
}).meta({
  id: "availability",
  description:
    "Availability and reliability of service types, sites and regions by day and month ([what they mean](availability.md)).",
});

export type AvailabilitySettings = z.output<typeof availability>;

declare module "../../config/section" {
  interface ServiceSettings<Secret> {
    readonly availability: AvailabilitySettings;
  }
}
