// Stand-ins for the services that take on notifications: Slack, Opsgenie, PagerDuty, Telegram, a webhook of one's own,
// and a mail server. They refuse what the real ones refuse (wrong credentials, missing fields, documented limits) with
// the real ones' answers, and list what they have taken on.
//
//   node lab/receivers/run.js                                           on 127.0.0.1, until it is interrupted
//   node lab/receivers/run.js --bind 10.99.0.1 --http 8099 --smtp 2525  where lab hosts reach it
//   node lab/receivers/run.js --write DIRECTORY                         the credentials and the certificate as files
//
// In a test: `const receivers = await startReceivers({ bind: "10.99.0.1" })` of receivers.ts, then
// `receivers.messages("slack")`. Credentials are those of credentials.ts; this prints where they go.
//
//   path                                service       setting of Alertmanager
//   POST /services/<three parts>        slack         slack api_url: the whole URL
//   POST /v2/alerts                     opsgenie      opsgenie_configs: api_url: URL of the receiver, api_key
//   POST /v2/enqueue                    pagerduty     pagerduty_configs: url: URL/v2/enqueue, routing_key
//   POST /bot<token>/sendMessage        telegram      telegram_configs: api_url: URL of the receiver, bot_token, chat_id
//   POST /alertmanager/<any>            alertmanager  webhook_configs; bearer token; only what Alertmanager sends
//   POST /webhook/<any>                 webhook       any JSON object; bearer token
//   GET, POST /ping/<id>                ping          dead man's switch: the whole URL
//   SMTP with STARTTLS and log-in       email         smtp_smarthost, smtp_from and smtp_auth_username: the mail user
//
//   GET /messages[?mode=slack]          [{ id, mode, receivedAt, to, body }], oldest first
//   GET /refused[?mode=slack]           [{ mode, receivedAt, to, status, reason }]
//   DELETE /messages                    forgets both, and the faults
//   POST /fail                          { mode, status, times, retryAfter }: the next messages are answered so; 0 hangs up
//   GET /certificate                    PEM of the mail server's certificate, made at each start
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { startReceivers } from "./receivers";

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      bind: { type: "string" },
      http: { type: "string" },
      smtp: { type: "string" },
      write: { type: "string" },
    },
  });
  const receivers = await startReceivers({
    ...(values.bind === undefined ? {} : { bind: values.bind }),
    httpPort: port("http", values.http),
    smtpPort: port("smtp", values.smtp),
  });
  const { url, smtp, credentials } = receivers;
  const files = {
    "slack-url": `${url}/services/${credentials.slack}`,
    "opsgenie-key": credentials.opsgenieKey,
    "pagerduty-key": credentials.pagerdutyKey,
    "telegram-token": credentials.telegramToken,
    "webhook-token": credentials.webhookToken,
    "ping-url": `${url}/ping/${credentials.pingId}`,
    "mail-password": credentials.mailPassword,
    "mail-certificate.pem": receivers.certificate,
  };
  if (values.write !== undefined) {
    for (const [name, content] of Object.entries(files)) {
      writeFileSync(join(values.write, name), content, { mode: 0o600 });
    }
  }
  console.log(
    `receivers (stand-ins): ${url}, mail at ${smtp}, user ${credentials.mailUser}, mailbox ${credentials.mailbox}`,
  );
  console.log(`telegram chat: ${credentials.telegramChat}`);
  for (const signal of ["SIGINT", "SIGTERM"] as const) {
    process.once(signal, () => receivers.stop().then(() => process.exit(0)));
  }
}

function port(name: string, text: string | undefined): number {
  if (text !== undefined && !(/^\d{1,5}$/.test(text) && Number(text) <= 65535)) {
    throw new Error(`--${name} ${JSON.stringify(text)} is no port: give a number from 1 to 65535`);
  }
  return Number(text ?? 0);
}

main().catch((error: Error) => {
  console.error(`receivers: ${error.message}`);
  process.exit(1);
});
