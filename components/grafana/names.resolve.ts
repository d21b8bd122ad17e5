// Whether data sources of the user's own have names that Grafana gives those of the stack, over all hosts: Grafana keeps one of the two.
import { quote, type Report } from "../../config/problem";
import { type Layered, locateIn } from "../../config/resolve/locate";
import type { HostSettings } from "../../config/schema";
import type { ServiceSettings } from "../../config/section";
import { reaches } from "../nginx/reach.resolve";
import { nameOf } from "./datasource.render";
import { datasourcesAmong, kindsAtFront, vmauthKinds } from "./kinds.render";

interface Placed extends Layered {
  readonly settings: HostSettings;
}

export function checkNames(placed: readonly Placed[], report: Report): void {
  for (const host of placed) {
    const { grafana } = host.settings;
    if (!grafana.enabled || grafana.datasources.length === 0) continue;
    const names = new Map(namesFor(host, placed).map((name) => [name.toLowerCase(), name]));
    grafana.datasources.forEach(({ name }, index) => {
      const taken = names.get(name.toLowerCase());
      if (taken === undefined) return;
      report(
        locateIn("grafana", host)(["datasources", index, "name"]),
        `${quote(name)} is already the name of the stack's ${taken}; write another name`,
      );
    });
  }
}

interface Wired {
  readonly settings: ServiceSettings<unknown> & Pick<HostSettings, "name" | "groups">;
}

/** The names that the Grafana of a host gives the data sources of the stack. */
export function namesFor<Host extends Wired>(host: Host, placed: readonly Host[]): string[] {
  const { groups } = host.settings;
  const own = [...kindsAtFront(host.settings), ...vmauthKinds(host.settings)];
  const others = placed.filter((other) => other !== host && reaches(host, other));
  const reached = [
    ...own.map((kind) => ({ offer: { kind }, own: true, host: undefined })),
    ...others.flatMap(({ settings }) =>
      kindsAtFront(settings).map((kind) => ({ offer: { kind }, own: false, host: settings.name })),
    ),
  ];
  return datasourcesAmong(reached, groups !== undefined).map(({ offer: { kind }, host: at }) =>
    nameOf({ kind, host: at }),
  );
}
