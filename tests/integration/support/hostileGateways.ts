import { ENGINE } from "./engine";
import { ask, startHostile, stopHostile } from "./hostile";
import { eventually, type LabHost } from "./lab";
import { query } from "./queries";

/** What the front and the bridge of a deployed host make of gateways that answer as none should. */
export function hostileGateways(host: () => LabHost): void {
  describe("a gateway that is hostile or broken", () => {
    const doors: Record<string, string> = { front: "http://127.0.0.1" };

    beforeAll(async () => {
      await startHostile(host(), "one", "html");
      const address = await host().exec(
        `${ENGINE} inspect -f '{{.NetworkSettings.Networks.podwatch.IPAddress}}' podwatch-nginx`,
      );
      doors.bridge = `http://${address.trim()}:8081`;
    });

    afterAll(() => stopHostile(host()));

    const through = (door: string, way: string, ...options: string[]) =>
      ask(
        host(),
        `${doors[door]}/roq/service/one/metrics?do=${encodeURIComponent(way)}`,
        // An answer without headers is one, to some.
        ...["--http0.9", ...options],
      );

    const OURS = [
      ...["connection", "content-security-policy", "content-type", "date", "server", "transfer-encoding"],
      ...["referrer-policy", "x-content-type-options", "x-frame-options"],
    ];
    const TEXT = "text/plain; version=0.0.4; charset=utf-8";
    const served: ReadonlyArray<readonly [way: string, type: string, body: string | RegExp]> = [
      ["html", TEXT, "<script>alert(1)</script>"],
      ["redirect", TEXT, ""],
      ["throttle", TEXT, "a 1\n".repeat(100)],
      ["open", "application/openmetrics-text; version=1.0.0; charset=utf-8", "a 1\n# EOF\n"],
      ["bomb", TEXT, /^.{20,}/s],
      ["trailers", TEXT, "a 1\n"],
    ];
    const refused = [
      ...["rubbish", "nothing", "headers", "endless refusal"],
      ...["101", "204", "206", "301", "304", "401", "404", "500", "999"].map((code) => `status ${code}`),
    ];

    test.each(["front", "bridge"].flatMap((door) => served.map((row) => [door, ...row] as const)))(
      "through the %s, %s is text, and brings no header of its own",
      async (door, way, type, body) => {
        const answer = await through(door, way);
        expect(answer).toMatchObject({ code: 0, status: 200 });
        expect(answer.seconds).toBeLessThan(3);
        expect(Object.keys(answer.headers).filter((name) => !OURS.includes(name))).toEqual([]);
        expect(answer.headers).toMatchObject({
          "content-type": type,
          "content-security-policy": "default-src 'none'; frame-ancestors 'none'; sandbox",
          "x-content-type-options": "nosniff",
          server: "nginx",
        });
        expect(answer.body).toEqual(typeof body === "string" ? body : expect.stringMatching(body));
      },
    );

    test.each(["front", "bridge"].flatMap((door) => refused.map((way) => [door, way] as const)))(
      "through the %s, %s is a bad gateway",
      async (door, way) => {
        const answer = await through(door, way);
        // What is no HTTP at all cannot be told of any more.
        expect(answer.status).toBe(way === "rubbish" ? 0 : 502);
        expect(Object.keys(answer.headers).filter((name) => !OURS.includes(name))).toEqual([]);
        expect(answer.body).not.toContain("<");
      },
    );

    test("only what reads is passed on, and no tunnel", async () => {
      expect((await through("front", "html", "-X", "POST", "-d", "x=1")).status).toBe(405);
      expect((await through("bridge", "html", "-X", "DELETE")).status).toBe(405);
      const upgrade = ["-H", "Connection: Upgrade", "-H", "Upgrade: websocket"];
      expect((await through("front", "status 101", ...upgrade)).status).toBe(400);
    });

    test("endless responses are aborted, and others are served meanwhile", async () => {
      for (const way of ["endless", "gigabyte"]) {
        const { code, seconds } = await through("front", way);
        expect({ way, code }).toEqual({ way, code: 18 });
        expect(seconds).toBeLessThan(5);
      }
      const hang = ["silent", "silent", "slow headers", "interim", "trickle", "trickle"];
      const all = Promise.all(hang.map((way) => through("front", way)));
      const crowd = host().exec(
        `curl -sZ --parallel-immediate --parallel-max 40 --max-time 20 -w '%{http_code}\\n' \
          'http://127.0.0.1/roq/service/one/metrics?do=silent&visitor=[1-40]' | grep -Ec '^503$' || :`,
      );
      for (const _ of Array(20)) {
        const good = await host().fetch("/roq/service/deribit/metrics");
        expect(good.status).toBe(200);
        expect(good.seconds).toBeLessThan(2);
      }
      const ended = await all;
      for (const { seconds } of ended) expect(seconds).toBeLessThan(18);
      // More than a gateway may keep: of 46, it keeps 32.
      const turnedAway = ended.filter(({ status }) => status === 503).length;
      expect(turnedAway + Number(await crowd)).toBe(14);
      // Those that say nothing for too long; what is cut off is told by nothing.
      expect(ended.every(({ status }) => [0, 503, 504].includes(status))).toBe(true);
    });

    test("scrapes of other gateways continue, memory stays bounded, and no file is written", async () => {
      for (const way of ["endless", "gigabyte", "trickle", "silent"]) await startHostile(host(), way, way);
      const value = async (expression: string) => (await query(host(), expression))[0]?.value;
      const met = "prometheus_target_scrapes_exceeded_body_size_limit_total";
      // Of both, several times.
      await eventually(
        60,
        () => value(`${met} and on() count(count_over_time(up{instance="silent"}[1h]) > 4)`),
        (count) => (count ?? 0) >= 6,
      );
      expect(await value('min(min_over_time(up{instance="deribit"}[30s]))')).toBe(1);
      expect(await value('max(max_over_time(up{instance=~"endless|gigabyte|trickle|silent"}[5m]))')).toBe(0);
      const peak = async (container: string) =>
        Number(
          await host().exec(
            `awk '/^VmHWM/ { print $2 }' /proc/$(${ENGINE} inspect -f '{{.State.Pid}}' ${container})/status`,
          ),
        ) / 1024;
      expect(await peak("podwatch-prometheus")).toBeLessThan(500);
      expect(await peak("podwatch-nginx")).toBeLessThan(100);
      const workers = await host().exec(
        "for pid in $(pgrep -x nginx); do awk '/^VmHWM/ { print $2 }' /proc/$pid/status; done",
      );
      for (const kilobytes of workers.split("\n").filter(Boolean)) {
        expect(Number(kilobytes) / 1024).toBeLessThan(200);
      }
      expect(await host().exec(`${ENGINE} exec podwatch-nginx find /tmp -type f -not -name nginx.pid`)).toBe(
        "",
      );
    });
  });
}
