// The settings of each receiver channel in alertmanager.yml: the shipped templates, and the files of secrets.
import type { File, Receiver } from "./receivers.render";

type Settings = Readonly<Record<string, unknown>>;

export function slackConfig({ channel }: NonNullable<Receiver["slack"]>, file: File): Settings {
  return {
    api_url_file: file("slack"),
    ...(channel === undefined ? {} : { channel }),
    title: message("slack.title"),
    title_link: message("link"),
    text: message("slack.text"),
    fallback: message("subject"),
    footer: message("footer"),
  };
}

export function emailConfig(email: NonNullable<Receiver["email"]>, file: File): Settings {
  const { authUsername } = email;
  return {
    to: email.to.join(", "),
    from: email.from,
    smarthost: email.smarthost,
    require_tls: email.requireTls,
    ...(authUsername === undefined ? {} : { auth_username: authUsername, auth_password_file: file("email") }),
    headers: { Subject: message("subject") },
    text: message("email.text"),
    html: message("email.html"),
  };
}

export function opsgenieConfig(opsgenie: NonNullable<Receiver["opsgenie"]>, file: File): Settings {
  return {
    api_key_file: file("opsgenie"),
    api_url: opsgenie.apiUrl,
    message: message("subject"),
    description: message("plain"),
    source: message("source"),
    priority: opsgenie.priority ?? message("opsgenie.priority"),
    ...(opsgenie.tags.length === 0 ? {} : { tags: opsgenie.tags.join(",") }),
    details: { alertmanager: message("link") },
  };
}

export function pagerdutyConfig({ url }: NonNullable<Receiver["pagerduty"]>, file: File): Settings {
  return {
    routing_key_file: file("pagerduty"),
    url,
    description: message("subject"),
    severity: message("pagerduty.severity"),
    source: message("pagerduty.source"),
    client: "Podwatch",
    client_url: message("link"),
    details: { alerts: message("plain") },
  };
}

export function webhookConfig({ maxAlerts }: NonNullable<Receiver["webhook"]>, file: File): Settings {
  return {
    url_file: file("webhook"),
    max_alerts: maxAlerts,
  };
}

export function telegramConfig(telegram: NonNullable<Receiver["telegram"]>, file: File): Settings {
  return {
    bot_token_file: file("telegram"),
    chat_id: telegram.chatId,
    api_url: telegram.apiUrl,
    disable_notifications: telegram.disableNotifications,
    parse_mode: "HTML",
    message: message("telegram.html"),
  };
}

export function discordConfig(file: File): Settings {
  return { webhook_url_file: file("discord"), title: message("subject"), message: message("plain") };
}

export function msteamsConfig(file: File): Settings {
  return { webhook_url_file: file("msteamsv2"), title: message("subject"), text: message("plain") };
}

export function pushoverConfig(file: File): Settings {
  return {
    user_key_file: file("pushover-user"),
    token_file: file("pushover"),
    title: message("subject"),
    message: message("plain"),
    url: message("link"),
  };
}

export function victoropsConfig(
  { routingKey, apiUrl }: NonNullable<Receiver["victorops"]>,
  file: File,
): Settings {
  return {
    api_key_file: file("victorops"),
    routing_key: routingKey,
    api_url: apiUrl,
    entity_display_name: message("subject"),
    state_message: message("plain"),
    monitoring_tool: "Podwatch",
  };
}

/** A reference to a template of `templates/alertmanager/podwatch.tmpl`. */
function message(template: string): string {
  return `{{ template "podwatch.${template}" . }}`;
}
