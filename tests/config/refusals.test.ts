// What is refused although its form is right: an agent that is not there, plain secrets, placeholders.
import { hostKey, keys, problemsOf, stack } from "./support";

describe("the agent", () => {
  const way = { privateKeyFile: undefined, agent: true };
  test.each([
    ["none", "", /SSH_AUTH_SOCK is not set; start one/],
    ["dead", "/run/gone", /none answers at SSH_AUTH_SOCK, "\/run\/gone"; start one/],
    ["empty", "/run/agent", /yours holds none; type: ssh-add$/],
  ] as const)("has to be there with a key: %s", (state, socket, text) => {
    expect(problemsOf(stack({}, way), { agent: { state, socket } })).toEqual([expect.stringMatching(text)]);
  });

  test("that is dead is in the way even of a key file", () => {
    const agent = { state: "dead", socket: "/run/gone" } as const;
    expect(problemsOf(stack(), { agent })).toEqual([
      expect.stringMatching(
        /^podwatch:host: SSH_AUTH_SOCK is "\/run\/gone".+; start the agent or type: unset SSH_AUTH_SOCK$/,
      ),
    ]);
  });
});

describe("secrets", () => {
  test("in plain text are refused with the command to type", () => {
    const secrets = { password: "hunter2", privateKeyFile: undefined, becomePassword: "hunter3", user: "me" };
    const lines = problemsOf(stack({ grafana: { adminPassword: "hunter4hunter4" } }, secrets), {
      secretKeys: [],
    });
    expect(lines).toEqual([
      "podwatch:grafana.adminPassword: is a secret in plain text; encrypt it, type: pulumi config set --secret --path 'podwatch:grafana.adminPassword'",
      "podwatch:host.becomePassword: is a secret in plain text; encrypt it, type: pulumi config set --secret --path 'podwatch:host.becomePassword'",
      "podwatch:host.password: is a secret in plain text; encrypt it, type: pulumi config set --secret --path 'podwatch:host.password'",
    ]);
  });

  test.each([
    ["a line", "      password: s3cret.x # mine\n"],
    ["in quotes", '      "password": "s3cret.x"\n'],
    ["between braces", "    m: { password: s3cret.x, user: u }\n"],
  ])("in plain text are found beside encrypted ones: %s", (_, stackFile) => {
    const raw = stack(
      {},
      { privateKeyFile: undefined, password: "s3cret.x", becomePassword: "other", user: "u" },
    );
    expect(problemsOf(raw, { stackFile })).toEqual([
      expect.stringMatching(/^podwatch:host\.password: is a secret in plain text; /),
    ]);
    expect(problemsOf(raw, { stackFile: stackFile.replace("s3cret.x", "s3cretyx") })).toEqual([]);
  });

  test("a private key in plain text is found line by line", () => {
    const privateKey = keys.plain.private;
    const stackFile = `privateKey: |\n${privateKey.replaceAll(/^/gm, "        ")}`;
    const raw = stack({}, { privateKeyFile: undefined, privateKey });
    expect(problemsOf(raw, { stackFile })).toEqual([
      expect.stringMatching(/^podwatch:host\.privateKey: is a secret in plain text; .* < KEYFILE$/),
    ]);
    expect(problemsOf(raw, { stackFile: "privateKey:\n  secure: v1:AAAA" })).toEqual([]);
  });

  test("are never quoted, wherever they were put", () => {
    const raw = stack(
      { grafana: { adminPassword: "hunter", adminPasword: "hunter" }, prometheus: "hunter" },
      {
        privateKey: "hunter",
        privateKeyFile: keys.plain.private,
        becomePassword: ["hunter"],
        hostKey: keys.plain.private,
      },
    );
    const text = problemsOf(raw, { secretKeys: ["host", "grafana", "prometheus"] }).join("\n");
    expect(text).toContain("podwatch:grafana.adminPassword: the value is shorter than 8");
    expect(text).toContain("podwatch:prometheus: the value is not a group");
    expect(text).not.toMatch(/hunter|BEGIN|b3BlbnNzaC1rZXk/);
  });
});

describe("placeholders", () => {
  test.each([
    ["address", "203.0.113.10"],
    ["address", "192.0.2.1"],
    ["address", "198.51.100.77"],
    ["address", "2001:db8::1"],
    ["address", "monitor.example.com"],
    ["address", "a.b.c.d"],
    ["address", "<address>"],
    ["user", "CHANGE-ME"],
    ["user", "<your user>"],
    ["hostKey", "ssh-ed25519 AAAA..."],
    ["name", "changeme"],
  ])("are refused, whatever else is wrong with them: %s %s", (setting, value) => {
    const lines = problemsOf(stack({}, { [setting]: value }));
    expect(lines).toEqual([
      expect.stringMatching(new RegExp(`^podwatch:host\\.${setting}: ".+" is a placeholder; put in `)),
    ]);
  });

  test("are found in URLs, targets, images and secrets", () => {
    const job = { name: "n", targets: ["10.0.0.1:1", "[2001:db8::1]:1", "db.example.org:1"] };
    const raw = stack({
      front: { publicUrl: "https://m.example.net", image: "registry.example.com/nginx:1" },
      prometheus: { scrapeJobs: [job] },
      grafana: { adminPassword: "changeme" },
    });
    expect(problemsOf(raw)).toEqual([
      expect.stringMatching(/^podwatch:front\.image: .* is a placeholder/),
      expect.stringMatching(/^podwatch:front\.publicUrl: .* is a placeholder/),
      "podwatch:grafana.adminPassword: the value is a placeholder; put in your own value",
      expect.stringMatching(/^podwatch:prometheus\.scrapeJobs\[0\]\.targets\[1\]: .* is a placeholder/),
      expect.stringMatching(/^podwatch:prometheus\.scrapeJobs\[0\]\.targets\[2\]: .* is a placeholder/),
    ]);
  });

  test("are found in who may reach a host", () => {
    const raw = stack({
      firewall: { allowFrom: ["198.51.100.0/24", "10.1.0.0/16"], sshFrom: ["2001:db8::/32"] },
      nodeExporter: { enabled: true, allowFrom: ["192.0.2.10"] },
    });
    const of = "is a placeholder; put in the addresses of your network";
    expect(problemsOf(raw)).toEqual([
      `podwatch:firewall.allowFrom[0]: "198.51.100.0/24" ${of}`,
      `podwatch:firewall.sshFrom[0]: "2001:db8::/32" ${of}`,
      `podwatch:nodeExporter.allowFrom[0]: "192.0.2.10" ${of}`,
    ]);
  });

  test("are found as a whole in channels, users and mail addresses, each told what belongs there", () => {
    const email = { to: ["ops@CHANGE-ME"], from: "<you>@acme.net", smarthost: "todo" };
    const raw = stack({
      front: { publicUrl: "http://change-me:8080" },
      alertmanager: {
        receivers: { chat: { slack: { apiUrl: "https://h.acme.net/a", channel: "#CHANGE-ME" }, email } },
        route: { receiver: "chat" },
      },
    });
    const receiver = "podwatch:alertmanager.receivers.chat";
    const lines = problemsOf(raw, { secretKeys: ["alertmanager"] });
    expect(lines.filter((line) => line.includes("placeholder"))).toEqual([
      `${receiver}.email.smarthost: "todo" is a placeholder; put in your mail server as host:port`,
      `${receiver}.email.to[0]: "ops@CHANGE-ME" is a placeholder; put in a mail address of yours`,
      `${receiver}.slack.channel: "#CHANGE-ME" is a placeholder; put in a channel of yours`,
      'podwatch:front.publicUrl: "http://change-me:8080" is a placeholder; put in the URL that your users type',
    ]);
  });

  test("are no business of names, labels, texts and bodies", () => {
    const module = {
      prober: "http",
      http: {
        method: "POST",
        body: '{"q":"<all>"}',
        headers: { "X-Stage": "todo", Accept: "<...>" },
        fail_if_body_not_matches_regexp: ["<title>.*Shop.*</title>", "<html>", "...", "change me"],
      },
    };
    const labels = { app: "todo", stage: "xxx", note: "Your-team owns this", tbd: "<none>", wip: "..." };
    const extra = { title: "<b>", text: "TODO: <look>", footer: "CHANGE-ME" };
    const raw = stack({
      prometheus: {
        externalLabels: { ...labels, cluster: "changeme" },
        scrapeJobs: [
          { name: "todo-api", targets: ["todo:9803", "xxx-1.acme.net:1"], labels, params: { q: "<a>" } },
        ],
      },
      blackboxExporter: {
        targets: [{ name: "todo-web", module: "xxx", target: "http://todo.acme.net/?q=<x>", labels }],
        modules: { xxx: module, tbd: module },
      },
      alertmanager: {
        receivers: { todo: { opsgenie: { apiKey: "0123456789ab", tags: ["todo", "<x>"], extra } } },
        route: { receiver: "todo", routes: [{ matchers: ['team="todo"'], receiver: "todo" }] },
      },
      grafana: { quadlet: { Container: { Environment: ["GF_SMTP_FROM_NAME=<Ops>"], Label: "app=todo" } } },
    });
    expect(problemsOf(raw, { secretKeys: ["alertmanager"] })).toEqual([]);
  });

  test("are not reported if there are none", () => {
    const labels = { note: "an example.com mirror", x: "to do" };
    expect(
      problemsOf(
        stack({ prometheus: { externalLabels: labels } }, { hostKey, address: "example-db.acme.net" }),
      ),
    ).toEqual([]);
  });
});

test("a password for sudo that is to be asked for is refused, with the reason and both ways out", () => {
  const told = problemsOf(stack({}, { user: "ops", becomePassword: "ask" }), { secretKeys: [] });
  expect(told).toEqual([
    expect.stringMatching(
      /^podwatch:host\.becomePassword: "ask" is not possible: .* in the state .* in pulumi destroy, .* type: pulumi config set --secret --path 'podwatch:host\.becomePassword', or let sudo ask for none/,
    ),
  ]);
  const other = problemsOf(stack({}, { user: "ops", becomePassword: "Ask" }), { secretKeys: [] });
  expect(other).toEqual([
    expect.stringMatching(/^podwatch:host\.becomePassword: is a secret in plain text; /),
  ]);
});
