import { receiverConfig, receiverSecrets } from "../../../components/alertmanager/receivers.render";

const common = { sendResolved: true, extra: {} };
const receiver = {
  discord: { ...common, webhookUrl: "of-discord" },
  msteamsv2: { ...common, webhookUrl: "of-teams", extra: { text: "own" } },
  pushover: { ...common, token: "of-the-app", userKey: "of-the-user", bearerToken: "of-the-proxy" },
  victorops: { ...common, apiKey: "of-victorops", routingKey: "database", apiUrl: "https://v.test/" },
};

test("ways with several secrets, or texts of the user's own, name a file for each secret", () => {
  const config = receiverConfig("ops", receiver);
  expect(config).toMatchObject({
    name: "ops",
    discord_configs: [{ webhook_url_file: "/run/secrets/alertmanager-ops-discord", send_resolved: true }],
    msteamsv2_configs: [{ webhook_url_file: "/run/secrets/alertmanager-ops-msteamsv2", text: "own" }],
    pushover_configs: [
      {
        token_file: "/run/secrets/alertmanager-ops-pushover",
        user_key_file: "/run/secrets/alertmanager-ops-pushover-user",
        http_config: { authorization: { type: "Bearer" } },
      },
    ],
    victorops_configs: [
      {
        api_key_file: "/run/secrets/alertmanager-ops-victorops",
        routing_key: "database",
        api_url: "https://v.test/",
      },
    ],
  });
  expect(JSON.stringify(config)).not.toContain("of-");
  const secrets = receiverSecrets({ ops: receiver });
  expect(
    Object.fromEntries(secrets.map(({ name, value }) => [name.replace("alertmanager-", ""), value])),
  ).toEqual({
    "ops-discord": "of-discord",
    "ops-msteamsv2": "of-teams",
    "ops-pushover": "of-the-app",
    "ops-pushover-user": "of-the-user",
    "ops-victorops": "of-victorops",
    [String(secrets.find(({ value }) => value === "of-the-proxy")?.name.replace("alertmanager-", ""))]:
      "of-the-proxy",
  });
});
