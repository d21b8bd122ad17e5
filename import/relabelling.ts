// Relabelling of a job's targets: verbatim, except for addresses that have changed.
import { isGroup, type Tree } from "../config/walk";
import { native } from "./native";
import { BLACKBOX } from "./places";
import type { Spot } from "./spot";

/** @param job the label `job` that the targets have, if it is not the job's name */
export function relabelling(to: Spot, job: string | undefined): void {
  const here = to.at("relabel_configs");
  const given = here.value === undefined || here.value === null ? [] : native(here, "prometheus");
  const steps = Array.isArray(given) ? given : [];
  steps.forEach((step, index) => {
    if (isGroup(step) && step.target_label === "__address__") address(here.at(index), step, to);
  });
  const naming = job === undefined ? [] : [{ target_label: "job", replacement: job.replaceAll("$", "$$$$") }];
  const all = [...naming, ...steps];
  if (all.length > 0) here.put(["extra", "relabel_configs"], all);
}

/** The address of an exporter that is asked about the targets. */
function address(here: Spot, step: Tree, job: Spot): void {
  const place = here.draft.places.of(String(step.replacement ?? ""));
  if (place === undefined) return;
  const given = String(step.replacement);
  if (place.is === "elsewhere") {
    step.replacement = place.target;
    here.change(place.why, `it is asked at ${place.target}`, given);
  } else if (place.is === "gone") {
    here.leave(place.why, "publish the port, and write host.containers.internal:PORT here", given);
  } else if (place.service === "blackboxExporter") {
    step.replacement = BLACKBOX.authority;
    job
      .at("metrics_path")
      .put("metricsPath", `${BLACKBOX.path}${String(job.group.metrics_path ?? "/probe")}`);
    here.draft.set(["blackboxExporter", "enabled"], true, here.origin);
    for (const module of job.at("params", "module").list) here.draft.modules.set(String(module), here.origin);
    here.change("is the blackbox exporter", "Podwatch deploys it, and this job asks that one", given);
  }
}
