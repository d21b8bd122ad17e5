// Availability and reliability of a region, and of one of its sites.
import type { Board } from "../../dashboards/board";
import { lines, stat, timeline, valueNames } from "../../dashboards/panels";
import { HALF, SIXTH } from "../../dashboards/sizes";

const STATES = valueNames({
  0: ["down", "red"],
  1: ["up", "green"],
  2: ["scheduled", "blue"],
  3: ["unknown", "orange"],
});

const WHEN = {
  day: "today so far, from midnight UTC",
  yesterday: "of the day before",
  month: "of the month so far",
  last_month: "of the month before",
} as const;

const WORDS = { day: "day", yesterday: "day before", month: "month", last_month: "month before" } as const;

export const region: Board = {
  uid: "podwatch-region",
  title: "Region",
  description: "Availability and reliability of the sites of a region, and what is failing now.",
  from: "now-7d",
  refresh: "60s",
  variables: { roc: { label: "Region", query: "label_values(availability:site_state, roc)" } },
  sections: [
    { title: "Now", panels: now() },
    { title: "The whole region", panels: whole() },
    { title: "Days", panels: periods("day", "yesterday", "site", 'roc=~"$roc"', "{{site}}") },
    { title: "Months", panels: periods("month", "last_month", "site", 'roc=~"$roc"', "{{site}}") },
  ],
};

export const site: Board = {
  uid: "podwatch-site",
  title: "Site",
  description: "Availability and reliability of the service types of a site, and the state of its endpoints.",
  from: "now-7d",
  refresh: "60s",
  variables: { site: { label: "Site", query: "label_values(availability:site_state, site)" } },
  sections: [
    {
      title: "States",
      panels: [
        states("service", 'site=~"$site"', "{{site}} {{service_type}}"),
        states("endpoint", 'site=~"$site"', "{{site}} {{service_type}} {{hostname}}"),
      ],
    },
    {
      title: "Days",
      panels: periods("day", "yesterday", "service", 'site=~"$site"', "{{site}} {{service_type}}"),
    },
    {
      title: "Months",
      panels: periods("month", "last_month", "service", 'site=~"$site"', "{{site}} {{service_type}}"),
    },
  ],
};

function now() {
  return [
    count("Sites up", 1, "green", "Sites all of whose service types are up."),
    count("Sites down", 0, "red", "Sites with a service type that is down."),
    count("Sites in a scheduled outage", 2, "blue", "Sites with a declared outage, and nothing else down."),
    count("Sites unknown", 3, "orange", "Sites with a service type that nothing is known of."),
    share("availability", "Mean of the sites, today so far."),
    share("reliability", "Mean of the sites, today so far, without declared outages."),
    states("site", 'roc=~"$roc"', "{{site}}"),
    timeline({
      title: "Endpoints that are not up",
      description: "What is failing now, since when, and what of it is declared.",
      unit: "none",
      ...HALF,
      mappings: STATES,
      queries: [
        {
          expr: 'availability:endpoint_state{roc=~"$roc"} and (availability:endpoint_state{roc=~"$roc"} != 1)',
          legend: "{{site}} {{service_type}} {{hostname}}",
        },
      ],
    }),
  ];
}

/** By region; the day so far is among the numbers at the top. */
function whole() {
  return (["yesterday", "month", "last_month"] as const).flatMap((name) =>
    (["availability", "reliability"] as const).map((value) =>
      period(value, name, "region", 'roc=~"$roc"', "{{roc}}"),
    ),
  );
}

function count(
  title: string,
  state: number,
  colour: "green" | "red" | "blue" | "orange",
  description: string,
) {
  return stat({
    title,
    description,
    unit: "short",
    ...SIXTH,
    thresholds: [[1, colour]],
    queries: [
      {
        expr: `count(availability:site_state{roc=~"$roc"} == ${state}) or vector(0)`,
        legend: "sites",
      },
    ],
  });
}

function share(value: "availability" | "reliability", description: string) {
  return stat({
    title: `Region, ${value} today`,
    description,
    unit: "percentunit",
    decimals: 2,
    ...SIXTH,
    queries: [{ expr: `availability:region_${value}:day{roc=~"$roc"}`, legend: "{{roc}}" }],
  });
}

function states(level: "site" | "service" | "endpoint", of: string, legend: string) {
  const what = { site: "Sites", service: "Service types", endpoint: "Endpoints" }[level];
  return timeline({
    title: what,
    description: "When each was up, down, in a scheduled outage, or nothing was known of it.",
    unit: "none",
    ...HALF,
    mappings: STATES,
    queries: [{ expr: `availability:${level}_state{${of}}`, legend }],
  });
}

/** A period that is not over, and the one before. */
function periods(
  now: keyof typeof WORDS,
  before: keyof typeof WORDS,
  level: "site" | "service",
  of: string,
  legend: string,
) {
  return [
    period("availability", now, level, of, legend),
    period("reliability", now, level, of, legend),
    period("availability", before, level, of, legend),
    period("reliability", before, level, of, legend),
    period("unknown", now, level, of, legend),
    period("unknown", before, level, of, legend),
  ];
}

function period(
  value: "availability" | "reliability" | "unknown",
  name: keyof typeof WORDS,
  level: "region" | "site" | "service",
  of: string,
  legend: string,
) {
  const title = { availability: "Availability", reliability: "Reliability", unknown: "Unknown time" }[value];
  const target = value !== "unknown" && level === "site" && name === "month";
  return lines({
    title: `${level === "region" ? `Region, ${title.toLowerCase()}` : title}, ${WORDS[name]}`,
    description: `${title} ${WHEN[name]}${level === "region" ? ", mean of the sites" : ""}.${target ? " Targets are shown, too." : ""}`,
    unit: "percentunit",
    min: 0,
    ...HALF,
    queries: [
      { expr: `availability:${level}_${value}:${name}{${of}}`, legend },
      ...(target ? [{ expr: `availability:site_${value}_target{${of}}`, legend: `${legend} target` }] : []),
    ],
  });
}
