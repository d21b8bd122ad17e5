// An exporter that is asked about other machines, as snmp_exporter is.
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { HERE } from "./lab";

export interface DeviceExporter {
  /** Where it is asked, as host:port. */
  readonly target: string;
  /** What it was asked, until now. */
  readonly queries: URLSearchParams[];
  close(): void;
}

export async function deviceExporter(): Promise<DeviceExporter> {
  const queries: URLSearchParams[] = [];
  const server = createServer(({ url = "/" }, response) => {
    const { pathname, searchParams } = new URL(url, "http://x");
    queries.push(searchParams);
    const known = pathname === "/snmp" && searchParams.get("target");
    response.writeHead(known ? 200 : 400, { "content-type": "text/plain; version=0.0.4" });
    response.end("sysUpTime 1\n");
  });
  await new Promise<void>((listening, failed) => server.once("error", failed).listen(0, HERE, listening));
  const { port } = server.address() as AddressInfo;
  return { target: `${HERE}:${port}`, queries, close: () => server.close() };
}
