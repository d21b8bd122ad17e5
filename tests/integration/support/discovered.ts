// Stand-ins of what Prometheus asks for targets: a list, Docker's API and EC2's, with what their documentation says of
// the answers. Each refuses whom the real one would refuse. What is found is this server itself.
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { HERE } from "./lab";

export interface Discovered {
  readonly url: string;
  readonly port: number;
  close(): void;
}

export const TOKEN = "list-s3cret-token";
export const ACCESS_KEY = "AKIDOFTHELAB";

export async function discovered(): Promise<Discovered> {
  const server = createServer((request, response) => {
    const { port } = server.address() as AddressInfo;
    answer(request, response, port);
  });
  await new Promise<void>((listening, failed) => server.once("error", failed).listen(0, HERE, listening));
  const { port } = server.address() as AddressInfo;
  return { url: `http://${HERE}:${port}`, port, close: () => server.close() };
}

function answer(request: IncomingMessage, response: ServerResponse, port: number): void {
  const { pathname } = new URL(request.url ?? "/", "http://x");
  const say = (status: number, type: string, body: string) => {
    response.writeHead(status, { "content-type": type, "api-version": "1.41" });
    response.end(body);
  };
  const json = (value: unknown) => say(200, "application/json", JSON.stringify(value));
  const path = pathname.replace(/^\/v1\.\d+/, "");
  const answers: Readonly<Record<string, () => unknown>> = {
    "/metrics": () => say(200, "text/plain; version=0.0.4", "found 1\n"),
    "/targets": () =>
      request.headers.authorization === `Bearer ${TOKEN}` ? json(listed(port)) : say(401, "text/plain", ""),
    "/_ping": () => say(200, "text/plain", "OK"),
    "/containers/json": () => json(CONTAINERS(port)),
    "/networks": () => json([{ Id: "n1", Name: "shop", Scope: "local", Labels: {} }]),
    "/": () => asEc2(request, say),
  };
  (answers[path] ?? (() => say(404, "text/plain", "")))();
}

const listed = (port: number) => [
  { targets: [`${HERE}:${port}`], labels: { env: "production", __meta_datacenter: "north" } },
  { targets: ["10.99.0.250:1"], labels: { env: "test" } },
];

const CONTAINERS = (port: number) =>
  [
    { name: "web-1", monitored: "true", PublicPort: port },
    { name: "web-2", monitored: "false", PublicPort: port },
    { name: "inner", monitored: "true" },
  ].map(({ name, monitored, ...published }) => ({
    Id: `id-of-${name}`,
    Names: [`/${name}`],
    Labels: { "io.podwatch/monitored": monitored },
    HostConfig: { NetworkMode: "shop" },
    NetworkSettings: { Networks: { shop: { NetworkID: "n1", IPAddress: "172.30.0.7" } } },
    // Docker says each published port twice, for IPv4 and IPv6.
    Ports: ["0.0.0.0", "::"].map((IP) => ({ IP, Type: "tcp", PrivatePort: 8080, ...published })),
  }));

type Say = (status: number, type: string, body: string) => void;

async function asEc2(request: IncomingMessage, say: Say): Promise<void> {
  let body = "";
  for await (const chunk of request) body += chunk;
  if (!request.headers.authorization?.startsWith(`AWS4-HMAC-SHA256 Credential=${ACCESS_KEY}/`))
    return say(401, "text/xml", "<Response><Errors/></Response>");
  const action = new URLSearchParams(body).get("Action") ?? "";
  const inner = { DescribeAvailabilityZones: ZONES, DescribeInstances: INSTANCES }[action];
  if (inner === undefined) return say(400, "text/xml", "<Response><Errors/></Response>");
  say(200, "text/xml", `<${action}Response>${inner}</${action}Response>`);
}

const ZONES =
  "<availabilityZoneInfo><item><zoneName>lab-1a</zoneName><zoneId>z1</zoneId></item></availabilityZoneInfo>";

const instance = (id: string, state: string, tags: Readonly<Record<string, string>>) =>
  `<item><instanceId>${id}</instanceId><imageId>ami-1</imageId><architecture>x86_64</architecture><instanceState><name>${state}</name></instanceState>` +
  `<placement><availabilityZone>lab-1a</availabilityZone></placement><privateIpAddress>${HERE}</privateIpAddress>` +
  `<vpcId>v</vpcId><subnetId>s</subnetId><instanceType>m5.large</instanceType><tagSet>${Object.entries(tags)
    .map(([key, value]) => `<item><key>${key}</key><value>${value}</value></item>`)
    .join("")}</tagSet></item>`;

const INSTANCES = `<reservationSet><item><ownerId>1</ownerId><instancesSet>${[
  instance("i-1", "running", { Name: "shop", Team: "core" }),
  instance("i-2", "running", { Name: "shop", Team: "core" }),
  instance("i-3", "running", { Team: "core" }),
  instance("i-4", "stopped", { Name: "old", Team: "core" }),
  instance("i-5", "running", { Name: "other" }),
].join("")}</instancesSet></item></reservationSet>`;
