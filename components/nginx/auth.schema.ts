// Who may use the front, and for what.
import { z } from "zod";
import { choice, group, list, secretText, setting, text } from "../../config/schema/words";

/** bcrypt looks at no more bytes. */
const LONGEST_PASSWORD = 72;

const loginName = () =>
  text(
    /^[A-Za-z0-9][A-Za-z0-9._@-]{0,63}$/,
    "is not a name for a log-in; write letters, digits and . _ @ - only, such as alice",
  );

const place = choice([
  "prometheus",
  "victoriametrics",
  "alertmanager",
  "gateways",
  "runbooks",
  "metrics",
  "samples",
  "alerts",
  "all",
]);

const rights = (paths: Array<z.output<typeof place>>) => ({
  access: setting(
    choice(["read", "write"]).default("read"),
    "`read`: see everything there, and query Prometheus and VictoriaMetrics. `write`: change things too, such as Alertmanager's silences.",
    { example: "write" },
  ),
  paths: setting(
    list(place, "paths").default(paths),
    "What is open to it. `gateways`: their metrics. `metrics`: those of the services themselves, below `/metrics` and `/federate`. `samples`: send them, to VictoriaMetrics, and to Prometheus where `prometheus.remoteWriteReceiver` is set. `alerts`: send them to Alertmanager, which takes them from nobody else. `all`: everything behind the front but that, your own locations too. Grafana has a log-in of its own.",
    { example: ["prometheus", "alertmanager"] },
  ),
});

export const frontUser = group({
  password: setting(
    secretText(
      (value) => /^[^\p{Cc}]{8,}$/u.test(value) && Buffer.byteLength(value) <= LONGEST_PASSWORD,
      `is not a password for the front; write 8 characters or more, of at most ${LONGEST_PASSWORD} bytes, on one line`,
    ).optional(),
    "The password. Without it one is generated, which `pulumi stack output installations --show-secrets` shows.",
    { secret: true, defaultText: "generated" },
  ),
  ...rights(["all"]),
}).meta({ id: "frontUser", description: "A person who may use the front." });

export const frontToken = group({
  token: setting(
    secretText(
      /^[A-Za-z0-9._~+/=-]{20,512}$/,
      "is not a token; write 20 characters or more of letters, digits and . _ ~ + / = -, such as `openssl rand -hex 32` prints",
    ).optional(),
    "The token. Without it one is generated, which `pulumi stack output installations --show-secrets` shows.",
    { secret: true, defaultText: "generated" },
  ),
  ...rights(["gateways", "metrics"]),
}).meta({ id: "frontToken", description: "A program that may use the front, by `Authorization: Bearer`." });

export const frontAuth = group({
  users: setting(
    z
      .record(loginName(), frontUser, {
        error: "is not a group of users; write one `name:` a line and what is open to it below",
      })
      .default({}),
    "People, by name: the browser asks them for name and password.",
    { example: { alice: { access: "write" } } },
  ),
  tokens: setting(
    z
      .record(loginName(), frontToken, {
        error: "is not a group of tokens; write one `name:` a line and what is open to it below",
      })
      .default({}),
    "Programs, by name: they send a token.",
    { example: { "central-prometheus": { paths: ["metrics"] } } },
  ),
}).meta({
  id: "frontAuth",
  description: "Log-ins: without one, the front shows only Grafana, which has its own.",
});
