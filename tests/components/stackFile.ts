// Settings as the program gets them: from a stack file, through the real config/, with its defaults and its secrets.
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import * as pulumi from "@pulumi/pulumi";
import { parse as parseYaml } from "yaml";
import { type HostSettings, load, type Settings } from "../../config/load";
import type { PlannedService } from "../../lib/runner";
import { wholeKey } from "../config/support";

/** What stands under `config:` in a stack file, without the namespace. */
export type StackFile = Readonly<Record<string, unknown>>;

const pair = wholeKey();

/** What must show nowhere; `privateKey` is a real one, made for this run. */
export const SECRETS = {
  privateKey: pair.private,
  becomePassword: "sudo $ecret",
  adminPassword: "Grafana's own s3cret",
  frontPassword: "the front's p$ssword 100%",
  frontToken: "front-s3cret-token/0123456789",
  jobPassword: "the job's p$ssword 100%",
  discoveryToken: "discovery-s3cret-token",
  cloudSecret: 'cloud-s3cret: of "an" #application $credential',
  cloudKey: "cloud/s3cret+key/0123456789",
  consulToken: "b1gs3cret-0000-1111-2222-c0n5ul",
  databaseToken: "t0p0logy-t0ken-0f-the-0perat0r",
  clientSecret: "client-s3cret-of-oauth2",
  headerValue: "tenant-s3cret-header",
  probePassword: "the probe's s3cret password",
  ownSecret: "what-nobody-else s3cret-knows",
  slackUrl: "https://hooks.slack.com/services/T0/B0/slack-s3cret",
  mailPassword: "the mail's s3cret",
  opsgenieKey: "opsgenie-s3cret-key",
  pagerdutyKey: "0123456789pagerduty0123456789key",
  webhookUrl: "https://alerts.my-company.net/hook/s3cret-path",
  webhookToken: "webhook-s3cret-token",
  telegramToken: "123456:telegram_s3cret_token_x",
  directoryPassword: "directory-s3cret of ldap",
  oauthSecret: "oauth-s3cret-of-grafana",
  chatUrl: "https://chat.my-company.net/hooks/chat-s3cret",
  chatUser: "chatUserS3cret",
  pushoverKey: "pushoverS3cret0123456789abcdef",
  awsKey: "aws/s3cret+key/0123456789abcdefghijklmno",
  backupPassword: "the backups' s3cret password",
  clouds: "clouds: { production: { auth: { password: cl0uds-s3cret-password } } }\n",
  deployKey: "-----BEGIN OPENSSH PRIVATE KEY-----\ndepl0y-s3cret-key\n-----END OPENSSH PRIVATE KEY-----\n",
  bucketKey: "bucket/s3cret+access-key",
  pingUrl: "https://hc-ping.com/the-s3cret-uuid",
} as const;

export const hostKey = pair.public.trim();

/** The least that a host needs: its address, and how to log in. */
export const login = { address: "10.1.2.3", hostKey, privateKey: SECRETS.privateKey } as const;

/**
 * The settings that the program makes of a stack file.
 *
 * @param files files beside the stack file, by relative path
 * @throws RunError with everything that is wrong with it
 */
export function settingsOf(stackFile: StackFile, files: Readonly<Record<string, string>> = {}): Settings {
  return beside(files, () => {
    const config = Object.entries(stackFile).map(([key, value]) => [
      `podwatch:${key}`,
      asPulumiHandsOver(value),
    ]);
    pulumi.runtime.setAllConfig(
      Object.fromEntries(config),
      config.map(([key]) => key as string),
    );
    return load();
  });
}

/** Runs something in a directory with these files, and without an SSH agent. */
export function beside<T>(files: Readonly<Record<string, string>>, run: () => T): T {
  const directory = mkdtempSync(join(tmpdir(), "podwatch-stack-"));
  const before = { directory: process.cwd(), agent: process.env.SSH_AUTH_SOCK };
  try {
    for (const [path, content] of Object.entries(files)) {
      mkdirSync(dirname(join(directory, path)), { recursive: true });
      writeFileSync(join(directory, path), content);
    }
    process.chdir(directory);
    delete process.env.SSH_AUTH_SOCK;
    return run();
  } finally {
    process.chdir(before.directory);
    if (before.agent !== undefined) process.env.SSH_AUTH_SOCK = before.agent;
    rmSync(directory, { recursive: true, force: true });
  }
}

/** Text stays text; groups and lists arrive as JSON. */
function asPulumiHandsOver(value: unknown): string {
  return typeof value === "object" ? JSON.stringify(value) : String(value);
}

/** The settings of a stack of one host, which has nothing but its login and what is given. */
export function hostSettings(
  sections: StackFile = {},
  host: StackFile = {},
  files = {},
): HostSettings & { services: PlannedService[] } {
  const [only] = settingsOf({ host: { ...login, ...host }, ...sections }, files).hosts;
  if (only === undefined) throw new Error("the stack file has no host");
  return { ...only, services: [{ service: "web", kind: "container" }] };
}

/** Reads a stack file of the repository. */
export function readStackFile(path: string): Record<string, unknown> {
  const { config } = parseYaml(readFileSync(join(__dirname, "../..", path), "utf8")) as { config: object };
  return Object.fromEntries(
    Object.entries(config).map(([key, value]) => [key.replace(/^podwatch:/, ""), value]),
  );
}
