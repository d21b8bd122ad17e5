import { createServer, type IncomingHttpHeaders, type Server } from "node:http";
import type { AddressInfo } from "node:net";

/** A fake Prometheus: one series for `up`, an error for anything with "broken"; it records what it was asked. */
export class FakePrometheus {
  readonly seen: { path: string; form: URLSearchParams; headers: IncomingHttpHeaders }[] = [];
  private readonly server: Server;

  constructor() {
    this.server = createServer((incoming, outgoing) => {
      let body = "";
      incoming.on("data", (chunk) => {
        body += chunk;
      });
      incoming.on("end", () => {
        const path = incoming.url ?? "";
        const form = new URLSearchParams(body);
        this.seen.push({ path, form, headers: incoming.headers });
        const [status, answer] = this.answer(path, form);
        outgoing.writeHead(status, { "Content-Type": "application/json" }).end(JSON.stringify(answer));
      });
    });
  }

  async listen(): Promise<string> {
    await new Promise<void>((resolve) => this.server.listen(0, "127.0.0.1", resolve));
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}/prometheus`;
  }

  close(): void {
    this.server.closeAllConnections();
    this.server.close();
  }

  private answer(path: string, form: URLSearchParams): [number, unknown] {
    const query = form.get("query") ?? "";
    const metric = { __name__: "up", instance: "bridge:80", job: "gateways" };
    if (!path.startsWith("/prometheus/api/v1/"))
      return [404, { status: "error", errorType: "not_found", error: path }];
    if (query.includes("broken")) {
      return [
        400,
        { status: "error", errorType: "bad_data", error: 'invalid parameter "query": 1:7: parse error' },
      ];
    }
    if (path.endsWith("/label/job/values")) return [200, { status: "success", data: ["gateways"] }];
    if (query === "1+1")
      return [200, { status: "success", data: { resultType: "scalar", result: [1000, "2"] } }];
    const found = query.includes("up");
    if (path.endsWith("/query_range")) {
      const values = [
        [1000, "1"],
        [1015.5, "NaN"],
      ];
      return [
        200,
        { status: "success", data: { resultType: "matrix", result: found ? [{ metric, values }] : [] } },
      ];
    }
    const result = found ? [{ metric, value: [1000, "1"] }] : [];
    return [200, { status: "success", data: { resultType: "vector", result } }];
  }
}
