// Gateways that serve metrics on unix sockets, bridged to Prometheus by NGINX.
import { z } from "zod";
import {
  type DeepReadonly,
  duration,
  flag,
  group,
  hostPath,
  list,
  setting,
  text,
  whole,
} from "../../config/schema/words";
import { jobLimits } from "../prometheus/limits.schema";

const id = () =>
  whole(
    1,
    4_294_967_294,
    "is not a numeric id that may be used; write the number that `id -u` or `id -g` prints, not 0",
  );

const gatewayName = text(
  /^[A-Za-z0-9_-]{1,64}$/,
  "is not a gateway name; write up to 64 letters, digits, _ and -, the socket's file name without .sock",
);

export const gateways = group({
  enabled: setting(flag().optional(), "Whether the bridge to the gateways' sockets is deployed.", {
    defaultText: "`true`; `false` with the engine `docker-api`, which knows no sockets of the host",
  }),
  sources: setting(
    z
      .union([z.literal("auto"), list(gatewayName, "gateway names")], {
        error: "is neither auto nor a list; write auto or a list of gateway names",
      })
      .default("auto"),
    "Which gateways are scraped: `auto` discovers every socket in the directory; a list of names scrapes exactly these and shows a missing one as down.",
    { example: ["deribit", "bybit"] },
  ),
  socketDirectory: setting(
    hostPath().default("/run/roq/service"),
    "Directory on the host in which the gateways create their sockets, `<name>.sock`.",
  ),
  uid: setting(
    id().default(101),
    "Numeric user id of the bridge, which has to be allowed to connect to the sockets. The default is that of the image.",
  ),
  gid: setting(
    id().default(101),
    "Numeric group id of the bridge: the group that may write to the sockets.",
    {
      example: 990,
    },
  ),
  scrapeInterval: setting(duration().default("5s"), "How often each gateway is scraped."),
  limits: setting(jobLimits.optional(), "Limits of the gateways' job, which override `prometheus.limits`.", {
    example: { bodySize: "16MB" },
    defaultText: "`prometheus.limits`",
  }),
}).meta({ id: "gateways", description: "Gateways on the host that serve their metrics on unix sockets." });

export type GatewaysSettings = DeepReadonly<
  Omit<z.output<typeof gateways>, "enabled"> & { enabled: boolean }
>;

declare module "../../config/section" {
  interface ServiceSettings<Secret> {
    readonly gateways: GatewaysSettings;
  }
}
