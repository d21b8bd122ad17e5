// A stand-in for the API of an OpenStack cloud, as far as a program needs it that makes machines: Keystone, Neutron, Nova, Glance and Cinder, by
// their documented paths, bodies and answers. It refuses what the real ones refuse: without a token, what is not there, what is there already,
// what is unknown in a body, what is still in use, what goes beyond the quota. Its servers are hosts of the lab.
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { Compute, type Quota as ComputeQuota } from "./compute";
import { DOMAIN, Identity, type LogIn, REGION } from "./identity";
import { type Machines, NO_MACHINES } from "./machines";
import { type Quota as NetworkQuota, Networks } from "./network";
import { type Answer, type Asked, Refused, type Service } from "./service";
import { type Quota as VolumeQuota, Volumes } from "./volume";

export interface Options {
  /** Where it listens; default: on loopback. */
  readonly address?: string;
  readonly machines?: Machines;
  /** Networks that are there, by name: their IPv4 addresses, and whether they lead outside. */
  readonly networks?: Readonly<Record<string, { readonly cidr: string; readonly external: boolean }>>;
  readonly images?: readonly string[];
  readonly flavors?: readonly string[];
  readonly zones?: readonly string[];
}

export const LOG_IN: LogIn = { username: "operator", password: "a password of the lab", project: "region" };

/** How all services but the one that logs in behave: slow by so many milliseconds, with errors of the server, or every other time, without an answer, or cutting connections off. */
export type Trouble = { readonly slow: number } | "failing" | "flapping" | "hanging" | "cutting";

type Quota = NetworkQuota & ComputeQuota & VolumeQuota;

export class OpenStack {
  readonly quota: Quota = { instances: 10, volumes: 10, floatingIps: 10, ports: 50 };
  readonly identity = new Identity(LOG_IN, () => this.url);
  readonly networks: Networks;
  readonly volumes: Volumes;
  readonly compute: Compute;
  trouble: Trouble | undefined;
  private asked = 0;
  /** What was refused: method, path, status and why, oldest first. */
  readonly refused: string[] = [];
  /** What was done: method, path and status, oldest first. */
  readonly done: string[] = [];

  private constructor(
    private readonly server: Server,
    private readonly address: string,
    { machines = NO_MACHINES, networks = {}, images = [], flavors = [], zones = ["nova"] }: Options,
  ) {
    const { projectId } = this.identity;
    this.networks = new Networks(projectId, this.quota, async (port) => {
      const server = this.compute.at(port);
      if (server !== undefined) await machines.reach(server.id, this.reachOf(port));
    });
    this.volumes = new Volumes(projectId, this.quota, zones, (id) => machines.forget(id));
    this.compute = new Compute(
      projectId,
      this.quota,
      zones,
      { images, flavors },
      this.networks,
      this.volumes,
      machines,
    );
    for (const [name, { cidr, external }] of Object.entries(networks))
      this.networks.provide(name, cidr, external);
  }

  static async start(options: Options = {}): Promise<OpenStack> {
    const server = createServer();
    const { address = "127.0.0.1" } = options;
    const cloud = new OpenStack(server, address, options);
    server.on("request", (request, response) => void cloud.respond(request, response));
    await new Promise<void>((resolve) => server.listen(0, address, resolve));
    return cloud;
  }

  get url(): string {
    return `http://${this.address}:${(this.server.address() as AddressInfo).port}`;
  }

  /** The file `clouds.yaml` of people who have a log-in. */
  clouds(name: string): string {
    const { username, password, project } = LOG_IN;
    const auth = {
      auth_url: `${this.url}/identity/v3`,
      username,
      password,
      project_name: project,
      user_domain_name: DOMAIN,
      project_domain_name: DOMAIN,
    };
    const lines = Object.entries(auth).map(([key, value]) => `      ${key}: ${JSON.stringify(value)}\n`);
    return `clouds:\n  ${name}:\n    region_name: ${REGION}\n    identity_api_version: "3"\n    auth:\n${lines.join("")}`;
  }

  /** All that people have made and is there, by kind and name. */
  left(): string[] {
    const { networks, volumes, compute } = this;
    const mine = ({ id }: { readonly id: string }) => !networks.provided.has(id);
    const kinds: Array<[string, Iterable<{ name?: unknown; floating_ip_address?: unknown }>]> = [
      ["network", [...networks.networks.values()].filter(mine)],
      ["subnet", [...networks.subnets.values()].filter(mine)],
      ["router", networks.routers.values()],
      ["port", networks.ports.values()],
      [
        "security group",
        [...networks.groups.all.values()].filter(({ id }) => id !== networks.groups.default),
      ],
      ["floating IP", networks.floating.all.values()],
      ["keypair", compute.keypairs.values()],
      ["server", compute.servers.values()],
      ["volume", volumes.all.values()],
    ];
    return kinds.flatMap(([kind, things]) =>
      [...things].map((thing) => `${kind} ${String(thing.name ?? thing.floating_ip_address)}`),
    );
  }

  async stop(): Promise<void> {
    this.server.closeAllConnections();
    await new Promise<void>((resolve) => this.server.close(() => resolve()));
  }

  private reachOf(id: string) {
    const port = this.networks.ports.get(id);
    return {
      fixed: (port?.fixed_ips ?? []).map(({ ip_address }) => ip_address),
      floating: this.networks.floating.of(id),
      rules: this.networks.groups.ingress(port?.security_groups ?? []),
    };
  }

  private serviceOf(path: string): [Service, rest: string] | undefined {
    const [, first = "", rest = ""] = /^(\/[a-z]+)(\/.*)?$/.exec(path) ?? [];
    const services: Readonly<Record<string, Service>> = {
      "/identity": this.identity.service,
      "/network": this.networks.service,
      "/compute": this.compute.service,
      "/image": this.compute.images,
      "/volume": this.volumes.service,
    };
    const service = services[first];
    return service === undefined ? undefined : [service, rest === "" ? "/" : rest];
  }

  private async respond(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { pathname, searchParams } = new URL(request.url ?? "/", this.url);
    const method = request.method ?? "GET";
    const [service, rest] = this.serviceOf(pathname) ?? [];
    if (service === undefined || rest === undefined) {
      response.writeHead(404).end();
      return;
    }
    const { status, body } = await this.answer(service, method, rest, searchParams, request).catch(
      (error) => {
        const refused = error instanceof Refused ? error : new Refused(500, String(error));
        this.refused.push(`${method} ${pathname} ${refused.status} ${refused.message}`);
        return { status: refused.status, body: service.refusal(refused) };
      },
    );
    if (status < 400) this.done.push(`${method} ${pathname} ${status}`);
    const token =
      rest === "/v3/auth/tokens" && status === 201 ? { "X-Subject-Token": this.identity.issued } : {};
    response.writeHead(status, { "Content-Type": "application/json", ...token });
    response.end(body === undefined ? undefined : JSON.stringify(body));
  }

  private async answer(
    service: Service,
    method: string,
    path: string,
    query: URLSearchParams,
    request: IncomingMessage,
  ): Promise<Answer> {
    const text = await textOf(request);
    if (service !== this.identity.service)
      this.identity.check(request.headers["x-auth-token"] as string | undefined);
    const asked: Asked = { query, body: parsed(text) };
    if (service !== this.identity.service) await this.suffer(request);
    return service.answer(method, path, asked);
  }

  private async suffer(request: IncomingMessage): Promise<void> {
    const { trouble } = this;
    this.asked += 1;
    if (trouble === "failing" || (trouble === "flapping" && this.asked % 2 === 1))
      throw new Refused(503, "The server is currently unavailable. Please try again at a later time.");
    if (trouble === "cutting") request.socket.destroy();
    if (trouble === "hanging") await new Promise(() => {});
    if (typeof trouble === "object") await new Promise((resolve) => setTimeout(resolve, trouble.slow));
  }
}

async function textOf(request: IncomingMessage): Promise<string> {
  const parts: Buffer[] = [];
  for await (const part of request) parts.push(part as Buffer);
  return Buffer.concat(parts).toString();
}

function parsed(text: string): unknown {
  if (text === "") return undefined;
  try {
    return JSON.parse(text);
  } catch {
    throw new Refused(400, "Malformed request body");
  }
}
