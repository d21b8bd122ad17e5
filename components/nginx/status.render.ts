// The front's own status: which path leads where, whether it answers there, and NGINX's counters.
import { authority, urlOf } from "../../lib/endpoint";
import { RUNBOOKS_PATH } from "../../lib/runbooks";
import { renderTemplate } from "../../lib/template";
import { BRIDGE_ENDPOINT } from "./endpoint";
import type { NginxInput } from "./render";

/** Inside the container. */
export const STATUS_PORT = 8083;

/** A path of the front. */
interface Route {
  readonly path: string;
  readonly service: string;
  /** What it leads to; absent: NGINX itself. */
  readonly upstream?: string;
  /** Where the upstream is asked whether it answers. */
  readonly asked?: string;
}

type StatusInput = Pick<NginxInput, "host" | "backends" | "runbooks" | "gateways" | "root">;

/** The script that shows it. */
export function statusPage(input: StatusInput): string {
  return renderTemplate("nginx/status.js.mustache", {
    host: JSON.stringify(input.host),
    routes: JSON.stringify(routes(input), null, 2),
    counters: urlOf({ ...BRIDGE_ENDPOINT, host: "127.0.0.1", path: "/status" }),
  });
}

function routes({ backends, runbooks, gateways, root }: StatusInput): Route[] {
  return [
    { path: root === "prometheus" ? "/start" : "/", service: "Start page" },
    ...backends.map(({ endpoint, title }) => ({
      path: `${endpoint.path}/`,
      service: title,
      upstream: authority(endpoint),
      asked: `${urlOf(endpoint)}/`,
    })),
    ...(Object.keys(runbooks).length > 0 ? [{ path: `${RUNBOOKS_PATH}/`, service: "Runbooks" }] : []),
    ...(gateways ? [{ path: "/roq/service/", service: "Gateways" }] : []),
  ];
}
