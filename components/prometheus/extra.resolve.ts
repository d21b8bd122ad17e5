// Checks of what is merged into Prometheus' configuration: neither what has a setting, nor a secret.
import type { Report } from "../../config/problem";
import type { Locate } from "../../config/resolve/locate";
import { refuseSecrets } from "../../config/resolve/plainSecrets";
import { valueAt } from "../../config/walk";
import { typedParts } from "./extra.schema";

export function checkExtra(extra: Readonly<Record<string, unknown>>, locate: Locate, report: Report): void {
  for (const [part, setting] of Object.entries(typedParts)) {
    const path = part.split(".");
    if (valueAt(extra, path) !== undefined)
      report(
        locate(["extra", ...path]),
        `would override Prometheus' own settings; write it as prometheus.${setting}`,
      );
  }
  refuseSecrets(
    extra,
    {
      owner: locate([]),
      below: ["extra"],
      what: "Prometheus",
      login: () => undefined,
      secrets: locate(["secrets"]),
      file: "/run/secrets/prometheus.NAME",
    },
    report,
  );
}
