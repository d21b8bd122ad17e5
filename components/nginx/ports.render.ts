// The ports of the host by which NGINX is reached.
import type { PublishedPort } from "../../lib/service";
import type { NginxInput } from "./render";
import { STATUS_PORT } from "./status.render";
import { HTTP_PORT } from "./tls.render";

/** Inside the container: the front itself. */
export const FRONT_PORT = 8080;

/** The front itself comes first: operate/ finds it there. */
export function publishedPorts({
  bind,
  port,
  statusPort,
  http,
}: Pick<NginxInput, "bind" | "port" | "statusPort" | "http">): PublishedPort[] {
  // For podman `::` means IPv6 only, for people all addresses. Publishing two ports would leave firewall rules of podman behind.
  const address = bind === "::" ? {} : { address: bind };
  return [
    { hostPort: port, containerPort: FRONT_PORT },
    { hostPort: statusPort, containerPort: STATUS_PORT },
    { hostPort: http?.port, containerPort: HTTP_PORT },
  ].flatMap(({ hostPort, containerPort }) =>
    hostPort === undefined ? [] : [{ ...address, hostPort, containerPort }],
  );
}
