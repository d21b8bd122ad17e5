// What must hold once a stack is deployed: functional tests of the user's own.
import { z } from "zod";
import { httpLogIn } from "../../config/schema/auth";
import {
  address,
  choice,
  duration,
  flag,
  group,
  isHttpUrl,
  localPath,
  port,
  setting,
  text,
  whole,
} from "../../config/schema/words";
import type { Checks } from "../../lib/checks";

const checkName = () =>
  text(
    /^[^\s\p{Cc}]([^\p{Cc}]{0,78}[^\s\p{Cc}])?$/u,
    "is not a name of a check; write up to 80 characters on one line",
  );

const named = <T extends z.ZodType>(check: T, about: string) =>
  setting(
    z
      .record(checkName(), check, { error: "is not a group of checks; write one `name:` a line below it" })
      .default({}),
    about,
  );

const origin = () =>
  setting(
    text(/^[a-z][a-z0-9-]{0,30}$/, "is not known here; write here, host or the name of a host").default(
      "here",
    ),
    "Where it is tried: `here`, on the machine that runs verify; `host`, on the host itself; or on the host with that name.",
    { example: "web1" },
  );

const isPath = (value: string) => /^\/[^\s"'<>\\#]*$/.test(value);

export const queryCheck = group({
  query: setting(
    text(/^(?=[\s\S]*\S)[^\0]{1,10000}$/, "is not a query; write an expression in PromQL"),
    "The expression, in PromQL, asked of the host's Prometheus.",
    { example: 'up{job="node"} == 0', lines: true },
  ),
  returns: setting(
    choice(["something", "nothing"]).default("something"),
    "Whether it must return a sample (`something`), or none (`nothing`), as the expression of an alert that must not fire.",
  ),
}).meta({ id: "queryCheck", description: "An expression that must hold." });

export const urlCheck = group({
  url: setting(
    text(
      (value) => isHttpUrl(value) || isPath(value),
      "is not a URL; write one that begins with https:// or http://, or a path at the host's front, such as /grafana/login",
    ),
    "The URL; or a path at the host's front, which is then asked from the host itself, with a log-in that may read everything unless the check has its own. Must not contain secrets.",
    { example: "https://monitor.my-company.net/grafana/login" },
  ),
  status: setting(
    whole(100, 599, "is not an HTTP status; write a number from 100 to 599").default(200),
    "Status of the answer. Redirections are not followed.",
  ),
  text: setting(
    text(/^(?=[\s\S]*\S)[^\0]{1,10000}$/, "is no text").optional(),
    "Part of the page, letter by letter.",
    { example: "Grafana", lines: true },
  ),
  certificateValidFor: setting(
    duration().optional(),
    "How long the certificate must be valid still. It is always checked: its name, and that the machine that runs verify, or the stack's own authority, trusts it; `tls` may say otherwise.",
    { example: "14d" },
  ),
  ...httpLogIn,
  from: origin(),
}).meta({ id: "urlCheck", description: "A URL that must answer." });

export const portCheck = group({
  port: setting(
    port(),
    "The port; TCP. UDP has no connections, so nothing can tell whether such a port is open.",
    { example: 9090 },
  ),
  host: setting(address().optional(), "Address or name of the machine.", {
    example: "db1.internal",
    defaultText: "the host's own `address`",
  }),
  open: setting(flag().default(true), "Whether it must accept connections, or must not."),
  from: origin(),
}).meta({ id: "portCheck", description: "A port that must be open, or closed." });

export const commandCheck = group({
  command: setting(
    text(/^(?=.*\S)[^\0\r\n]{1,10000}$/, "is not a command; write one line for sh"),
    "A line for `sh`, run by the login user; it must end with 0. On the machine that runs verify it begins in the directory of verify, with the host's name and address in `PODWATCH_HOST` and `PODWATCH_ADDRESS`, and of the variables of verify with `HOME`, `USER` and `PATH` only. Must not contain secrets.",
    { example: "goss --gossfile - validate" },
  ),
  input: setting(localPath().optional(), "File that it reads from its standard input.", {
    example: "./goss.yaml",
  }),
  from: setting(
    choice(["here", "host"]).default("host"),
    "Where it runs: on the `host`, or `here`, on the machine that runs verify.",
  ),
}).meta({ id: "commandCheck", description: "A command that must succeed, such as goss or testinfra." });

export const checks = group({
  queries: named(queryCheck, "Expressions that must hold, by name. Only for hosts with a Prometheus."),
  urls: named(urlCheck, "URLs that must answer, by name."),
  ports: named(portCheck, "Ports that must be open or closed, by name."),
  commands: named(commandCheck, "Commands that must succeed, by name. They run last, once each."),
}).meta({
  id: "checks",
  description:
    "What must hold once the stack is deployed, checked by `npm run verify` besides its own checks.",
});

declare module "../../config/section" {
  interface ServiceSettings<Secret> {
    readonly checks: Checks<Secret>;
  }
}
