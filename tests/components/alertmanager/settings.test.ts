// Alertmanager's settings: what is taken, what is refused with which way out.
import { receiverConfig } from "../../../components/alertmanager/receivers.render";
import { problemsOf, settingsOf, stack } from "../../config/support";

const slack = { apiUrl: "https://hooks.slack.com/services/T0/B0/xyzzyxyzzy" };
const ops = { slack };
const TOPIC = "arn:aws:sns:eu-central-1:123456789012:alerts";
const encrypted = { secretKeys: ["host", "alertmanager"] };
const problems = (alertmanager: unknown, world = {}) =>
  problemsOf(stack({ alertmanager }), { ...encrypted, ...world });
const settings = (alertmanager: unknown) => settingsOf(stack({ alertmanager }), encrypted).alertmanager;

describe("is deployed", () => {
  test.each([
    ["not by itself", {}, false],
    ["once somebody is to be told", { receivers: { ops } }, true],
    ["for a dead man's switch alone", { deadMansSwitch: { url: "https://hc-ping.com/xyzzy" } }, true],
    ["for its page alone", { enabled: true }, true],
    ["unless it is switched off", { enabled: false, receivers: { ops } }, false],
  ])("%s", (_, given, expected) => {
    expect(settings(given).enabled).toBe(expected);
  });

  test("not without Prometheus", () => {
    const raw = stack({
      alertmanager: { receivers: { ops } },
      prometheus: { enabled: false },
      grafana: { enabled: false },
    });
    expect(problemsOf(raw, encrypted)).toEqual([
      "podwatch:prometheus.enabled: false leaves Alertmanager without alerts; set alertmanager.enabled to false too, or remove this",
    ]);
  });
});

describe("receivers", () => {
  test("secrets in plain text are refused with the command to type", () => {
    const receivers = {
      ops: { slack, webhook: { url: "https://a.acme.net/x", bearerToken: "hunter2hunter2" } },
    };
    const lines = problems(
      { receivers, deadMansSwitch: { url: "https://hc-ping.com/x" } },
      { secretKeys: ["host"] },
    );
    const plain = (path: string) =>
      `podwatch:alertmanager.${path}: is a secret in plain text; encrypt it, type: pulumi config set --secret --path 'podwatch:alertmanager.${path}'`;
    expect(lines).toEqual([
      plain("deadMansSwitch.url"),
      plain("receivers.ops.slack.apiUrl"),
      plain("receivers.ops.webhook.bearerToken"),
      plain("receivers.ops.webhook.url"),
    ]);
  });

  test.each<[string, object, string]>([
    [
      "slack",
      { apiUrl: "hooks.slack.com/hunter2" },
      "slack.apiUrl: the value is not a webhook URL; write the one",
    ],
    ["opsgenie", { apiKey: "hunter2" }, "opsgenie.apiKey: the value is not an API key; write the one"],
    [
      "pagerduty",
      { routingKey: "hunter2" },
      "pagerduty.routingKey: the value is not a routing key; write the 32",
    ],
    ["webhook", { url: "hunter2" }, "webhook.url: the value is not a URL; write one"],
    [
      "discord",
      { webhookUrl: "hunter2" },
      "discord.webhookUrl: the value is not a webhook URL; write the one",
    ],
    ["msteamsv2", { webhookUrl: "hunter2" }, "msteamsv2.webhookUrl: the value is not a webhook URL; write"],
    [
      "pushover",
      { token: "hunter2", userKey: "u".repeat(30) },
      "pushover.token: the value is not an application's token; write",
    ],
    [
      "victorops",
      { apiKey: "hunter2", routingKey: "all" },
      "victorops.apiKey: the value is not an API key; write",
    ],
    ["mattermost", { webhookUrl: "hunter2" }, "mattermost.webhookUrl: the value is not a webhook URL; write"],
    [
      "rocketchat",
      { apiUrl: "https://c.net", channel: "#a", tokenId: "aaaaaaaaa", token: "hunter2" },
      "rocketchat.token: the value is not an access token; write",
    ],
    [
      "webex",
      { roomId: "Y2lzY29zcGFyazovL3VzL1JPT00v", bearerToken: "hunter2" },
      "webex.bearerToken: the value is not an access token; write",
    ],
    [
      "sns",
      { topicArn: TOPIC, accessKey: "AKIAIOSFODNN7EXAMPLE", secretKey: "hunter2" },
      "sns.secretKey: the value is not a secret access key; write",
    ],
    ["webhook", { url: "https://a.net/{{ .x }}" }, "webhook.url: the value is not a URL; write one"],
    [
      "telegram",
      { botToken: "hunter2", chatId: 1 },
      "telegram.botToken: the value is not a bot's token; write",
    ],
  ])("%s: a wrong secret is refused and not told: %j", (kind, given, text) => {
    const lines = problems({ receivers: { ops: { [kind]: given } } });
    expect(lines).toEqual([expect.stringContaining(`podwatch:alertmanager.receivers.ops.${text}`)]);
    expect(lines.join()).not.toContain("hunter2");
  });

  const mail = { to: ["ops@acme.net"], from: "podwatch@acme.net", smarthost: "smtp.acme.net:25" };
  test.each<[object, string]>([
    [{ ...mail, to: [] }, "email.to: a list is empty; write at least one mail address"],
    [{ ...mail, to: ["ops"] }, 'email.to[0]: "ops" is not a mail address; write one such as'],
    [
      { ...mail, smarthost: "smtp.acme.net" },
      'email.smarthost: "smtp.acme.net" is not a target; write host:port',
    ],
    [{ ...mail, authUsername: "me" }, "email.authPassword: is missing; write it too, or remove authUsername"],
    [{ ...mail, authPassword: "x" }, "email.authUsername: is missing; write it too, or remove authPassword"],
    [
      { ...mail, extra: { require_tls: false } },
      "email.extra.require_tls: would override the receiver's own settings; write it as requireTls of email",
    ],
    [{ ...mail, extra: { auth_password_file: "/x" } }, "email.extra.auth_password_file: would override"],
    [
      { ...mail, extra: { auth_secret: "x" } },
      "email.extra.auth_secret: is a secret, which anybody could read",
    ],
    [
      { ...mail, extra: { http_config: { basic_auth: { password: "x" } } } },
      "email.extra.http_config.basic_auth.password: is a secret",
    ],
  ])("mail: %j", (email, text) => {
    expect(problems({ receivers: { ops: { email } } })).toEqual([
      expect.stringContaining(`podwatch:alertmanager.receivers.ops.${text}`),
    ]);
  });

  test.each<[string, object, string]>([
    [
      "sns",
      { topicArn: TOPIC, accessKey: "AKIAIOSFODNN7EXAMPLE" },
      "sns.secretKey: is missing; write it too, or",
    ],
    ["sns", { topicArn: "alerts" }, 'sns.topicArn: "alerts" is not a topic; write its ARN, such as'],
    ["rocketchat", { channel: "alerts" }, 'rocketchat.channel: "alerts" is not a channel; write #'],
    ["webex", { roomId: "ops" }, 'webex.roomId: "ops" is not a space\'s id; write the one'],
    ["webex", { basicAuth: {} }, "webex.basicAuth: unknown setting; "],
    ["mattermost", { channel: "#alerts" }, 'mattermost.channel: "#alerts" is not a channel; write its name'],
  ])("%s: %j", (kind, given, text) => {
    expect(problems({ receivers: { ops: { [kind]: given } } }).join("\n")).toContain(
      `podwatch:alertmanager.receivers.ops.${text}`,
    );
  });

  test("one that is reached in no way, has a name of ours, or none that can be used is refused", () => {
    expect(problems({ receivers: { ops: {}, nobody: ops, "a b": ops }, route: { receiver: "ops" } })).toEqual(
      [
        'podwatch:alertmanager.receivers.nobody: "nobody" is a receiver of Podwatch\'s own; write another name',
        "podwatch:alertmanager.receivers.ops: has no channel; write at least one of slack, email, opsgenie, pagerduty, webhook, telegram, discord, msteamsv2, pushover, victorops, mattermost, rocketchat, webex, sns below it",
        expect.stringMatching(/receivers\["a b"\]: "a b" is not a receiver's name; write /),
      ],
    );
  });

  test("a group's number may be negative, also in quotes", () => {
    const telegram = { botToken: "123456:abcdefghijklmnopqrstuvwx", chatId: "-1001234567890" };
    expect(settings({ receivers: { ops: { telegram } } }).receivers.ops?.telegram?.chatId).toBe(
      -1001234567890,
    );
  });
});

describe("routes", () => {
  const receivers = { ops, pager: ops };
  const matchers = ['severity="critical"'];

  test("that lead somewhere are taken", () => {
    const route = {
      receiver: "ops",
      routes: [
        { matchers, receiver: "pager", routes: [{ matchers: ["a!=b"], muteTimeIntervals: ["nights"] }] },
      ],
    };
    expect(problems({ receivers, route, timeIntervals: { nights: [{ times: ["22:00-24:00"] }] } })).toEqual(
      [],
    );
  });

  test("of several receivers one has to be the default", () => {
    expect(problems({ receivers })).toEqual([
      "podwatch:alertmanager.route.receiver: is missing; write the receiver of alerts that match no route: ops or pager",
    ]);
  });

  test("to an unknown receiver or interval are refused, however deep", () => {
    const route = {
      receiver: "opps",
      routes: [{ matchers, routes: [{ matchers, receiver: "nobody", activeTimeIntervals: ["day"] }] }],
    };
    expect(problems({ receivers, route })).toEqual([
      'podwatch:alertmanager.route.receiver: "opps" is not one of the receivers; write ops or pager, or add it under receivers',
      'podwatch:alertmanager.route.routes[0].routes[0].activeTimeIntervals[0]: "day" is not one of the timeIntervals; add it there',
      'podwatch:alertmanager.route.routes[0].routes[0].receiver: "nobody" is not one of the receivers; write ops or pager, or add it under receivers',
    ]);
  });

  test("that take everything, and rules that mute everything, are refused", () => {
    const route = { receiver: "ops", routes: [{ receiver: "pager" }] };
    const inhibitRules = [{ sourceMatchers: ['a="b"'] }];
    expect(problems({ receivers, route, inhibitRules })).toEqual([
      "podwatch:alertmanager.inhibitRules[0].targetMatchers: is missing; write at least one matcher, otherwise the rule would match all alerts",
      "podwatch:alertmanager.route.routes[0].matchers: is missing; write at least one matcher, otherwise the route would match every alert",
    ]);
  });

  test.each(["severity", "severity: critical", "=x", "1a=b"])("the matcher %j is refused", (matcher) => {
    const route = { receiver: "ops", routes: [{ matchers: [matcher] }] };
    expect(problems({ receivers, route })).toEqual([
      expect.stringContaining("is not a matcher; write one such as"),
    ]);
  });

  test.each<[object, RegExp]>([
    [
      { times: ["8:00-12:00"] },
      /times\[0\]: "8:00-12:00" is not a span of the day; write one such as "08:00-17:30"/,
    ],
    [
      { weekdays: ["mon"] },
      /weekdays\[0\]: "mon" is not a range of weekdays; write one such as monday:friday/,
    ],
    [{ years: [2026] }, /years\[0\]: 2026 is not a range of years; write one such as "2026:2027"/],
    [
      { times: ["22:00-06:00"] },
      /times\[0\]: "22:00-06:00" crosses midnight; write "22:00-24:00" and "00:00-06:00"/,
    ],
    [{ times: ["22:00-00:00"] }, /"22:00-00:00" crosses midnight; write "22:00-24:00"$/],
    [{ times: ["08:00-08:00"] }, /"08:00-08:00" covers no time; write an end that comes later/],
    [
      { daysOfMonth: ["0:7"] },
      /daysOfMonth\[0\]: "0:7" is not in a month; write days from 1 to 31, or from -1, the last, to -31/,
    ],
    [{ daysOfMonth: ["25:32"] }, /"25:32" is not in a month/],
    [{ daysOfMonth: ["7:1"] }, /"7:1" ends before it begins; swap the two/],
    [{ daysOfMonth: ["25:-10"] }, /"25:-10" ends before it begins/],
    [{ daysOfMonth: ["-3:2"] }, /"-3:2" begins at the end of a month; write two ranges, one for each month/],
    [{ years: ["2027:2026"] }, /years\[0\]: "2027:2026" ends before it begins; swap the two/],
    [
      { location: "Europe/Zurigo" },
      /location: "Europe\/Zurigo" is not a time zone; write one such as Europe\/Zurich/,
    ],
    [{ location: "Zürich" }, /location: "Zürich" is not a time zone; write one such as Europe\/Zurich/],
  ])("the interval %j is refused", (interval, text) => {
    expect(problems({ receivers: { ops }, timeIntervals: { nights: [interval] } })).toEqual([
      expect.stringMatching(text),
    ]);
  });
});

test("a dead man's switch that is called too often is refused", () => {
  expect(problems({ deadMansSwitch: { url: "https://hc-ping.com/x", interval: "5s" } })).toEqual([
    'podwatch:alertmanager.deadMansSwitch.interval: "5s" is too short; write 10s or more',
  ]);
});

test("further parts of the configuration may neither hold a secret nor what has a setting", () => {
  const tracing = { endpoint: "t:1", headers: { Authorization: "Bearer hunter2" } };
  expect(problems({ extra: { route: {}, tracing } })).toEqual([
    "podwatch:alertmanager.extra.route: would override Alertmanager's own settings; write it as alertmanager.route",
    expect.stringMatching(/^podwatch:alertmanager\.extra\.tracing\.headers\.Authorization: is a secret/),
  ]);
});

test("template files are told from others", () => {
  const files = { "t/podwatch.tmpl": "", "t/mine.tmpl": "{{ define `x` }}{{ end }}", "t/other.txt": "" };
  expect(problems({ templates: ["t/*"] }, { files })).toEqual([
    'podwatch:alertmanager.templates[0]: "t/other.txt" is not a template file, which ends in .tmpl; write the path of one, or rename it',
    'podwatch:alertmanager.templates[0]: "t/podwatch.tmpl" has the name of the shipped templates; rename the file',
  ]);
});

describe("channels in Alertmanager's syntax", () => {
  test("stand beside the others, also several of a kind; a receiver without any tells nobody", () => {
    const extra = {
      webhook_configs: [{ url_file: "/run/secrets/alertmanager.two" }],
      sns_configs: [{ topic_arn: "x" }],
    };
    const { receivers } = settings({
      receivers: { "web.hook": { webhook: { url: "https://hook.corp/1" }, extra }, silent: { extra: {} } },
      route: { receiver: "silent" },
    });
    expect(receiverConfig("web.hook", receivers["web.hook"] ?? {})).toEqual({
      name: "web.hook",
      webhook_configs: [
        expect.objectContaining({ url_file: "/run/secrets/alertmanager-channel-webhook.web.hook" }),
        { url_file: "/run/secrets/alertmanager.two" },
      ],
      sns_configs: [{ topic_arn: "x" }],
    });
    expect(receiverConfig("silent", receivers.silent ?? {})).toEqual({ name: "silent" });
  });

  test.each([
    [{ webhook_configs: [{ url: "https://hook.corp/x" }] }, "webhook_configs[0].url: is a secret"],
    [{ slack_configs: [{ api_url: "https://hook.corp/x" }] }, "slack_configs[0].api_url: is a secret"],
    [{ pagerduty_configs: [{ service_key: "x" }] }, "pagerduty_configs[0].service_key: is a secret"],
    [{ webhooks: [] }, "webhooks"],
    [{ sns_configs: {} }, "sns_configs: a group of settings is not a list"],
  ])("%j is refused", (extra, text) => {
    const found = problems({ receivers: { ops: { extra } } });
    expect(found).toHaveLength(1);
    expect(found[0]).toContain(text);
    expect(found[0]).not.toContain("hook.corp");
  });
});
