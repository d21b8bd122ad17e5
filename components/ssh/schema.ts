// The host's SSH server: who may log in, and how.
import type { z } from "zod";
import {
  choice,
  type DeepReadonly,
  duration,
  flag,
  group,
  list,
  setting,
  text,
  whole,
} from "../../config/schema/words";
import type { SshServer } from "../../lib/sshServer";

export const ssh = group({
  enabled: setting(
    flag().optional(),
    "Whether Podwatch configures the SSH server, by a file `/etc/ssh/sshd_config.d/00-podwatch.conf` that is read before all others.",
    { defaultText: "`true` if another setting of the section is set, otherwise `false`" },
  ),
  passwords: setting(flag().optional(), "Whether users may log in with a password.", {
    defaultText: "`false`, unless Pulumi logs in with one",
    example: false,
  }),
  rootLogIn: setting(
    choice(["no", "keys", "passwords"]).optional(),
    "Whether root may log in: not at all, with keys, or also with a password.",
    { defaultText: "`keys`; `passwords` if Pulumi logs in as root with one", example: "no" },
  ),
  maxAuthTries: setting(
    whole(2, 20, "is not a number of attempts; write a whole number from 2 to 20").optional(),
    "How many attempts a connection has to log in. Each key that an agent offers is one.",
    { defaultText: "3; 6 if Pulumi logs in by an agent", example: 4 },
  ),
  loginGraceTime: setting(duration().default("30s"), "How long a log-in may take. At most `10m`."),
  allowUsers: setting(
    list(
      text(
        /^[A-Za-z_][A-Za-z0-9_.-]{0,63}(@[0-9A-Fa-f.:]+(\/\d{1,3})?)?$/,
        "is not a user; write a name such as alice, or one with addresses such as alice@10.1.0.0/16",
      ),
      "users",
    ).optional(),
    "The only users who may log in, perhaps from some addresses only. The user that Pulumi logs in as has to be one.",
    { example: ["ops", "alice@10.1.0.0/16"], defaultText: "all" },
  ),
  tcpForwarding: setting(
    flag().optional(),
    "Whether users may connect to other hosts through it. The user that Pulumi logs in as always may, since commands such as `verify` reach the host's front so.",
    { defaultText: "`true` for the host of a `via`, otherwise `false`", example: false },
  ),
  confirmWithin: setting(
    duration().default("1m"),
    "How long a change holds without a second log-in that confirms it, which `pulumi up` and `npm run repair` make by themselves; then the host takes it back. From `10s` to `1h`.",
  ),
}).meta({
  id: "ssh",
  onOff: true,
  description:
    "The host's SSH server, hardened: no passwords, no agent forwarding, no forwarding but on a bastion. [docs/bastion.md](bastion.md) says how nobody is locked out. `true` stands for `{ enabled: true }`.",
});

/** Resolved. */
export type SshSettings = Omit<SshServer, "kind" | "name"> & { readonly enabled: boolean };

export type GivenSsh = DeepReadonly<z.output<typeof ssh>>;

declare module "../../config/section" {
  interface ServiceSettings<Secret> {
    readonly ssh: SshSettings;
  }
}
