// Settings that users expect but that do not exist, each with the alternative.
import type { Path } from "./problem";

const anyService =
  /^(prometheus|alertmanager|grafana|blackboxExporter|nginxExporter|apache|nodeExporter|front)$/;

const WAYS: ReadonlyArray<readonly [holder: RegExp, keys: RegExp, way: string]> = [
  [
    /^$/,
    /^(wait(for.*)?|(ssh|connect(ion)?|boot|dial|perdial)?timeout|dialerrorlimit|retries|retry)$/,
    "write waitForConnection, such as 10m, for a host that is still being made",
  ],
  [/^prometheus$/, /^(enablefeatures?|featureflags)$/, "write features"],
  [/^prometheus$/, /^(storage|tsdb)$/, "write outOfOrderTimeWindow or retention"],
  [
    /^prometheus$/,
    /^alerting$/,
    "write alertmanagers for external ones; the stack's own is added automatically",
  ],
  [/^(prometheus|alertmanager|grafana)$/, /^(externalurl|rooturl|server)$/, "write front.publicUrl"],
  [
    /^alertmanager$/,
    /^(clusterpeers?|peers?)$/,
    "write cluster: {}; the Alertmanagers of the stack's hosts that have it find each other",
  ],
  [
    /^alertmanager$/,
    /^(smtp.*|e?mail|global)$/,
    "write smarthost, from and log-in at each receiver's email; other parts of global go below extra.global",
  ],
  [
    /^alertmanager\.receivers\.[^.]+$/,
    /^(slack|email|opsgenie|pagerduty|webhook|telegram|discord|msteamsv2|pushover|victorops|mattermost|rocketchat|webex|sns)configs?$/,
    "write it without _configs, as one group, in the words of docs/configuration.md",
  ],
  [/^alertmanager\.receivers\.[^.]+$/, /^msteams(configs?)?$/, "write msteamsv2"],
  [
    /^alertmanager\.receivers\.[^.]+$/,
    /^(jira|wechat|incidentio)(configs?)?$|configs$/,
    "write it under extra, in Alertmanager's syntax, with _configs at the end of the kind: extra.jira_configs and the like",
  ],
  [
    /^alertmanager\.receivers\.[^.]+$/,
    /^(dingtalk|matrix|signal|googlechat|ntfy|gotify|zulip|feishu|lark|twilio|sms|script|command)$/,
    "Alertmanager has no such kind; write webhook, with the address of a program that forwards it",
  ],
  [/^alertmanager\.receivers\.[^.]+$/, /^(teams|microsoftteams|office365)$/, "write msteamsv2"],
  [/^alertmanager\.receivers\.[^.]+$/, /^(mail|smtp)$/, "write email"],
  [/^alertmanager\.receivers\.[^.]+$/, /^(aws|amazonsns|awssns)$/, "write sns"],
  [
    /^alertmanager\.receivers\.[^.]+$/,
    /^$/,
    "write one of the kinds that docs/alerting.md lists, or any other of Alertmanager's under extra, such as extra.jira_configs",
  ],
  [/^grafana$/, /^(mails?|email)$/, "write smtp"],
  [/^grafana$/, /^(allowembedding|cookiesamesite)$/, "write embedding"],
  [/^grafana$/, /^(anonymous.*|auth\.?anonymous)$/, "write anonymous"],
  [/^grafana$/, /^(auth|oidc|github|gitlab|google|azuread|genericoauth|sso|keycloak)$/, "write oauth"],
  [
    /^grafana$/,
    /^(ini|grafanaini|config|users|security|auth.*|log|featuretoggles|database|alerting|unifiedalerting|rendering|panels|live)$/,
    "write it as a section under settings",
  ],
  [/^grafana$/, /^(grafana\.ini|envs)$/, "write settings, by section, or environment"],
  [/^grafana\.(anonymous|smtp|embedding|ldap)$/, /^enabled?$/, "remove it: what stands here is switched on"],
  [/^grafana$/, /^provisioning$/, "write dashboards and datasources"],
  [/^front$/, /^(ssl|https|certificates?|certificatefile|keyfile|letsencrypt|acme|ownca)$/, "write tls"],
  [/^front$/, /^(basicauth|users|tokens|htpasswd|password|login|logins)$/, "write it under front.auth"],
  [/^front$/, /^(domain|hostnames?)$/, "write publicUrl or serverNames"],
  [
    /^grafana\.datasources\.\d+$/,
    /^(basicauth|user|username|password|basicauthpassword)$/,
    "write basicAuthUser, and basicAuthPassword under secureJsonData",
  ],
  [
    /^prometheus\.alertmanagers\.\d+$/,
    /^(urls?|address(es)?)$/,
    "write targets, each host:port, scheme and pathPrefix",
  ],
  [
    /^nodeExporter$/,
    /^(quadlet|service|unit|systemd)$/,
    "it is not a container; write resources, or such keys into a drop-in on the host: systemctl edit podwatch-node-exporter",
  ],
  [
    /^nodeExporter$/,
    /^(files|volumes?|secrets?)$/,
    "it is a program of the host, whose own files it sees; put them there",
  ],
  [
    /^nodeExporter$/,
    /^(tls|basicauth|webconfig)$/,
    "only the stack's hosts can reach it; write allowFrom for others",
  ],
  [
    /^network$/,
    /^((enable|use)?ipv?6(enabled)?|dualstack)$/,
    "write subnet6, a range of IPv6 addresses; without it the network has IPv6 where something listens or is asked at such an address",
  ],
  [
    /^(prometheus|alertmanager|grafana|blackboxExporter|nginxExporter|apache)$/,
    /^web(config(file)?)?$/,
    "only the front can be reached from elsewhere; write its encryption and log-ins under front.tls and front.auth",
  ],
  [/^prometheus$/, /^queueconfigs?$/, "write it at an entry of remoteWrite: extra.queue_config"],
  [
    /^prometheus\.remote(Write|Read)\.\d+$/,
    /^(queueconfigs?|metadataconfig|writerelabelconfigs|remotetimeout|sigv4|azuread|googleiam|proxy(url)?|sendexemplars|protobufmessage|readrecent|requiredmatchers)$/,
    "write it under extra, in Prometheus' words: extra.queue_config and the like",
  ],
  [anyService, /^(extra)?(args|flags|opts|options|command|cmd|commandline)$/, "write arguments"],
  [anyService, /^mem(ory)?(max|limit)?$/, "write resources.memory"],
  [anyService, /^(cpuquota|cpulimit|cpus?)$/, "write resources.cpus"],
  [anyService, /^(pids(limit)?|tasksmax)$/, "write resources.pids"],
  [anyService, /^(ulimits?|nofile|limitnofile)$/, "write resources.openFiles"],
  [anyService, /^(deploy|limits|resourcelimits)$/, "write resources"],
  [anyService, /^(envs?|envvars?|environmentvariables?|variables)$/, "write environment"],
  [anyService, /^(secretenv|envfrom|environmentfiles?)$/, "write secrets and secretEnvironment"],
  [anyService, /^(volume|mounts?|binds?)$/, "write volumes"],
];

/** Groups of which each takes words of its own: those of another are no help. */
const apart = /^alertmanager\.receivers\.[^.]+\.[^.]+/;

export const standsApart = (path: Path) => apart.test(placeOf(path));

function placeOf(path: Path): string {
  const below = path[0] === "hosts" ? path.slice(2) : path[0] === "host" ? path.slice(1) : path;
  return below.join(".");
}

/** @param key in lower case, without _ and -; empty for a way that suits any other key, when nothing similar is known */
export function wayOut(path: Path, key: string): string | undefined {
  const at = placeOf(path);
  return WAYS.find(([holder, keys]) => holder.test(at) && keys.test(key))?.[2];
}
