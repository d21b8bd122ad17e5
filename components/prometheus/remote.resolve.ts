// Checks that involve several settings of remote write and external Alertmanagers; reads certificates and keys.
import type { Context } from "../../config/context";
import { type Path, quote, type Report } from "../../config/problem";
import { checkOverruled, resolveAuth } from "../../config/resolve/auth";
import type { Locate } from "../../config/resolve/locate";
import { refuseSecrets } from "../../config/resolve/plainSecrets";
import type { HttpAuth } from "../../config/schema/auth";
import { typedKeys } from "./remote.schema";

type Remote = Partial<HttpAuth> & { name: string; extra: Readonly<Record<string, unknown>> };

export function resolveRemotes<T extends Remote>(
  given: readonly T[],
  kind: keyof typeof typedKeys,
  locate: Locate,
  context: Context,
  report: Report,
): T[] {
  return given.map((remote, index) => {
    const path = locate([kind, index]);
    if (given.findIndex(({ name }) => name === remote.name) < index) {
      report(
        [...path, "name"],
        `${quote(remote.name)} is already the name of another one; write another name`,
      );
    }
    checkExtra(remote, kind, path, locate(["secrets"]), report);
    checkTargets(remote, path, report);
    return resolveAuth(remote, path, context, report);
  });
}

function checkTargets(remote: Remote & { targets?: readonly string[] }, path: Path, report: Report): void {
  const discovers = Object.keys(remote.extra).some((key) => key.endsWith("_sd_configs"));
  if (remote.targets?.length === 0 && !discovers)
    report(
      [...path, "targets"],
      "is empty; write at least one as host:port, or a service discovery under extra",
    );
}

/** Only together with it: before there was this setting, the key stood under `extra`. */
const isSet = (remote: object, setting: string) =>
  (remote as Readonly<Record<string, unknown>>)[setting] !== undefined;

function checkExtra(
  remote: Remote,
  kind: keyof typeof typedKeys,
  path: Path,
  secrets: Path,
  report: Report,
): void {
  const what = kind === "alertmanagers" ? "the Alertmanager" : "the endpoint";
  for (const [key, setting] of Object.entries(typedKeys[kind])) {
    if (key in remote.extra && (setting !== "sendNativeHistograms" || isSet(remote, setting))) {
      report(
        [...path, "extra", key],
        `would override the settings of ${what}; write it as ${setting} of ${what}`,
      );
    }
  }
  checkOverruled(remote.extra, remote, [...path, "extra"], what, report);
  refuseSecrets(
    remote.extra,
    {
      owner: path,
      below: ["extra"],
      what,
      login: (inner) => (inner.length === 0 ? [] : undefined),
      secrets,
      file: "/run/secrets/prometheus.NAME",
    },
    report,
  );
}
