// Every shipped alert fires when it has to, and only then: each has cases just beyond and just short of each of its
// thresholds and of its `for`, put to a real promtool.
import { CATALOGUE } from "../../components/catalogue";
import { casesOf } from "./all";
import { answers } from "./promtool";
import { questions } from "./questions";

jest.setTimeout(300_000);

describe.each(CATALOGUE.map((group) => [group.name, group] as const))("%s", (_, group) => {
  const asked = group.alerts.flatMap((alert) => {
    const cases = casesOf(group.name, alert.name);
    return cases === undefined ? [] : questions(alert, cases);
  });
  let said: string[];

  beforeAll(() => {
    said = answers(asked);
  });

  test.each(asked.map(({ alert, title }, index) => [`${alert} ${title}`, index] as const))(
    "%s",
    (_, index) => {
      if (said[index] !== "") throw new Error(`${said[index]}\n\n${asked[index]?.rules}`);
    },
  );

  test.each(group.alerts.map((alert) => [alert.name, alert] as const))(
    "%s has cases on both sides of each threshold",
    (name, alert) => {
      const { fires = {}, silent = {} } = casesOf(group.name, name) ?? {};
      const thresholds = Object.keys(alert.thresholds);
      for (const cases of [Object.values(fires), Object.values(silent)]) {
        const crossed = cases.flatMap(({ just }) => just ?? []);
        expect(thresholds.filter((threshold) => !crossed.includes(threshold))).toEqual([]);
      }
      expect(Object.keys(fires).length).toBeGreaterThan(0);
      if (name !== "Watchdog") expect(Object.keys(silent).length).toBeGreaterThan(0);
    },
  );
});
