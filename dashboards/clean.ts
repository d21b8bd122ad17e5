// The SDK writes most defaults. Each would be a line in every preview, so Grafana's own defaults
// are removed, and the rest is put into a readable order.
import type { Dashboard } from "@grafana/grafana-foundation-sdk/dashboard";
import type { Json } from "./format";

type JsonObject = { readonly [key: string]: Json };

/** Removed if they have exactly this value. */
const DEFAULTS: JsonObject = {
  // dashboard
  fiscalYearStartMonth: 0,
  // panels
  transparent: false,
  collapsed: false,
  repeatDirection: "h",
  // queries
  instant: false,
  range: false,
  // variables
  skipUrlSync: false,
  allowCustomValue: true,
  auto: false,
  auto_min: "10s",
  auto_count: 30,
  // links
  asDropdown: false,
  targetBlank: false,
  includeVars: false,
  placement: "inControlsMenu",
  // numbers
  justifyMode: "auto",
  wideLayout: true,
  showPercentChange: false,
  percentChangeColorMode: "standard",
  orientation: "auto",
};

const DASHBOARD_ORDER = [
  "uid",
  "title",
  "description",
  "tags",
  "editable",
  "schemaVersion",
  "time",
  "refresh",
];
const PANEL_ORDER = ["id", "type", "title", "description", "gridPos", "datasource", "targets", "fieldConfig"];

/** The dashboard without defaults, its panels numbered from 1. */
export function cleaned(dashboard: Dashboard): Json {
  const { panels, ...frame } = JSON.parse(JSON.stringify(dashboard)) as JsonObject & { panels: JsonObject[] };
  return {
    ...ordered(trimmed(frame), DASHBOARD_ORDER),
    panels: panels.map((panel, index) => cleanedPanel({ ...panel, id: index + 1 })),
  };
}

function cleanedPanel(panel: JsonObject): JsonObject {
  const { fieldConfig, ...rest } = trimmed(panel);
  if (fieldConfig === undefined) {
    return ordered(rest, PANEL_ORDER);
  }
  // Some readers of dashboards require the list of overrides.
  return ordered({ ...rest, fieldConfig: { ...(fieldConfig as JsonObject), overrides: [] } }, PANEL_ORDER);
}

function trimmed(value: JsonObject): JsonObject {
  const members = Object.entries(value)
    .filter(([key, item]) => !(key in DEFAULTS && DEFAULTS[key] === item))
    .map(([key, item]) => [key, trimmedValue(item)] as const)
    .filter(([, item]) => !isEmpty(item));
  return Object.fromEntries(members);
}

function trimmedValue(value: Json): Json {
  if (value === null || typeof value !== "object") {
    return value;
  }
  return isList(value) ? value.map(trimmedValue) : trimmed(value);
}

function isEmpty(value: Json): boolean {
  return value === "" || (value !== null && typeof value === "object" && Object.keys(value).length === 0);
}

function isList(value: Json): value is readonly Json[] {
  return Array.isArray(value);
}

function ordered(value: JsonObject, first: readonly string[]): JsonObject {
  const keys = [
    ...first.filter((key) => key in value),
    ...Object.keys(value).filter((key) => !first.includes(key)),
  ];
  return Object.fromEntries(keys.map((key) => [key, value[key] as Json]));
}
