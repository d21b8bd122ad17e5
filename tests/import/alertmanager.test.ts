import { imported } from "./support";

const of = (yaml: string, others = {}) => {
  const result = imported({ alertmanager: yaml }, others);
  expect(result.problems).toEqual([]);
  return { ...result, am: result.settings.alertmanager as Record<string, Record<string, unknown>> };
};
const ops = "receivers: [{ name: ops, webhook_configs: [{ url: 'https://hook.corp/1' }] }]\n";

test("routes: every way to write matchers, names of receivers, what Alertmanager assumes", () => {
  const { am, changed, left } = of(`
route:
  receiver: web.hook
  routes:
    - match: { service: 'a "b"' }
      match_re: { env: "p|q" }
      receiver: team X
      continue: yes
      routes: [{ matchers: ['{a="b,c", d=~"e"}', f != g], group_by: [...] }]
    - receiver: "null"
      mute_time_intervals: [nights]
mute_time_intervals:
  - name: nights
    time_intervals: [{ times: [{ start_time: 00:00, end_time: 08:00 }], days_of_month: ["1:5"], years: [2030] }]
inhibit_rules:
  - source_match: { severity: critical }
    target_match_re: { severity: warning }
    equal: [alertname]
  - source_matchers: [a = b]
receivers:
  - name: web.hook
    webhook_configs: [{ url: "https://hook.corp/1" }]
  - name: team X
    webhook_configs: [{ url: "https://hook.corp/2" }]
  - name: "null"
`);
  expect(am.route).toEqual({
    receiver: "web.hook",
    groupBy: [],
    routes: [
      {
        matchers: ['service="a \\"b\\""', 'env=~"p|q"'],
        receiver: "team-X",
        continue: true,
        routes: [{ matchers: ['a="b,c"', 'd=~"e"', "f != g"], groupBy: ["..."] }],
      },
      { matchers: ['alertname=~".*"'], receiver: "null", muteTimeIntervals: ["nights"] },
    ],
  });
  expect(am.timeIntervals).toEqual({
    nights: [{ times: ["00:00-08:00"], daysOfMonth: ["1:5"], years: ["2030"] }],
  });
  expect(am.inhibitRules).toEqual([
    {
      sourceMatchers: ['severity="critical"'],
      targetMatchers: ['severity=~"warning"'],
      equal: ["alertname"],
    },
    { sourceMatchers: ["a = b"], targetMatchers: ['alertname=~".*"'] },
  ]);
  expect(am.receivers?.null).toEqual({ extra: {} });
  expect(am.shippedInhibitRules).toBe(false);
  expect(changed).toEqual([expect.stringMatching(/^alertmanager.yml:23 "team X" .* team-X now$/)]);
  expect(left).toEqual([]);
});

test("channels take what they need from global, and say whether they tell of resolved alerts", () => {
  const { am, secrets } = of(`
global:
  slack_api_url: https://hooks.slack.com/services/s3cret
  smtp_smarthost: mail.corp:25
  smtp_from: am@corp.net
  smtp_require_tls: false
  opsgenie_api_key: s3cret-opsgenie
route: { receiver: all }
receivers:
  - name: all
    slack_configs: [{ channel: "#a", title: "{{ .Status }}", http_config: { proxy_url: "http://p.corp:1" } }]
    email_configs: [{ to: "a@corp.net, b@corp.net", headers: { Subject: x } }]
    opsgenie_configs: [{ tags: "a, b" }]
`);
  expect(am.receivers?.all).toEqual({
    slack: {
      channel: "#a",
      sendResolved: false,
      extra: { title: "{{ .Status }}", http_config: { proxy_url: "http://p.corp:1" } },
    },
    email: {
      to: ["a@corp.net", "b@corp.net"],
      from: "am@corp.net",
      smarthost: "mail.corp:25",
      requireTls: false,
      sendResolved: false,
      extra: { headers: { Subject: "x" } },
    },
    opsgenie: { tags: ["a", "b"] },
  });
  expect(secrets).toEqual({
    "alertmanager.receivers.all.slack.apiUrl": "https://hooks.slack.com/services/s3cret",
    "alertmanager.receivers.all.opsgenie.apiKey": "s3cret-opsgenie",
  });
});

test("what settings cannot express is taken as it is, its secrets apart: several of a kind, other kinds, templates", () => {
  const { am, secrets, text, left } = of(`
route: { receiver: all }
receivers:
  - name: all
    webhook_configs: [{ url: "https://hook.corp/1" }, { url: "https://hook.corp/s3cret" }]
    pagerduty_configs: [{ service_key: s3cret-key }]
    slack_configs: [{ api_url: "https://hook.corp/s3cret-slack", channel: "#{{ .GroupLabels.team }}" }]
    sns_configs: [{ topic_arn: "arn:x", sigv4: { region: eu, access_key: a, secret_key: s3cret-sns } }]
`);
  expect(am.receivers?.all).toEqual({
    webhook: {},
    extra: {
      webhook_configs: [{ url_file: "/run/secrets/alertmanager.all-url" }],
      pagerduty_configs: [{ service_key_file: "/run/secrets/alertmanager.all-service-key" }],
      slack_configs: [
        { channel: "#{{ .GroupLabels.team }}", api_url_file: "/run/secrets/alertmanager.all-api-url" },
      ],
      sns_configs: [{ topic_arn: "arn:x", sigv4: { region: "eu", access_key: "a" } }],
    },
  });
  expect(secrets).toEqual({
    "alertmanager.receivers.all.webhook.url": "https://hook.corp/1",
    "alertmanager.secrets.all-url": "https://hook.corp/s3cret",
    "alertmanager.secrets.all-service-key": "s3cret-key",
    "alertmanager.secrets.all-api-url": "https://hook.corp/s3cret-slack",
  });
  expect(text).not.toContain("s3cret");
  expect(left).toEqual([
    expect.stringMatching(
      /^alertmanager.yml:8 receivers\[0\].sns_configs\[0\].sigv4.secret_key is a secret /,
    ),
  ]);
});

test("chats and queues become settings, what they need from `global` too", () => {
  const { am, secrets, text, left } = of(`
global:
  rocketchat_api_url: https://chat.corp
  rocketchat_token_id: s3cretUser
  rocketchat_token: s3cret-of-the-chat-user
route: { receiver: all }
receivers:
  - name: all
    mattermost_configs: [{ webhook_url: "https://mm.corp/hooks/s3cret", channel: alerts, username: me }]
    rocketchat_configs: [{ channel: "#alerts" }]
    webex_configs:
      - { room_id: Y2lzY29zcGFyazovL3VzL1JPT00v, http_config: { authorization: { credentials: s3cret-of-the-bot-user } } }
    sns_configs:
      - topic_arn: arn:aws:sns:eu-central-1:123456789012:alerts
        sigv4: { region: eu-central-1, access_key: AKIAIOSFODNN7EXAMPLE, secret_key: s3cret/key+of/the/queue, profile: x }
  - name: sms
    sns_configs: [{ phone_number: "+15550100", sigv4: { region: eu-central-1 } }]
`);
  expect(am.receivers?.all).toEqual({
    mattermost: { channel: "alerts", extra: { username: "me" } },
    rocketchat: { apiUrl: "https://chat.corp", channel: "#alerts", sendResolved: false },
    webex: { roomId: "Y2lzY29zcGFyazovL3VzL1JPT00v" },
    sns: {
      topicArn: "arn:aws:sns:eu-central-1:123456789012:alerts",
      region: "eu-central-1",
      accessKey: "AKIAIOSFODNN7EXAMPLE",
      extra: { sigv4: { profile: "x" } },
    },
  });
  expect(am.receivers?.sms).toEqual({
    extra: { sns_configs: [{ phone_number: "+15550100", sigv4: { region: "eu-central-1" } }] },
  });
  expect(secrets).toEqual({
    "alertmanager.receivers.all.mattermost.webhookUrl": "https://mm.corp/hooks/s3cret",
    "alertmanager.receivers.all.rocketchat.tokenId": "s3cretUser",
    "alertmanager.receivers.all.rocketchat.token": "s3cret-of-the-chat-user",
    "alertmanager.receivers.all.webex.bearerToken": "s3cret-of-the-bot-user",
    "alertmanager.receivers.all.sns.secretKey": "s3cret/key+of/the/queue",
  });
  expect(text).not.toContain("s3cret");
  expect(left).toEqual([]);
});

test("tracing is a part as it is; that the first route does not continue is needless to say", () => {
  const { am, left, problems } = of(`
tracing: { endpoint: "tempo.corp:4317", client_type: grpc }
route: { receiver: a, continue: false }
receivers: [{ name: a }]
`);
  expect(am).toMatchObject({ extra: { tracing: { endpoint: "tempo.corp:4317", client_type: "grpc" } } });
  expect({ left, problems }).toEqual({ left: [], problems: [] });
});

test("a stand-in for a secret, or a file that is not here, is typed by the user", () => {
  const { secrets, changed } = of(`
route: { receiver: a }
receivers:
  - name: a
    telegram_configs: [{ bot_token: <token>, chat_id: -1 }]
    slack_configs: [{ api_url_file: /etc/alertmanager/slack, channel: "#a" }]
    webhook_configs: [{ url: "http://localhost:5001/x" }]
`);
  expect(secrets).toEqual({
    "alertmanager.receivers.a.telegram.botToken": undefined,
    "alertmanager.receivers.a.slack.apiUrl": undefined,
    "alertmanager.receivers.a.webhook.url": "http://host.containers.internal:5001/x",
  });
  expect(changed).toEqual([expect.stringMatching(/^alertmanager.yml:7 localhost:5001 was this host; /)]);
});

test("templates are copied from outside of the project, under a name that is read", () => {
  const { am, copies, left } = of(
    `${ops}route: { receiver: ops }\ntemplates: [/etc/alertmanager/t/*.tmpl, /etc/alertmanager/x.txt, y.tmpl]\n`,
    { "t/a.tmpl": "A", "x.txt": "X" },
  );
  expect(am.templates).toEqual(["imported/test/templates/a.tmpl", "imported/test/templates/x.txt.tmpl"]);
  expect(copies).toEqual({
    "imported/test/templates/a.tmpl": "A",
    "imported/test/templates/x.txt.tmpl": "X",
  });
  expect(left).toEqual([expect.stringMatching(/^alertmanager.yml:3 y.tmpl is not on this computer; /)]);
});

test("what has no setting, and what the checks refuse, is told of with its line", () => {
  const { left } = of(
    `${ops}route: { receiver: ops, routes: [{ matchers: ["a b"], receiver: ops }] }\nno_such_part: { endpoint: x }\n`,
  );
  expect(left).toEqual([
    expect.stringMatching(/^alertmanager.yml:3 no_such_part has no setting; /),
    expect.stringMatching(
      /^alertmanager.yml:2 podwatch:alertmanager.route.routes\[0\].matchers\[0\] "a b" is not a matcher; /,
    ),
  ]);
});

test("a placeholder stays where the user's own value belongs", () => {
  const { settings, left, problems } = imported({
    alertmanager: `
route: { receiver: ops }
receivers: [{ name: ops, email_configs: [{ to: ops@corp.net, from: am@example.com, smarthost: "mail.corp:25" }] }]
`,
  });
  expect(settings.alertmanager?.receivers).toMatchObject({ ops: { email: { from: "am@example.com" } } });
  expect(left).toEqual([]);
  expect(problems).toHaveLength(1);
  expect(problems[0]?.text).toContain("is a placeholder");
});
