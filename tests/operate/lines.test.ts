import { linesAreTaken, watchesTelegraf } from "../../operate/lines";

/** A Prometheus with these hosts' Telegrafs, of which some only fail. */
const front = (writing: string[], failing: string[]) => ({
  json: async (path: string): Promise<never> => {
    const asked = decodeURIComponent(path);
    expect(asked).toContain('internal_write_errors{job="telegraf", output="influxdb"}');
    const hosts = asked.includes("increase") ? failing : writing;
    return { data: { result: hosts.map((instance) => ({ metric: { instance } })) } } as never;
  },
});

test("a Prometheus that watches a Telegraf is known by its job", () => {
  const bundle = (job: string) =>
    `part files/prometheus.yml\n  scrape_configs:\n    - job_name: ${job}\n      static_configs: []\n`;
  expect(watchesTelegraf(bundle("telegraf"))).toBe(true);
  expect(watchesTelegraf(bundle("telegraf-of-others"))).toBe(false);
});

test("all that write are named", async () => {
  await expect(linesAreTaken(front(["exec2", "exec1"], []))).resolves.toBe("those of exec1, exec2 get there");
  await expect(linesAreTaken(front([], []))).resolves.toBe("no Telegraf writes to an InfluxDB");
});

test("those that only fail are named, with where the reason stands", async () => {
  await expect(linesAreTaken(front(["exec1", "exec2"], ["exec2"]))).rejects.toThrow(
    /^what exec2 sends waits on disk there, since InfluxDB does not take it: see journalctl --unit podwatch-telegraf$/,
  );
});
