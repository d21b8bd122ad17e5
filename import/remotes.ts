// Where Prometheus sends samples and alerts.
import { AUTH } from "./auth";
import { extra } from "./native";
import { asText, needless, type Spot, type Table, takeAll } from "./spot";
import { withPort } from "./targets";

const REMOTE_WRITE: Table = { ...AUTH, url: asText("url"), name: needless };

export function remoteWrites(here: Spot): void {
  here.items().forEach((item, index) => {
    const to = item.next("remoteWrite");
    to.put("name", nameOf(to, `remote-${index + 1}`));
    takeAll(to, REMOTE_WRITE, extra("prometheus"));
  });
}

const ALERTMANAGER: Table = {
  ...AUTH,
  scheme: asText("scheme"),
  path_prefix: asText("pathPrefix"),
  static_configs: needless,
  api_version: (here) => {
    if (here.text === "v1") here.change("is an interface that has been removed", "Prometheus uses v2");
  },
};

export function alertmanagers(here: Spot): void {
  here.items().forEach((item, index) => {
    const targets = item
      .at("static_configs")
      .items()
      .flatMap((group) => group.at("targets").items());
    const others = targets.filter((target) => !isOurs(target)).map((target) => withPort(target, item));
    const discovers = Object.keys(item.group).find((key) => key.endsWith("_sd_configs"));
    if (discovers !== undefined)
      item
        .at(discovers)
        .leave(
          "finds Alertmanagers, for which there is no setting",
          "list them under prometheus.alertmanagers",
        );
    if (others.length === 0) return;
    const to = item.next("alertmanagers");
    to.put("name", nameOf(to, `alertmanager-${index + 1}`));
    to.at("static_configs").put("targets", others);
    takeAll(to, ALERTMANAGER, extra("prometheus"));
  });
}

function isOurs(target: Spot): boolean {
  const place = target.draft.places.of(target.text);
  if (place?.is !== "ours") return false;
  target.draft.wants.add("alertmanager");
  target.change("is the Alertmanager beside it", "Podwatch connects its own", target.text);
  return true;
}

const nameOf = (to: Spot, otherwise: string) => {
  const given = String(to.group.name ?? "");
  return /^[A-Za-z0-9_][A-Za-z0-9_.-]{0,63}$/.test(given) ? given : otherwise;
};
