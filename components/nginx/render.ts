import { createHash } from "node:crypto";
import { isWildcard } from "../../lib/address";
import { inSeconds } from "../../lib/duration";
import { authority, type Endpoint } from "../../lib/endpoint";
import { RUNBOOKS_PATH } from "../../lib/runbooks";
import { CONFIG_DIRECTORY, type Service, type UnitKeys, type User } from "../../lib/service";
import { readTemplate, renderTemplate } from "../../lib/template";
import { inBytes, type JobLimits } from "../prometheus/limits.render";
import { type LogIns, logInFiles, OWN_LOG_IN, sendsAlerts, TOKENS_SECRET, USERS_SECRET } from "./auth.render";
import { BRIDGE_ENDPOINT, NGINX } from "./endpoint";
import { pagePolicy, RUNBOOKS_POLICY } from "./policy.render";
import { FRONT_PORT, publishedPorts } from "./ports.render";
import { FORMERLY } from "./root.render";
import { STATUS_PORT, statusPage } from "./status.render";
import { CERTIFICATE_SECRET, type Encryption, httpView, OWN_NAMES, tlsFiles, tlsView } from "./tls.render";

/** A service behind the front. */
export interface Backend {
  /** Name of the service, e.g. `grafana`. */
  readonly name: string;
  /** The endpoint, which the front serves under the same path. */
  readonly endpoint: Endpoint;
  /** Path of the service's WebSocket, with a slash at the end. */
  readonly livePath?: string;
  /** Paths below it that only other services of the host may use; the front refuses them. */
  readonly closed?: readonly string[];
  /** Paths below it that are read-only at the front. */
  readonly readOnly?: readonly string[];
  /** Paths below it to which queries may be posted, which change nothing. */
  readonly queries?: readonly string[];
  /** Paths below it to which samples are sent. */
  readonly samples?: readonly string[];
  /** Paths below it to which alerts are sent, by those who have a log-in for it. */
  readonly alerts?: readonly string[];
  /** The only paths below it that are served; the service itself has them at its root. Absent: all, where they are. */
  readonly atRoot?: readonly string[];
  /** The largest body of a request, in NGINX's syntax; absent: NGINX's default. */
  readonly largestBody?: string;
  /** Whether it has a log-in, by a form at `login`, or by basic authentication. */
  readonly logIns?: boolean;
  /** Other sites whose pages may show it in a frame, by origin; `*` for any. */
  readonly framedBy?: readonly string[];
  readonly title: string;
  /** For the start page; absent: it has no pages, and is not there. */
  readonly description?: string;
}

/** Unix sockets of a host, each by a path of the bridge. */
export interface HostSockets {
  /** Directory of the host. */
  readonly directory: string;
  readonly sockets: ReadonlyArray<{ readonly name: string; readonly location: string }>;
}

export interface NginxInput {
  /** Name of the host, shown on the start page. */
  readonly host: string;
  readonly image: string;
  /** Published address and port of the front. */
  readonly bind: string;
  readonly port: number;
  /** Further port, which shows the front's own status. */
  readonly statusPort?: number;
  /** Further port, where everybody is sent to the encrypted front. */
  readonly http?: { readonly port: number; readonly publicUrl: string; readonly proofs: boolean };
  /** Encryption; absent: clear text. */
  readonly tls?: Encryption;
  /** Names and addresses by which users reach the front, as in a request; `*.` for all subdomains. */
  readonly serverNames: readonly string[];
  /** Address of the DNS server of the container network. */
  readonly resolver: string;
  /** Whether the container network has IPv6 too. */
  readonly ipv6: boolean;
  readonly backends: readonly Backend[];
  /** Metrics for other hosts, by their path at the front. */
  readonly metrics?: ReadonlyArray<{ readonly path: string; readonly from: Endpoint }>;
  /** What `/` shows; default: the start page. */
  readonly root?: "start" | "prometheus";
  /** Who may use the front; absent: everybody. */
  readonly logIns?: LogIns | undefined;
  /** Runbooks as Markdown, by the alert's name. */
  readonly runbooks: Readonly<Record<string, string>>;
  /** Bridge to gateways on Unix sockets; absent: none. */
  readonly gateways?: {
    readonly socketDirectory: string;
    /** User that may connect to the sockets; default: the image's own. */
    readonly uid?: number;
    readonly gid?: number;
    readonly scrapeInterval: string;
    readonly limits?: JobLimits | undefined;
  };
  /** Prometheus' limit of a response's size. */
  readonly bodySize: string;
  /** Native services of the host with metrics on unix sockets. */
  readonly hostSockets?: HostSockets;
  /** The user's snippet at the end of the front's server block. */
  readonly snippet?: string;
  /** Names of the secrets that the snippet refers to. */
  readonly secrets?: readonly string[];
  /** The user's additional keys for the unit. */
  readonly unitKeys?: UnitKeys;
}

/** Mount point of the sockets of the host's services. */
const HOST_SOCKETS = "/run/podwatch";

/** Minimum time-out of a gateway, in seconds, whatever its scrape interval. */
const GATEWAY_WITHIN = 10;

/** Margin in bytes, so that Prometheus reports an exceeded limit. */
const BEYOND_LIMIT = 1024 ** 2;

/** The user `nginx` of the official image. */
const IMAGE_USER = { uid: 101, gid: 101 };

export function nginx(input: NginxInput): Service {
  return {
    kind: "container",
    name: NGINX,
    description: "Podwatch front door and gateway bridge (NGINX)",
    image: input.image,
    args: ["nginx", "-c", `${CONFIG_DIRECTORY}/nginx.conf`, "-g", "daemon off;"],
    user: bridgeUser(input),
    // The image's entry point is verbose.
    environment: { NGINX_ENTRYPOINT_QUIET_LOGS: "1" },
    files: files(input),
    ...(input.secrets?.length ? { secrets: input.secrets } : {}),
    ...reloadedSecrets(input),
    hostDirectories: [
      ...(input.gateways ? [input.gateways.socketDirectory] : []),
      ...(input.hostSockets ? [{ host: input.hostSockets.directory, inside: HOST_SOCKETS }] : []),
    ],
    ports: publishedPorts(input),
    hooks: {
      check: readTemplate("nginx/check.sh"),
      ready: readTemplate("nginx/ready.sh"),
      reload: readTemplate(input.tls ? "nginx/reloadTls.sh" : "nginx/reload.sh"),
    },
    ...(input.unitKeys ? { unitKeys: input.unitKeys } : {}),
    trial: ["nginx", "-v"],
    readyWithin: 30,
  };
}

/** What a reload takes in; in the order of the component's secrets. */
function reloadedSecrets({ logIns, tls }: NginxInput): Pick<Service, "reloadedSecrets"> {
  const names = [...(logIns ? [USERS_SECRET, TOKENS_SECRET] : []), ...(tls ? [CERTIFICATE_SECRET] : [])];
  return names.length > 0 ? { reloadedSecrets: names } : {};
}

/** The host's group that may write to the sockets for the bridge, if rootful. */
export function bridgeGroup(gateways: { readonly enabled: boolean; readonly gid: number }): number {
  return gateways.enabled ? gateways.gid : IMAGE_USER.gid;
}

function bridgeUser({ gateways, hostSockets }: NginxInput): User {
  return {
    uid: gateways?.uid ?? IMAGE_USER.uid,
    gid: gateways?.gid ?? IMAGE_USER.gid,
    asLoginUser: gateways !== undefined || hostSockets !== undefined,
  };
}

function files(input: NginxInput): Record<string, string> {
  const rendered: Record<string, string> = {
    ...tlsFiles(input.tls),
    "html/index.html": renderTemplate("nginx/index.html.mustache", {
      host: input.host,
      links: input.backends.flatMap(({ endpoint, title, description }) =>
        description === undefined ? [] : [{ path: endpoint.path, title, description }],
      ),
      gateways: input.gateways !== undefined,
      runbooks: hasRunbooks(input),
    }),
    ...Object.fromEntries(
      Object.entries(input.runbooks).map(([name, text]) => [`html${RUNBOOKS_PATH}/${name}`, text]),
    ),
  };
  if (hasSockets(input)) {
    rendered["metrics.js"] = readTemplate("nginx/metrics.js");
    rendered["socket.conf"] = readTemplate("nginx/socket.conf");
  }
  if (input.gateways) {
    rendered["gateways.js"] = renderTemplate("nginx/gateways.js.mustache", {
      socketDirectory: input.gateways.socketDirectory,
      target: authority(BRIDGE_ENDPOINT),
    });
  }
  if (input.statusPort !== undefined) rendered["status.js"] = statusPage(input);
  if (input.logIns) {
    const posted = (kind: "queries" | "samples") =>
      input.backends.flatMap(({ endpoint: { path }, [kind]: paths = [] }) =>
        paths.map((below) => `${path}/${below}`),
      );
    const paths = { queries: posted("queries"), samples: posted("samples") };
    Object.assign(rendered, logInFiles(input.logIns, paths));
  }
  const release = digest([...Object.values(rendered), configuration(input, rendered, "")]);
  return { ...rendered, "nginx.conf": configuration(input, rendered, release) };
}

/** @param pages the other files, by their paths */
function configuration(input: NginxInput, pages: Readonly<Record<string, string>>, release: string): string {
  // podman publishes a port for all IPv4 addresses at all IPv6 addresses, too: nothing may answer there.
  const frontIpv6 = input.ipv6 && input.bind !== "0.0.0.0";
  const withOwnLogIns = input.backends.filter(({ logIns }) => logIns === true);
  const takesAlerts = input.logIns !== undefined && sendsAlerts(input.logIns);
  return renderTemplate("nginx/nginx.conf.mustache", {
    resolver: input.resolver,
    ipv6: input.ipv6,
    frontIpv6,
    logInFrom: frontIpv6 ? "$log_in_network" : "$binary_remote_addr",
    frontPorts: [FRONT_PORT, ...(input.statusPort === undefined ? [] : [STATUS_PORT])].map((port) => ({
      listen: `${port}${input.tls ? " ssl" : ""}`,
    })),
    statusPort: input.statusPort !== undefined && STATUS_PORT,
    ...tlsView(input.tls),
    http: httpView(input.http),
    internalPort: BRIDGE_ENDPOINT.port,
    filesDirectory: CONFIG_DIRECTORY,
    release,
    everywhere: isWildcard(input.bind),
    otherNames: isWildcard(input.bind) ? "$is_asked_by_address" : "0",
    otherPages: isWildcard(input.bind) ? "$is_from_page_of_address" : "0",
    names: [...new Set([...OWN_NAMES, ...input.serverNames])].map((name) => ({ name })),
    logIns: withOwnLogIns.length > 0 && {
      places: withOwnLogIns.map(({ endpoint: { path } }) => ({ path })),
    },
    framed: input.backends
      .filter(({ framedBy = [] }) => framedBy.length > 0)
      .map(({ endpoint: { path }, framedBy = [] }) => ({ path, origins: framedBy.join(" ") })),
    startPolicy: pagePolicy(pages["html/index.html"] ?? ""),
    statusPolicy: pages["status.js"] === undefined ? false : pagePolicy(pages["status.js"]),
    runbooksPolicy: RUNBOOKS_POLICY,
    frames: input.backends.some(({ framedBy = [] }) => framedBy.length > 0),
    auth: input.logIns !== undefined,
    metrics: (input.metrics ?? []).map(({ path, from }, index) => ({ path, index, ...at(from) })),
    backends: input.backends.map(
      ({ name, endpoint: { host, port, path }, atRoot, largestBody, logIns, ...backend }) => ({
        area: logIns === true ? OWN_LOG_IN : name,
        ownLogIn: logIns === true,
        variable: `upstream_${name.replaceAll("-", "_")}`,
        host,
        port,
        path,
        atRoot: atRoot?.join("|") ?? false,
        largestBody: largestBody ?? false,
        liveLocation: backend.livePath ?? false,
        closed: locations(path, backend.closed),
        readOnly: locations(path, backend.readOnly),
        alerts: takesAlerts ? locations(path, backend.alerts) : [],
      }),
    ),
    sockets: hasSockets(input),
    scripts:
      hasSockets(input) || [input.logIns, input.statusPort, input.tls].some((part) => part !== undefined),
    gateways: input.gateways !== undefined,
    gatewayBytes: answerBytes(input.gateways?.limits?.bodySize ?? input.bodySize),
    gatewaySeconds: Math.max(GATEWAY_WITHIN, Math.ceil(inSeconds(input.gateways?.scrapeInterval ?? "0s"))),
    hostBytes: answerBytes(input.bodySize),
    runbooks: hasRunbooks(input),
    formerly: input.root === "prometheus" && FORMERLY,
    socketDirectory: input.gateways?.socketDirectory ?? "",
    hostSockets: (input.hostSockets?.sockets ?? []).map(({ name, location }) => ({
      location,
      path: `${HOST_SOCKETS}/${name}.sock`,
    })),
    snippet: input.snippet?.trimEnd() || false,
  });
}

function locations(path: string, below: readonly string[] = []) {
  return below.map((one) => ({ location: `${path}/${one}` }));
}

function hasSockets({ gateways, hostSockets }: NginxInput): boolean {
  return gateways !== undefined || hostSockets !== undefined;
}

/** NGINX's limit of a response's size; 0 means no limit. */
function answerBytes(bodySize: string): number {
  const bytes = inBytes(bodySize);
  return bytes === 0 ? 0 : bytes + BEYOND_LIMIT;
}

function hasRunbooks({ runbooks }: NginxInput): boolean {
  return Object.keys(runbooks).length > 0;
}

function digest(texts: readonly string[]): string {
  return createHash("sha256").update(texts.join("\0")).digest("hex").slice(0, 16);
}

/** NGINX itself is not looked up: its own server is on the same address. */
function at({ host, port, path }: Endpoint) {
  return { host: host === BRIDGE_ENDPOINT.host ? "127.0.0.1" : host, port, below: path };
}
