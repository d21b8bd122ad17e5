// Who else may log in to Grafana: users of a directory (LDAP), or of another site (OAuth, OpenID Connect).
import { z } from "zod";
import { tlsSetting } from "../../config/schema/auth";
import {
  address,
  choice,
  flag,
  group,
  httpUrl,
  list,
  port,
  secretText,
  setting,
  text,
} from "../../config/schema/words";

const line = (what: string) => text(/^[^\p{Cc}]+$/u, `is not ${what}; write it on one line`);

const groupMapping = group({
  groupDn: setting(line("the name of a group"), "Distinguished name of the group; `*` for all users.", {
    example: "cn=admins,ou=groups,dc=my-company,dc=net",
  }),
  role: setting(choice(["Viewer", "Editor", "Admin"]), "Role of its members."),
  grafanaAdmin: setting(flag().default(false), "Whether its members administer Grafana itself."),
}).meta({ id: "ldapGroup", description: "The role of a group's members." });

export const ldap = group({
  hosts: setting(
    list(address(), "servers").min(1, { error: "is empty; write the address of a server" }),
    "Directory servers, tried in this order.",
    { example: ["ldap.my-company.net"] },
  ),
  port: setting(port().default(389), "Their port; usually 636 with `useSsl`."),
  useSsl: setting(flag().default(false), "Whether connections are encrypted from the start (LDAPS)."),
  startTls: setting(flag().default(false), "Whether connections are encrypted with STARTTLS."),
  tls: tlsSetting(),
  bindDn: setting(
    line("a user's distinguished name"),
    "User that looks others up; with `%s` for the name typed at the log-in, no password is needed.",
    { example: "cn=grafana,dc=my-company,dc=net", placeholder: "the user that looks others up" },
  ),
  bindPassword: setting(
    secretText(
      (value) => /^[^\p{Cc}]+$/u.test(value) && !value.includes("'''") && !/^\s|\s$/.test(value),
      "is not a password for LDAP; write the one of bindDn, without control characters, ''' and spaces at its ends",
    ).optional(),
    "Its password.",
    { secret: true },
  ),
  searchFilter: setting(
    line("a filter")
      .refine((value) => value.includes("%s"), {
        error: "does not say where the user's name goes; write %s there, as in (cn=%s)",
      })
      .default("(cn=%s)"),
    "How a user is found: a filter with `%s` for the name typed.",
    { example: "(sAMAccountName=%s)" },
  ),
  searchBaseDns: setting(
    list(line("a distinguished name"), "distinguished names").min(1, {
      error: "is empty; write where users are found",
    }),
    "Below which users are searched.",
    { example: ["ou=people,dc=my-company,dc=net"] },
  ),
  attributes: setting(
    z
      .partialRecord(
        z.enum(["name", "surname", "username", "member_of", "email"], {
          error: "is not one of name, surname, username, member_of and email; write one of these",
        }),
        line("the name of an attribute"),
        { error: "is not a group of attributes; write one `name: value` a line below it" },
      )
      .default({
        name: "givenName",
        surname: "sn",
        username: "cn",
        member_of: "memberOf",
        email: "mail",
      }),
    "Attributes of the directory, by Grafana's name.",
    { example: { username: "sAMAccountName", member_of: "memberOf", email: "mail" } },
  ),
  groupMappings: setting(
    list(groupMapping, "groups").default([]),
    "Roles by group; the first that fits is used. Without any, everybody is a Viewer.",
  ),
  allowSignUp: setting(
    flag().default(true),
    "Whether users of the directory that Grafana does not know yet may log in.",
  ),
}).meta({ id: "ldap", description: "Users of a directory log in to Grafana with their password there." });

/** What all kinds have in common. */
const common = {
  clientId: setting(
    text(/^[^\p{Cc}\s]+$/u, "is not a client's id; write the one you registered"),
    "Id of the client.",
    { placeholder: "the id of your client" },
  ),
  clientSecret: setting(
    secretText(/^[^\p{Cc}\s]+$/u, "is not a client's secret; write the one you registered"),
    "Secret of the client.",
    { secret: true },
  ),
  scopes: setting(
    list(text(/^[^\s\p{Cc}]+$/u, "is not a scope; write one without spaces"), "scopes").optional(),
    "Scopes to request.",
    { example: ["openid", "email", "profile"], defaultText: "Grafana's own for this kind" },
  ),
  allowSignUp: setting(flag().default(true), "Whether users that Grafana does not know yet may log in."),
  allowedDomains: setting(
    list(text(/^[A-Za-z0-9.-]+$/, "is not a domain; write one such as my-company.net"), "domains").default(
      [],
    ),
    "Domains of mail addresses that may log in.",
    { example: ["my-company.net"], defaultText: "any" },
  ),
  autoLogin: setting(flag().default(false), "Whether the log-in form is skipped."),
  roleAttributePath: setting(line("an expression").optional(), "JMESPath expression for the role.", {
    example: "contains(groups[*], 'admins') && 'Admin' || 'Viewer'",
    defaultText: "Viewer",
  }),
};

const names = (what: string, meaning = "Groups whose members may log in.") =>
  setting(
    list(text(/^[^\p{Cc},\s]+$/u, `is not ${what}; write its name or id`), "names").default([]),
    meaning,
    { defaultText: "any" },
  );

const tenant = () =>
  text(/^[A-Za-z0-9.-]+$/, "is not a tenant; write its id, such as 01234567-89ab-cdef-0123-456789abcdef");

export const oauth = group({
  generic: setting(
    group({
      ...common,
      name: setting(line("a name").default("OAuth"), "Name on the button of the log-in form.", {
        example: "Keycloak",
      }),
      authUrl: setting(httpUrl(), "URL where users log in.", {
        example: "https://login.my-company.net/authorize",
      }),
      tokenUrl: setting(httpUrl(), "URL that issues tokens.", {
        example: "https://login.my-company.net/token",
      }),
      apiUrl: setting(httpUrl().optional(), "URL that says who a user is.", {
        example: "https://login.my-company.net/userinfo",
        defaultText: "the id token says it",
      }),
      usePkce: setting(flag().default(true), "Whether PKCE protects the exchange of the code."),
      groupsAttributePath: setting(line("an expression").optional(), "JMESPath expression for the groups.", {
        example: "groups",
        defaultText: "none",
      }),
      allowedGroups: names("a group"),
    })
      .meta({
        id: "oauthGeneric",
        description: "Users log in with any OAuth 2 or OpenID Connect provider, such as Keycloak.",
      })
      .optional(),
    "Log-in with any other OAuth 2 or OpenID Connect provider.",
  ),
  github: setting(
    group({
      ...common,
      allowedOrganizations: names("an organization", "Organizations whose members may log in."),
    })
      .meta({ id: "oauthGithub", description: "Users log in with an account of GitHub." })
      .optional(),
    "Log-in with an account of GitHub.",
  ),
  gitlab: setting(
    group({
      ...common,
      url: setting(httpUrl().default("https://gitlab.com"), "URL of the GitLab."),
      allowedGroups: names("a group"),
    })
      .meta({
        id: "oauthGitlab",
        description: "Users log in with an account of a GitLab, gitlab.com or your own.",
      })
      .optional(),
    "Log-in with an account of a GitLab.",
  ),
  google: setting(
    group({
      ...common,
      hostedDomain: setting(
        text(/^[A-Za-z0-9.-]+$/, "is not a domain; write one such as my-company.net").optional(),
        "Google Workspace domain whose users may log in.",
        { example: "my-company.net", defaultText: "any" },
      ),
    })
      .meta({ id: "oauthGoogle", description: "Users log in with an account of Google." })
      .optional(),
    "Log-in with an account of Google.",
  ),
  azureAd: setting(
    group({
      ...common,
      tenant: setting(tenant(), "Id of the tenant.", { placeholder: "the id of your tenant" }),
      allowedGroups: names("a group"),
    })
      .meta({
        id: "oauthAzureAd",
        description: "Users log in with an account of Microsoft Entra ID (Azure AD).",
      })
      .optional(),
    "Log-in with an account of Microsoft Entra ID (Azure AD).",
  ),
}).meta({ id: "oauth", description: "Users of another site log in to Grafana." });
