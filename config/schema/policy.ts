// What a production stack has to be like, beyond what any stack has to be.
import { z } from "zod";
import { reason } from "./reason";
import { flag, group, setting } from "./words";

/** The rules by name, and what each demands. */
export const POLICY_RULES = {
  "fixed-images": "every image has a digest, or a tag with a whole version (three numbers)",
  "pinned-host-keys": "the key of every SSH server is pinned",
  "front-tls": "a front that is open to other hosts encrypts",
  "front-log-in": "a front that is open to other hosts asks for a log-in",
  "encrypted-log-ins": "no password or token is sent to another host in clear text",
  "kept-data": "data outlive the services",
  backups: "every host with data makes backups by itself",
  "backup-alerts": "somebody is told when the last good backup is too old",
} as const;

export type PolicyRule = keyof typeof POLICY_RULES;

export const policy = group({
  enabled: setting(flag().default(true), "Whether the rules are enforced."),
  exceptions: setting(
    z
      .record(z.string(), reason(), {
        error: "is not a group of exceptions; write one `rule: reason` a line below it",
      })
      .default({}),
    "Rules that do not apply, each with the reason, which previews show.",
    { example: { "front-tls": "a load balancer before it ends TLS" } },
  ),
}).meta({
  id: "policy",
  description: `Rules for production stacks; a stack file with this section is refused unless it keeps them: ${Object.entries(
    POLICY_RULES,
  )
    .map(([name, about]) => `\`${name}\` (${about})`)
    .join(", ")}.`,
});

/** A rule that a stack file makes an exception from. */
export interface PolicyException {
  readonly rule: PolicyRule;
  readonly reason: string;
}
