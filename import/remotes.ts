// Where Prometheus sends samples and alerts.
import { AUTH } from "./auth";
import { extra } from "./native";
import { readSource } from "./source";
import { asText, missing, needless, Spot, type Table, type Taker, takeAll } from "./spot";
import { withPort } from "./targets";

const REMOTE: Table = {
  ...AUTH,
  url: (here) => here.put("url", here.draft.places.inUrl(here, here.text)),
  name: needless,
};

export const remoteWrites = remotes("remoteWrite");
export const remoteReads = remotes("remoteRead");

function remotes(setting: "remoteWrite" | "remoteRead"): Taker {
  return (here) =>
    here.items().forEach((item, index) => {
      const to = item.next(setting);
      to.put("name", nameOf(to, `remote-${index + 1}`));
      takeAll(to, REMOTE, extra("prometheus"));
    });
}

const ALERTMANAGER: Table = {
  ...AUTH,
  scheme: asText("scheme"),
  path_prefix: asText("pathPrefix"),
  static_configs: needless,
  file_sd_configs: needless,
  api_version: (here) => {
    if (here.text === "v1") here.change("is an interface that has been removed", "Prometheus uses v2");
  },
};

export function alertmanagers(here: Spot): void {
  here.items().forEach((item, index) => {
    const groups = [...item.at("static_configs").items(), ...inFiles(item)];
    const targets = groups.flatMap((group) => group.at("targets").items());
    const others = targets.filter((target) => !isOurs(target)).map((target) => withPort(target, item));
    const discovers = Object.keys(item.group).some((key) => key.endsWith("_sd_configs") && key !== FILES);
    if (others.length === 0 && !discovers) return;
    const to = item.next("alertmanagers");
    to.put("name", nameOf(to, `alertmanager-${index + 1}`));
    if (others.length > 0)
      to.at(item.has("static_configs") ? "static_configs" : FILES).put("targets", others);
    takeAll(to, ALERTMANAGER, extra("prometheus"));
  });
}

const FILES = "file_sd_configs";

/** Groups of targets in files, as they are now. */
function inFiles(item: Spot): Spot[] {
  return item
    .at(FILES)
    .items()
    .flatMap((each) => each.at("files").items())
    .flatMap((file) => {
      const found = file.files.find(file.text);
      if (found.length === 0) missing(file, file.text, "prometheus.alertmanagers, as targets");
      else
        file.change(
          "is read only now",
          "list Alertmanagers that come later under prometheus.alertmanagers",
          file.text,
        );
      return found.flatMap((path) =>
        new Spot(file.draft, readSource(path, file.files.text(path)), file.files, [], file.to).items(),
      );
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
