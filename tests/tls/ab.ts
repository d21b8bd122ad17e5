import type { LabHost } from "../integration/support/lab";

export interface AbReport {
  readonly requests: number;
  readonly failed: number;
  /** Requests a second. */
  readonly rate: number;
}

/** As many requests as a host can send (ab of Apache), half of them on kept connections, until it is told to stop. */
export function startAb(client: LabHost, url: string): { stop(): Promise<AbReport> } {
  // ab ends at the first connection that breaks, and then tells no numbers.
  const runs = ["-k", ""].map((kept, index) =>
    client.tryExec(`ab -q -c 16 -t 600 -n 100000000 ${kept} ${url} & echo $! >/run/ab-${index}.pid; wait`),
  );
  return {
    async stop() {
      const ended = await client.tryExec("kill -INT $(cat /run/ab-0.pid /run/ab-1.pid)");
      const reports = (await Promise.all(runs)).map(({ stdout, stderr }) => {
        const number = (label: string) => Number(new RegExp(`^${label}: +([\\d.]+)`, "m").exec(stdout)?.[1]);
        const [requests, failed, rate] = ["Complete requests", "Failed requests", "Requests per second"].map(
          number,
        );
        if (requests === undefined || !(requests > 0))
          throw new Error(`ab ended early: ${stdout}${stderr}${ended.stderr}`);
        const refused = number("Non-2xx responses") || 0;
        return { requests, failed: (failed ?? 0) + refused, rate: rate ?? 0 };
      });
      const sum = (key: keyof AbReport) => reports.reduce((total, report) => total + report[key], 0);
      return { requests: sum("requests"), failed: sum("failed"), rate: sum("rate") };
    },
  };
}
