import type { Front } from "../../operate/front";
import type { Answered } from "../../operate/reach";
import { alertIsTaken, alertsArrive } from "../../operate/verifyAlerts";

/** A front with what Prometheus and Alertmanager answer by path. */
function front(answers: Record<string, unknown | (() => unknown)>) {
  const ask = async (path: string): Promise<Answered> => {
    const answer = answers[decodeURIComponent(path)];
    const found = typeof answer === "function" ? answer() : answer;
    return found === undefined
      ? { status: 502, body: "bad gateway" }
      : { status: 200, body: JSON.stringify(found) };
  };
  const json = async (path: string) => {
    const { status, body } = await ask(path);
    if (status !== 200) throw new Error(`${path} is answered with status ${status}`);
    return JSON.parse(body);
  };
  return { front: { ask, json } as unknown as Front };
}

const POST = "/alertmanager/api/v2/alerts";
const list = (name: string) => `${POST}?filter=alertname="${name}"`;
const forReceivers = (...names: string[]) => [{ receivers: names.map((name) => ({ name })) }];

describe("an alert of our own", () => {
  const ROUTED = '          - alertname="PodwatchVerify"\n        receiver: nobody\n';
  /** A host whose runner answers so; keeps what it was called with. */
  const host = (answer: () => unknown) => {
    const called: string[] = [];
    const call = async (words: readonly string[]) => {
      called.push(words.join(" "));
      return JSON.stringify(answer());
    };
    return { host: { call }, called };
  };

  test("is listed", async () => {
    const { host: asked, called } = host(() => forReceivers("nobody"));
    expect(await alertIsTaken(asked, ROUTED, 0)).toBe("PodwatchVerify is listed, and sent to nobody");
    expect(called).toEqual(["verify alertmanager"]);
  });

  test("is not sent where it might reach people", async () => {
    const { host: asked, called } = host(() => forReceivers("nobody"));
    await expect(alertIsTaken(asked, '- alertname="Watchdog"', 0)).rejects.toThrow(/run pulumi up/);
    expect(called).toEqual([]);
  });

  test("is not sent if people would be notified", async () => {
    const { host: asked, called } = host(() => forReceivers("nobody", "oncall"));
    await expect(alertIsTaken(asked, ROUTED, 60)).rejects.toThrow(
      /would send PodwatchVerify to nobody, oncall/,
    );
    expect(called).toHaveLength(1);
  });

  test("has to be listed, and Alertmanager has to answer", async () => {
    await expect(alertIsTaken(host(() => []).host, ROUTED, 0)).rejects.toThrow(/does not list it/);
    const silent = host(() => {
      throw new Error("it does not take an alert");
    });
    await expect(alertIsTaken(silent.host, ROUTED, 0)).rejects.toThrow(/does not take an alert/);
  });
});

describe("alerts of Prometheus", () => {
  const answers = (urls: string[], rules: string[], watchdogs: unknown[]) =>
    front({
      "/prometheus/api/v1/alertmanagers": {
        data: { activeAlertmanagers: urls.map((url) => ({ url })) },
      },
      "/prometheus/api/v1/rules?type=alert": {
        data: { groups: [{ rules: rules.map((name) => ({ name })) }] },
      },
      [list("Watchdog")]: watchdogs,
    }).front;
  const URL = "http://podwatch-alertmanager:9093/alertmanager/api/v2/alerts";

  test.each([
    [[], ["Watchdog"], forReceivers("nobody"), "Prometheus knows no Alertmanager"],
    [[URL], ["Watchdog"], [], `Prometheus sends to ${URL}, but Watchdog is not listed by Alertmanager`],
  ])("%j, rules %j, listed %j: %s", async (urls, rules, watchdogs, problem) => {
    await expect(alertsArrive(answers(urls, rules, watchdogs), 0)).rejects.toThrow(problem);
  });

  test("the one that always fires has come", async () => {
    const asked = answers([URL], ["TargetDown", "Watchdog"], forReceivers("nobody"));
    expect(await alertsArrive(asked, 0)).toBe("Watchdog has come from Prometheus");
  });

  test("where it is switched off, Prometheus at least knows whom to tell", async () => {
    expect(await alertsArrive(answers([URL], ["TargetDown"], []), 0)).toBe(`Prometheus sends to ${URL}`);
  });

  describe("after a start or a change", () => {
    beforeEach(() => jest.useFakeTimers());
    afterEach(() => jest.useRealTimers());

    const at = (secondsAgo: number) => new Date(Date.now() - secondsAgo * 1000).toISOString();

    /** Services of these ages, in seconds; the alert that always fires comes so many seconds from now. */
    function young(ages: { prometheus: number; alertmanager: number }, comes: number) {
      const [begin, runtime] = [Date.now(), { lastConfigTime: at(ages.prometheus) }];
      const uptime = at(ages.alertmanager);
      return front({
        "/prometheus/api/v1/query?query=time()": () => ({ data: { result: [Date.now() / 1000, "0"] } }),
        "/prometheus/api/v1/status/runtimeinfo": { data: runtime },
        "/alertmanager/api/v2/status": { uptime },
        "/prometheus/api/v1/alertmanagers": { data: { activeAlertmanagers: [{ url: URL }] } },
        "/prometheus/api/v1/rules?type=alert": {
          data: { groups: [{ interval: 15, rules: [{ name: "Watchdog" }] }] },
        },
        [list("Watchdog")]: () => (Date.now() - begin >= comes * 1000 ? forReceivers("nobody") : []),
      }).front;
    }

    /** What is found with `--timeout 5`, and after how many seconds. */
    async function found(asked: Front): Promise<[string, number]> {
      const begin = Date.now();
      const told = alertsArrive(asked, 5).catch((error: Error) => error.message);
      await jest.runAllTimersAsync();
      return [await told, Math.round((Date.now() - begin) / 1000)];
    }

    const OLD = { prometheus: 9000, alertmanager: 9000 };
    const MISSING = `Prometheus sends to ${URL}, but Watchdog is not listed by Alertmanager`;

    test.each([
      ["Prometheus was just started or changed", { ...OLD, prometheus: 10 }],
      ["Alertmanager was just started", { ...OLD, alertmanager: 10 }],
      ["a clock was set back", { ...OLD, alertmanager: -3600 }],
    ])("%s: waits for a minute and two evaluations", async (_, ages) => {
      expect(await found(young(ages, 85))).toEqual(["Watchdog has come from Prometheus", 85]);
      const [told, after] = await found(young(ages, 1000));
      expect(told).toBe(MISSING);
      expect(after).toBeGreaterThanOrEqual(95);
      expect(after).toBeLessThanOrEqual(106);
    });

    test("where nothing is new, it waits as for everything else", async () => {
      const [told, after] = await found(young(OLD, 1000));
      expect([told, after]).toEqual([MISSING, 6]);
    });
  });
});
