import { section } from "../../config/section";
import { addTo } from "../../lib/additions";
import { EXECUTOR, EXECUTOR_ENDPOINT } from "./endpoint";
import { executorImage } from "./recipe.resolve";
import { EXECUTOR_BACKEND, executor, executorSecrets, executorTelemetry } from "./render";
import { resolveExecutor } from "./resolve";
import { executor as schema } from "./schema";

export const executorSection = section("executor", {
  schema,
  resolve: resolveExecutor,
  recipe: executorImage,
  groups: ["executors"],
  chapters: {
    executor: { title: "Executor" },
    scenarioRepository: { title: "Repository of scenarios", under: "as `executor.repository`" },
    scenario: { title: "Scenario", under: "as an entry of `executor.jobs`" },
    checkedService: { title: "Checked service", under: "as `service` of a job of the executor" },
  },
  withoutPrometheus: "the executor without a Prometheus that watches it; set executor.enabled to false too",
  taken: { jobs: [EXECUTOR], paths: [EXECUTOR_ENDPOINT.path] },
  container: {
    service: EXECUTOR,
    type: "Executor",
    offer: ({ name, groups, executor: { enabled, zone = name } }) =>
      enabled
        ? {
            backend: EXECUTOR_BACKEND,
            ...(groups && { metrics: executorMetrics(name, zone) }),
            reported: ["scenarios-influxdb.json"],
          }
        : undefined,
    telemetry: ({ name, executor: { enabled, zone = name } }) =>
      enabled ? [executorTelemetry(name, { zone })] : [],
    deployment: ({ name, executor: settings }, _, telegraf) => {
      const input = { ...settings, zone: settings.zone ?? name, telegraf };
      return { service: addTo(executor(input), settings), secrets: executorSecrets(input) };
    },
  },
  owned: {
    service: EXECUTOR,
    arguments: {
      check: "makes the program exit at once; remove it",
      ready: "makes the program exit at once; remove it",
      reload: "makes the program exit at once; remove it",
    },
    environment: {
      OS_CLIENT_CONFIG_FILE: "has a setting of its own; use clouds",
      EXECUTOR_RUN: "tells the processes of runs apart; remove it",
    },
  },
});

/** For the Prometheus of other hosts. */
function executorMetrics(host: string, zone: string) {
  const path = `${EXECUTOR_ENDPOINT.path}/metrics`;
  return {
    job: EXECUTOR,
    path,
    from: { ...EXECUTOR_ENDPOINT, path },
    labels: { zone },
    about: executorTelemetry(host, { zone }),
  };
}
