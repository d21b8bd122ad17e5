// Routes and inhibition rules.
import { receiverNames } from "./receivers";
import { asFlag, asText, asTexts, needless, type Spot, type Table, takeAll, unknown } from "./spot";

/** What every alert matches: here a route has to say which alerts it is for. */
const ALL = 'alertname=~".*"';

const TIMING: Table = {
  receiver: (here) => here.put("receiver", receiverNames(here).get(here.text) ?? here.text),
  group_by: asTexts("groupBy"),
  group_wait: asText("groupWait"),
  group_interval: asText("groupInterval"),
  repeat_interval: asText("repeatInterval"),
  routes: (here) => {
    for (const item of here.items()) route(item.next("routes"));
  },
};

const ROUTE: Table = {
  ...TIMING,
  continue: asFlag("continue"),
  mute_time_intervals: asTexts("muteTimeIntervals"),
  active_time_intervals: asTexts("activeTimeIntervals"),
  match: () => {},
  match_re: () => {},
  matchers: () => {},
};

export function rootRoute(here: Spot): void {
  // All alerts are one group, unless the file says otherwise.
  here.put("groupBy", []);
  takeAll(here, { ...TIMING, continue: needless }, unknown);
}

function route(here: Spot): void {
  const matchers = matchersOf(here, "match", "match_re", "matchers");
  here.put("matchers", matchers.length === 0 ? [ALL] : matchers);
  takeAll(here, ROUTE, unknown);
}

export function inhibitRules(here: Spot): void {
  for (const item of here.items()) {
    const to = item.next("inhibitRules");
    for (const side of ["source", "target"]) {
      const matchers = matchersOf(to, `${side}_match`, `${side}_match_re`, `${side}_matchers`);
      to.put(`${side}Matchers`, matchers.length === 0 ? [ALL] : matchers);
    }
    takeAll(to, { equal: asTexts("equal"), name: () => {} }, (key) => {
      if (!/_match(_re|ers)?$/.test(key.key)) unknown(key);
    });
  }
}

/** All three ways to write them, as matchers. */
function matchersOf(here: Spot, equal: string, regex: string, matchers: string): string[] {
  const pairs = (key: string, operator: string) =>
    Object.keys(here.at(key).group).map((name) => `${name}${operator}${quoted(here.at(key, name).text)}`);
  return [
    ...pairs(equal, "="),
    ...pairs(regex, "=~"),
    ...here.at(matchers).list.flatMap((text) => separate(String(text))),
  ];
}

const quoted = (text: string) => JSON.stringify(text);

/** The matchers in a text such as `{a="b", c=~"d,e"}`. */
function separate(text: string): string[] {
  const inner = /^\s*\{(.*)\}\s*$/s.exec(text)?.[1] ?? text;
  const parts = inner.match(/(?:[^,"]|"(?:[^"\\]|\\.)*")+/g) ?? [];
  return parts.map((part) => withoutQuotedName(part.trim())).filter((part) => part !== "");
}

/** Alertmanager takes names in quotes, too. */
function withoutQuotedName(matcher: string): string {
  return matcher.replace(/^"([A-Za-z_][A-Za-z0-9_]*)"(?=\s*(=|!))/, "$1");
}
