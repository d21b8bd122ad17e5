// The user's own data sources, named as in Grafana's provisioning.
import { z } from "zod";
import { choice, flag, group, httpUrl, setting, text } from "../../config/schema/words";

export const datasource = group({
  name: setting(
    text(/^[^\p{Cc}]{1,190}$/u, "is not a name; write up to 190 characters on one line"),
    "Name of the data source. Unique.",
    { example: "Central" },
  ),
  type: setting(
    text(
      /^[a-z0-9][a-z0-9-]{0,63}$/,
      "is not a kind of data source; write a plugin's id such as prometheus or loki",
    ),
    "Kind of data source: the id of its plugin, which the image has to contain.",
    { example: "loki" },
  ),
  uid: setting(
    text(/^[A-Za-z0-9_-]{1,40}$/, "is not a uid; write up to 40 letters, digits, _ and -").optional(),
    "Uid that dashboards refer to.",
    { example: "central", defaultText: "the one that Grafana derives from the name" },
  ),
  url: setting(httpUrl().optional(), "Its URL, as seen from inside the container network.", {
    example: "http://10.1.2.3:3100",
    defaultText: "none, for kinds without an address",
  }),
  access: setting(
    choice(["proxy", "direct"]).default("proxy"),
    "`proxy`: Grafana sends the queries. `direct`: the browser does.",
  ),
  isDefault: setting(
    flag().default(false),
    "Whether this is the default data source, instead of the stack's Prometheus.",
  ),
  basicAuthUser: setting(
    text(/^[^\p{Cc}:]+$/u, "is not a user name; write the one to log in as, without a colon").optional(),
    "User for HTTP basic authentication; the password is `basicAuthPassword` of `secureJsonData`.",
    { example: "grafana", defaultText: "no basic authentication" },
  ),
  jsonData: setting(
    z
      .record(z.string(), z.unknown(), {
        error: "is not a group of settings; write keys of its jsonData below it",
      })
      .default({}),
    "Options of this kind of data source, in Grafana's syntax. Must not contain secrets.",
    { example: { timeInterval: "30s" } },
  ),
  secureJsonData: setting(
    z
      .record(
        z.string(),
        z.string({ error: "is not the name of a secret; write one of those under grafana.secrets" }),
        {
          error: "is not a group of secrets; write one `key: name` a line below it",
        },
      )
      .default({}),
    "Secrets of this kind of data source, by Grafana's key: the name of each in `grafana.secrets`.",
    { example: { basicAuthPassword: "central" } },
  ),
}).meta({ id: "datasource", description: "Your own data source, beside the stack's Prometheus." });
