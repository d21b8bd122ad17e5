// The stack file that sets every setting of the services, with the files beside it.
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { merge } from "../../config/resolve/merge";
import { readStackFile, SECRETS, type StackFile } from "./stackFile";

const DIRECTORY = join(__dirname, "../golden/everything");

/** Every section of the stack file, without its hosts; the test gives the secrets of Alertmanager. */
export function everySection(): StackFile {
  const { hosts: _, ...sections } = readStackFile("tests/golden/everything/Pulumi.everything.yaml");
  return {
    ...sections,
    front: merge(sections.front, {
      auth: {
        users: { alice: { password: SECRETS.frontPassword } },
        tokens: { trader: { token: SECRETS.frontToken } },
      },
    }),
    prometheus: merge(withJobSecrets(sections.prometheus as Group), OWN_SECRETS),
    grafana: merge(sections.grafana, LOG_INS),
    alertmanager: merge(withSecrets(sections.alertmanager as Alertmanager), OWN_SECRETS),
    executor: merge(sections.executor, {
      clouds: SECRETS.clouds,
      repository: { key: SECRETS.deployKey },
    }),
    backup: merge(sections.backup, {
      password: SECRETS.backupPassword,
      s3: { secretAccessKey: SECRETS.bucketKey },
    }),
    topology: merge(sections.topology, { contacts: { bearerToken: SECRETS.databaseToken } }),
    blackboxExporter: merge(sections.blackboxExporter, {
      ...OWN_SECRETS,
      modules: { login: { basicAuth: { password: SECRETS.probePassword } } },
    }),
  };
}

/** What is referred to in a service's own words. */
const OWN_SECRETS: Group = { secrets: { own: SECRETS.ownSecret } };

/** What Grafana logs in with. */
const LOG_INS: Group = {
  smtp: { password: SECRETS.mailPassword },
  ldap: { bindPassword: SECRETS.directoryPassword },
  oauth: Object.fromEntries(
    ["generic", "github", "gitlab", "google", "azureAd"].map((kind) => [
      kind,
      { clientSecret: SECRETS.oauthSecret },
    ]),
  ),
};

/** What jobs log in with, by job. */
const JOB_SECRETS: Group = {
  databases: { headers: { "X-Tenant": SECRETS.headerValue } },
  "found-by-dns": { oauth2: { clientSecret: SECRETS.clientSecret } },
  "asked-for": {
    httpSd: { bearerToken: SECRETS.discoveryToken },
    basicAuth: { password: SECRETS.jobPassword },
  },
  servers: { openstack: { applicationCredential: { secret: SECRETS.cloudSecret } } },
  "servers-by-name": { openstack: { applicationCredential: { secret: SECRETS.cloudSecret } } },
  hypervisors: { openstack: { user: { password: SECRETS.cloudSecret } } },
  instances: { ec2: { secretKey: SECRETS.cloudKey } },
  services: { consul: { token: SECRETS.consulToken } },
};

function withJobSecrets(prometheus: Group): Group {
  const withSecret = (job: Group) => merge(job, JOB_SECRETS[String(job.name)]);
  return {
    ...prometheus,
    scrapeJobs: (prometheus.scrapeJobs as Group[]).map(withSecret),
    discovery: (prometheus.discovery as Group[]).map(withSecret),
  };
}

type Group = Record<string, unknown>;
interface Alertmanager extends Group {
  receivers: Record<string, Record<string, Group>>;
  deadMansSwitch: Group;
}

function withSecrets(alertmanager: Alertmanager): Alertmanager {
  const { receivers, deadMansSwitch } = alertmanager;
  const { slack, email, opsgenie, pagerduty, webhook, telegram } = receivers["all-ways"] ?? {};
  return {
    ...alertmanager,
    receivers: {
      ...receivers,
      "all-ways": {
        slack: { ...slack, apiUrl: SECRETS.slackUrl },
        email: { ...email, authPassword: SECRETS.mailPassword },
        opsgenie: { ...opsgenie, apiKey: SECRETS.opsgenieKey },
        pagerduty: { ...pagerduty, routingKey: SECRETS.pagerdutyKey },
        webhook: { ...webhook, url: SECRETS.webhookUrl, bearerToken: SECRETS.webhookToken },
        telegram: { ...telegram, botToken: SECRETS.telegramToken },
      },
      chats: withChatSecrets(receivers.chats ?? {}),
    },
    deadMansSwitch: { ...deadMansSwitch, url: SECRETS.pingUrl },
  };
}

function withChatSecrets({ sns, ...chats }: Record<string, Group>): Record<string, Group> {
  return {
    ...(merge(chats, {
      discord: { webhookUrl: SECRETS.chatUrl },
      msteamsv2: { webhookUrl: SECRETS.chatUrl },
      mattermost: { webhookUrl: SECRETS.chatUrl },
      pushover: { userKey: SECRETS.pushoverKey, token: SECRETS.pushoverKey },
      victorops: { apiKey: SECRETS.opsgenieKey },
      rocketchat: { tokenId: SECRETS.chatUser, token: SECRETS.webhookToken },
      webex: { bearerToken: SECRETS.webhookToken },
    }) as Record<string, Group>),
    sns: { ...sns, secretKey: SECRETS.awsKey },
  };
}

/** The files that it names, by relative path. */
export function filesBeside(): Record<string, string> {
  const directories = ["targets", "rules", "templates", "dashboards", "tls"];
  const paths = directories.flatMap((directory) =>
    readdirSync(join(DIRECTORY, directory)).map((name) => `${directory}/${name}`),
  );
  return Object.fromEntries(paths.map((path) => [path, readFileSync(join(DIRECTORY, path), "utf8")]));
}

/** Sections of it with secrets. */
export const SECTIONS_WITH_SECRETS = [
  "host",
  "prometheus",
  "alertmanager",
  "blackboxExporter",
  "grafana",
  "backup",
  "front",
  "topology",
  "executor",
  "checks",
];
