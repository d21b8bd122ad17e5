import { isAgent, samplesAreTaken } from "../../operate/remoteWrite";

const front = (...lines: string[]) => ({
  ask: async (path: string) => {
    expect(path).toBe("/prometheus/metrics");
    return { status: 200, body: lines.map((line) => `prometheus_remote_storage_${line}\n`).join("") };
  },
});
const sent = (name: string, time: number) =>
  `queue_highest_sent_timestamp_seconds{remote_name="${name}",url="http://a/"} ${time}`;
const newest = "highest_timestamp_in_seconds 1.795926745e+09";
const NOW = 1_795_926_745;

const podman = (words: string) => `part unit/podwatch-prometheus.container\n  [Container]\n  Exec=${words}\n`;
const docker = (words: string) =>
  `part unit/podwatch-prometheus.service\n  [Service]\n  ExecStartPre=docker run \\\n    ${words.replaceAll(" ", " \\\n    ")}\n`;

test.each([
  ["podman", podman],
  ["Docker", docker],
])("with %s, an agent is known by its arguments, not by the settings of its storage", (_, exec) => {
  expect(isAgent(exec("--config.file=/x --agent --storage.agent.path=/prometheus/agent"))).toBe(true);
  expect(isAgent(exec("--config.file=/x --enable-feature=agent"))).toBe(true);
  expect(isAgent(exec("--config.file=/x --storage.tsdb.path=/prometheus --web.user-agent=x"))).toBe(false);
});

test("an endpoint that takes samples is as new as what was scraped, but for a batch", async () => {
  const told = samplesAreTaken(front(newest, sent("central", NOW - 5), sent("archive", NOW - 59)));
  await expect(told).resolves.toBe("central takes them; archive takes them");
});

test.each([
  ["central has taken nothing; the log says why", [newest, sent("central", 0)]],
  ["central is 61 s behind; the log says why", [newest, sent("central", NOW - 61)]],
  [
    "central takes them; archive is 600 s behind, 12 samples were refused for good; the log says why",
    [
      newest,
      sent("central", NOW),
      sent("archive", NOW - 600),
      'samples_failed_total{remote_name="archive",url="http://a/"} 12',
    ],
  ],
  ["nothing has been scraped yet", ["highest_timestamp_in_seconds 0", sent("central", 0)]],
  ["nothing has been scraped yet", [newest]],
])("else it says %s", async (text, lines) => {
  await expect(samplesAreTaken(front(...lines))).rejects.toThrow(new Error(text));
});
