import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import {
  receiverConfig,
  receiverFiles,
  receiverSecrets,
  receiverTemplates,
} from "../../../components/alertmanager/receivers.render";

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

test("AWS's client logs in by a profile, whose program prints the key as AWS documents it", () => {
  const sns = {
    ...common,
    topicArn: "arn:aws:sns:eu-central-1:123456789012:alerts",
    accessKey: "AKIA",
    secretKey: "of-aws",
  };
  const keyless = { ...sns, accessKey: undefined };
  expect(receiverConfig("a.b", { sns }).sns_configs).toEqual([
    expect.objectContaining({
      topic_arn: sns.topicArn,
      sigv4: { region: "eu-central-1", profile: "alertmanager-channel-sns.a.b" },
    }),
  ]);
  const files = receiverFiles({ "a.b": { sns }, plain: { sns: keyless } });
  expect(files["aws/config"]).toMatch(
    /\n\[profile alertmanager-channel-sns\.a\.b\]\ncredential_process = \/bin\/sh \/etc\/podwatch\/current\/files\/aws\/login\.sh AKIA \/run\/secrets\/alertmanager-channel-sns\.a\.b\n$/,
  );
  const directory = mkdtempSync(join(tmpdir(), "podwatch-aws-"));
  const [script, secret] = [join(directory, "login.sh"), join(directory, "secret")];
  writeFileSync(script, files["aws/login.sh"] ?? "");
  writeFileSync(secret, "of-aws");
  const printed = execFileSync("/bin/sh", [script, "AKIA", secret], { encoding: "utf8" });
  rmSync(directory, { recursive: true });
  expect(JSON.parse(printed)).toEqual({ Version: 1, AccessKeyId: "AKIA", SecretAccessKey: "of-aws" });
  expect(receiverFiles({ plain: { sns: keyless } })).toEqual({});
});

test("further messages are shipped to those who need them only", () => {
  expect(receiverTemplates({ ops: receiver })).toEqual([]);
  const webhook = { ...common, webhookUrl: "x" };
  expect(receiverTemplates({ a: { mattermost: webhook }, b: { mattermost: webhook } })).toEqual([
    "markdown.tmpl",
  ]);
});
