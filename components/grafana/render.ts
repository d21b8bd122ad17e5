import { createHash } from "node:crypto";
import { fromInside, urlOf } from "../../lib/endpoint";
import { CONFIG_DIRECTORY, SECRETS_DIRECTORY, type Service, type UnitKeys } from "../../lib/service";
import { readTemplate, renderTemplate } from "../../lib/template";
import { toYaml } from "../../lib/yaml";
import type { Backend } from "../nginx/render";
import {
  type Datasource,
  datasourceFiles,
  enteringFiles,
  type OwnDatasource,
  ownDatasource,
  provisionedDatasource,
} from "./datasource.render";
import { GRAFANA, GRAFANA_ENDPOINT } from "./endpoint";
import { type IniInput, iniFiles, sectionsOf } from "./ini.render";

export interface GrafanaInput {
  readonly image: string;
  /** Grafana's URL for users, with its path and a slash at the end. */
  readonly rootUrl: string;
  readonly adminUser: string;
  readonly datasources: readonly Datasource[];
  readonly ownDatasources?: readonly OwnDatasource[];
  /** Dashboards (Grafana's JSON) by file name. */
  readonly dashboards: Readonly<Record<string, string>>;
  readonly keepData: boolean;
  /** What stands in grafana.ini; absent: nothing. */
  readonly ini?: IniInput;
  /** Names of the secrets that grafana.ini, data sources and variables under these keys refer to. */
  readonly secrets?: readonly string[];
  /** The user's additional keys for the unit. */
  readonly unitKeys?: UnitKeys;
}

/** Address for the hooks. */
const OWN_URL = urlOf(fromInside(GRAFANA_ENDPOINT));

/** The user `grafana` of the official image, with the group it gives its files. */
const IMAGE_USER = { uid: 472, gid: 0 };

const ADMIN = renderTemplate("grafana/admin.sh", { url: OWN_URL });

export const GRAFANA_BACKEND: Backend = {
  name: GRAFANA,
  endpoint: GRAFANA_ENDPOINT,
  livePath: `${GRAFANA_ENDPOINT.path}/api/live/`,
  logIns: true,
  title: "Grafana",
  description: "Dashboards.",
};

/** The administrator's e-mail address, Grafana's default. */
export const ADMIN_EMAIL = "admin@localhost";

/** Name of the secret that holds the password of Grafana's administrator. */
export const ADMIN_PASSWORD_SECRET = "grafana-admin-password";

export function grafana(input: GrafanaInput): Service {
  const ini = input.ini === undefined ? {} : iniFiles(input.ini);
  return {
    kind: "container",
    name: GRAFANA,
    description: "Podwatch Grafana",
    image: input.image,
    user: IMAGE_USER,
    environment: { ...environment(input), ...iniEnvironment(ini) },
    files: {
      ...ini,
      "provisioning/datasources/podwatch.yml": toYaml(datasources(input)),
      "provisioning/dashboards/podwatch.yml": toYaml(dashboardProvider()),
      ...Object.fromEntries(
        Object.entries(input.dashboards).map(([name, json]) => [`dashboards/${name}`, json]),
      ),
      ...datasourceFiles(input.datasources),
      ...enteringFiles(input.ownDatasources ?? []),
    },
    secrets: [ADMIN_PASSWORD_SECRET, ...(input.secrets ?? [])],
    data: { path: "/var/lib/grafana", keep: input.keepData },
    hooks: {
      ready: renderTemplate("grafana/ready.sh", { url: OWN_URL }),
      reload: ADMIN + readTemplate("grafana/reload.sh"),
      started:
        ADMIN +
        renderTemplate("grafana/started.sh", { config: "grafana.ini" in ini ? ` --config ${INI}` : "" }),
    },
    ...(input.unitKeys ? { unitKeys: input.unitKeys } : {}),
    readyWithin: 180,
  };
}

const INI = `${CONFIG_DIRECTORY}/grafana.ini`;

/** Grafana reads its files at its start only: another digest in the unit makes the runner restart it. */
function iniEnvironment(files: Readonly<Record<string, string>>): Record<string, string> {
  if (Object.keys(files).length === 0) return {};
  return { GF_PATHS_CONFIG: INI, PODWATCH_SETTINGS: digest(Object.values(files).join("\0")) };
}

const digest = (text: string) => createHash("sha256").update(text).digest("hex").slice(0, 16);

/** A variable overrules grafana.ini, so a default of ours gives way to what stands there. */
function environment(input: GrafanaInput): Record<string, string> {
  const written = input.ini === undefined ? {} : sectionsOf(input.ini);
  const overruled = Object.entries(written).flatMap(([section, keys]) =>
    Object.keys(keys).map((key) => variableOf(section, key)),
  );
  return Object.fromEntries(
    Object.entries(ownEnvironment(input)).filter(([name]) => !overruled.includes(name)),
  );
}

/** Grafana's name of the variable for a key. */
export function variableOf(section: string, key: string): string {
  return `GF_${section}_${key}`.replaceAll(/[.-]/g, "_").toUpperCase();
}

function ownEnvironment(input: GrafanaInput): Record<string, string> {
  return {
    GF_SERVER_ROOT_URL: input.rootUrl,
    GF_SERVER_SERVE_FROM_SUB_PATH: "true",
    GF_SECURITY_ADMIN_USER: input.adminUser,
    // Not `__FILE`: for that the image's entry point reads the file into its own environment, for all to see.
    GF_SECURITY_ADMIN_PASSWORD: `$__file{${SECRETS_DIRECTORY}/${ADMIN_PASSWORD_SECRET}}`,
    GF_USERS_ALLOW_SIGN_UP: "false",
    GF_AUTH_ANONYMOUS_ENABLED: "false",
    GF_PATHS_PROVISIONING: `${CONFIG_DIRECTORY}/provisioning`,
    GF_ANALYTICS_REPORTING_ENABLED: "false",
    GF_ANALYTICS_CHECK_FOR_UPDATES: "false",
    GF_ANALYTICS_CHECK_FOR_PLUGIN_UPDATES: "false",
    GF_PLUGINS_PREINSTALL_DISABLED: "true",
    // No log file: the root of the container is read-only, also for the command line tool.
    GF_LOG_MODE: "console",
  };
}

function datasources(input: GrafanaInput) {
  const own = input.ownDatasources ?? [];
  const replaced = own.some(({ isDefault }) => isDefault);
  return {
    apiVersion: 1,
    prune: true,
    datasources: [
      ...input.datasources.map((one, index) => provisionedDatasource(one, index === 0 && !replaced)),
      ...own.map(ownDatasource),
    ],
  };
}

function dashboardProvider() {
  return {
    apiVersion: 1,
    providers: [
      {
        name: "podwatch",
        folder: "Podwatch",
        type: "file",
        disableDeletion: false,
        allowUiUpdates: false,
        updateIntervalSeconds: 10,
        options: { path: `${CONFIG_DIRECTORY}/dashboards` },
      },
    ],
  };
}
