// Grafana's own configuration, grafana.ini: sections and keys as Grafana names them, and what most people set by settings of its own.
import { z } from "zod";
import { choice, flag, group, list, secretText, setting, target, text } from "../../config/schema/words";

const name = (what: string) =>
  text(/^[A-Za-z0-9_][A-Za-z0-9_.-]*$/, `is not the name of a ${what}; write one as in grafana.ini`);

/** One line: Grafana's reader would take the next for another key. */
const value = z
  .union([z.string().regex(/^[^\p{Cc}]*$/u), z.number(), z.boolean()], {
    error: "is not a value of grafana.ini; write text on one line, a number, true or false",
  })
  .meta({ kind: "value" });

export const iniSettings = setting(
  z
    .record(
      name("section"),
      z.record(name("key"), value, {
        error: "is not a section; write one `key: value` a line below it",
      }),
      { error: "is not a group of sections; write one section a line below it" },
    )
    .default({}),
  "Grafana's own settings (`grafana.ini`) by section and key, in its syntax. A secret is the whole value `$__file{/run/secrets/grafana.NAME}`, with NAME under `secrets`. What Podwatch sets itself, or by another setting, is refused.",
  { example: { users: { default_theme: "light" }, "auth.github": { enabled: true } } },
);

const mailAddress = () =>
  text(/^[^\s@<>,]+@[^\s@<>,]+$/, "is not a mail address; write one such as grafana@my-company.net").meta({
    kind: "mail address",
    placeholder: "a mail address of yours",
  });

export const smtp = group({
  host: setting(target(), "Mail server, as host:port.", {
    example: "smtp.my-company.net:587",
    placeholder: "your mail server as host:port",
  }),
  user: setting(
    text(/^[^\p{Cc}]+$/u, "is not a user name; write the one to log in with at the mail server").optional(),
    "User to log in as at the mail server.",
    { defaultText: "no authentication", placeholder: "the user you log in as" },
  ),
  password: setting(
    secretText(/^[^\p{Cc}]+$/u, "is not a password; write the one that the mail server asks for").optional(),
    "Password to log in with.",
    { secret: true },
  ),
  from: setting(mailAddress(), "Sender.", { example: "grafana@my-company.net" }),
  fromName: setting(
    text(/^[^\p{Cc}]+$/u, "is not a name; write the sender's on one line").default("Grafana"),
    "Name of the sender.",
  ),
  startTls: setting(
    choice(["OpportunisticStartTLS", "MandatoryStartTLS", "NoStartTLS"]).default("MandatoryStartTLS"),
    "Whether the connection is encrypted (STARTTLS).",
  ),
  insecure: setting(
    flag().default(false),
    "Whether to accept any server certificate. A man in the middle can then read the password.",
  ),
}).meta({
  id: "smtp",
  description: "The mail server that Grafana sends invitations, alerts and reports by.",
});

/** As in Grafana's own list of plugins to install. */
export const plugin = () =>
  text(
    /^[a-z0-9][a-z0-9-]*@\d+(\.\d+)+[\w.+-]*(@https?:\/\/[^\s,@]+)?$/,
    "is not a plugin with its version; write ID@VERSION such as grafana-clock-panel@2.1.8, perhaps with @URL of its zip file",
  );

export const plugins = setting(
  list(plugin(), "plugins").default([]),
  "Plugins that Grafana downloads when it starts, each as `ID@VERSION`, or `ID@VERSION@URL` for one that is not at grafana.com. The host needs a way there: a start without it fails, and the previous release stays. Needs Grafana 12.1 or later.",
  { example: ["grafana-clock-panel@2.1.8"] },
);

export const anonymous = group({
  role: setting(
    choice(["Viewer", "Editor", "Admin"]).default("Viewer"),
    "What visitors without a log-in may do. Viewers may ask the data sources anything.",
  ),
  organization: setting(
    text(/^[^\p{Cc}]{1,190}$/u, "is not the name of an organization; write it on one line").default(
      "Main Org.",
    ),
    "Organization that they see.",
  ),
}).meta({ id: "anonymous", description: "Visitors without a log-in see dashboards." });

export const embedding = group({
  origins: setting(
    list(
      text(
        /^(https?:\/\/(\*\.)?[A-Za-z0-9.-]+(:\d{1,5})?|\*)$/,
        "is not an origin; write protocol and host, perhaps with a port, such as https://intranet.my-company.net",
      ),
      "origins",
    ).min(1, { error: "is empty; write the origin of a page that embeds dashboards" }),
    "Pages that may show Grafana in a frame, by protocol and host; `*` for any.",
    { example: ["https://intranet.my-company.net"] },
  ),
  cookieSameSite: setting(
    choice(["lax", "strict", "none"]).default("lax"),
    "Whether browsers send Grafana's cookie from pages of other sites: with `none` who is logged in sees dashboards there too, which needs https. Visitors without a log-in need no cookie.",
  ),
}).meta({ id: "embedding", description: "Other sites' pages show dashboards in a frame." });
