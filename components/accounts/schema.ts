// People who log in to a host.
import { z } from "zod";
import { type DeepReadonly, flag, group, hostPath, list, setting, text } from "../../config/schema/words";
import type { Account } from "../../lib/accounts";

const isKey = (value: string) =>
  /^(ssh-ed25519|ssh-rsa|ecdsa-sha2-nistp(256|384|521)|sk-(ssh-ed25519|ecdsa-sha2-nistp256)@openssh\.com) [A-Za-z0-9+/]{40,4000}={0,2}( [^\p{Cc}]{1,200})?$/u.test(
    value,
  );

const account = group({
  keys: setting(
    list(
      text(isKey, "is not a public key for SSH; write what the .pub file of the user's key has, on one line"),
      "keys",
    ).min(1, { error: "is empty; write at least one key, since nobody logs in with a password" }),
    "Public keys that the user logs in with. Other keys that the account has stay.",
    {
      example: [
        "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIMaKJ4YqTgPXkbJDAd0xsSbsfpb8qQ5gu1Ee7oMv9N5x alice@laptop",
      ],
    },
  ),
  sudo: setting(flag().default(false), "Whether the user may do everything as root, without a password."),
  shell: setting(hostPath().default("/bin/bash"), "Shell of an account that is made."),
  groups: setting(
    list(
      text(
        /^[a-z_][a-z0-9_-]{0,31}$/,
        "is not the name of a group; write small letters, digits, _ and -, beginning with a letter",
      ),
      "groups",
    ).default([]),
    "Further groups, which the host has, of an account that is made.",
    { example: ["systemd-journal"] },
  ),
}).meta({ id: "account", description: "A user who logs in to the host by SSH." });

export const accounts = group({
  enabled: setting(flag().optional(), "Whether accounts are looked after.", {
    defaultText: "`true` once there are users",
  }),
  users: setting(
    z
      .record(
        text(
          /^[a-z_][a-z0-9_-]{0,30}$/,
          "is not the name of a user; write small letters, digits, _ and -, beginning with a letter",
        ),
        account,
        { error: "is not a group of users; write one `name:` a line and the user's settings below it" },
      )
      .default({}),
    "Who may log in, by name. An account that the host does not have is made.",
  ),
}).meta({
  id: "accounts",
  description:
    "People who log in to the host: their accounts, keys and rights. [docs/bastion.md](bastion.md#users-and-their-keys) says what becomes of accounts that are there already, or leave the stack file.",
});

export type GivenAccounts = DeepReadonly<z.output<typeof accounts>>;

/** Resolved. */
export interface AccountsSettings {
  readonly enabled: boolean;
  readonly users: readonly Account[];
}

declare module "../../config/section" {
  interface ServiceSettings<Secret> {
    readonly accounts: AccountsSettings;
  }
}
