import { tlsSetting } from "../../../config/schema/auth";
import { flag, list, secretText, setting, target, text } from "../../../config/schema/words";
import { kind, mailAddress, message } from "./kind";

export const email = kind({
  description: "A mail.",
  settings: {
    to: setting(
      list(mailAddress("is not a mail address; write one such as ops@my-company.net"), "mail addresses").min(
        1,
        { error: "is empty; write at least one mail address" },
      ),
      "Recipients.",
      { example: ["ops@my-company.net"] },
    ),
    from: setting(
      mailAddress("is not a mail address; write one such as podwatch@my-company.net"),
      "Sender.",
      {
        example: "podwatch@my-company.net",
      },
    ),
    smarthost: setting(target(), "Mail server, as host:port.", {
      example: "smtp.my-company.net:587",
      placeholder: "your mail server as host:port",
    }),
    authUsername: setting(
      text(/^[^\p{Cc}]+$/u, "is not a user name; write the one to log in with at the mail server").optional(),
      "User to log in as at the mail server.",
      { defaultText: "no authentication", placeholder: "the user you log in as" },
    ),
    authPassword: setting(
      secretText(
        /^[^\p{Cc}]+$/u,
        "is not a password; write the one that the mail server asks for",
      ).optional(),
      "Password to log in with.",
      { secret: true },
    ),
    requireTls: setting(
      flag().default(true),
      "Whether to require an encrypted connection (STARTTLS, or TLS from the start on port 465).",
    ),
    tls: tlsSetting(),
  },
  secrets: { authPassword: "email" },
  together: ["authUsername", "authPassword"],
  tellsOfResolved: false,
  extra: { headers: { "Reply-To": "ops@my-company.net" } },
  config: ({ to, from, smarthost, requireTls, authUsername }, file) => ({
    to: to.join(", "),
    from,
    smarthost,
    require_tls: requireTls,
    ...(authUsername === undefined
      ? {}
      : { auth_username: authUsername, auth_password_file: file("authPassword") }),
    headers: { Subject: message("subject") },
    text: message("email.text"),
    html: message("email.html"),
  }),
});
