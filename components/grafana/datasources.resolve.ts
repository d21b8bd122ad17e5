// Checks of Grafana's data sources: unique names and uids, at most one default, existing secrets.
import type { z } from "zod";
import { quote, type Report, show } from "../../config/problem";
import type { Locate } from "../../config/resolve/locate";
import { refuseSecrets } from "../../config/resolve/plainSecrets";
import { datasourceUid } from "./datasource.render";
import type { grafana } from "./schema";

export function checkDatasources(given: z.output<typeof grafana>, locate: Locate, report: Report): void {
  const names = new Map([["prometheus", "the stack's Prometheus"]]);
  const uids = new Map([[given.datasourceUid, "the stack's Prometheus"]]);
  const defaults = given.datasources.filter(({ isDefault }) => isDefault);
  const known = Object.keys(given.secrets ?? {});
  given.datasources.forEach((source, index) => {
    const at = (...inner: string[]) => locate(["datasources", index, ...inner]);
    const { name } = source;
    const uid = datasourceUid(source);
    const owner = names.get(name.toLowerCase());
    if (owner !== undefined)
      report(at("name"), `${quote(name)} is already the name of ${owner}; write another name`);
    else if (uids.has(uid))
      report(at("uid"), `${quote(uid)} is already the uid of ${uids.get(uid)}; write another uid`);
    names.set(name.toLowerCase(), "another data source");
    uids.set(uid, "another data source");
    if (source.isDefault && source !== defaults[0])
      report(at("isDefault"), "true is also set for another data source; keep one of them");
    if (source.basicAuthUser === undefined && "basicAuthPassword" in source.secureJsonData) {
      report(
        at("basicAuthUser"),
        "is missing, and basicAuthPassword is not used without it; write the user to log in as",
      );
    }
    for (const [key, secret] of Object.entries(source.secureJsonData)) {
      if (known.includes(secret)) continue;
      const way = known.length === 0 ? "" : `write ${known.join(" or ")}, or `;
      report(
        at("secureJsonData", key),
        `is not the name of a secret under grafana.secrets; ${way}store it there with pulumi config set --secret`,
      );
    }
    refuseSecrets(
      { jsonData: source.jsonData, url: source.url },
      {
        owner: at(),
        below: [],
        what: "the data source",
        login: () => undefined,
        secrets: locate(["secrets"]),
        file: "/run/secrets/grafana.NAME",
        elsewhere: `write it under secureJsonData of the data source, as the NAME of a secret, and type: pulumi config set --secret --path '${show(locate(["secrets", "NAME"]))}'`,
      },
      report,
    );
  });
}
