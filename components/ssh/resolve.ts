import { quote } from "../../config/problem";
import type { HostBasics, ResolveContext } from "../../config/section";
import { inMilliseconds } from "../../lib/duration";
import { allowedNames } from "../../lib/sshServer";
import type { GivenSsh, SshSettings } from "./schema";

const MAX_AUTH_TRIES = 3;

/** An agent offers all of its keys; that of OpenSSH's own default. */
const MAX_AUTH_TRIES_BY_AGENT = 6;

export function resolveSsh(given: GivenSsh, around: ResolveContext): SshSettings {
  const { host, written } = around;
  const { logIn } = host;
  const byPassword = logIn?.by === "password";
  const settings: SshSettings = {
    enabled: given.enabled ?? Object.keys(written).length > 0,
    passwords: given.passwords ?? byPassword,
    rootLogIn: given.rootLogIn ?? (byPassword && logIn?.user === "root" ? "passwords" : "keys"),
    maxAuthTries: given.maxAuthTries ?? (logIn?.by === "agent" ? MAX_AUTH_TRIES_BY_AGENT : MAX_AUTH_TRIES),
    loginGraceTime: seconds(given.loginGraceTime),
    forwarding: given.tcpForwarding ?? host.isJumpHost,
    allowUsers: given.allowUsers ?? [],
    ...(logIn === undefined
      ? {}
      : { deployer: { user: logIn.user, by: byPassword ? "password" : "key" } as const }),
    confirmWithin: seconds(given.confirmWithin),
  };
  if (settings.enabled) {
    checkRange(given, around);
    refuseLockingOut(given, settings, around);
  }
  return settings;
}

const seconds = (duration: string) => Math.ceil(inMilliseconds(duration) / 1000);

function checkRange({ loginGraceTime, confirmWithin }: GivenSsh, { host, locate, report }: ResolveContext) {
  if (!host.become)
    report(
      locate(["enabled"]),
      "needs become: true, since only root can configure the SSH server; set become: true for this host, or ssh.enabled to false",
    );
  if (seconds(loginGraceTime) > 600)
    report(locate(["loginGraceTime"]), `${quote(loginGraceTime)} is too long; write at most 10m`);
  const within = seconds(confirmWithin);
  if (within < 10 || within > 3600)
    report(locate(["confirmWithin"]), `${quote(confirmWithin)} is not from 10s to 1h; write one such as 1m`);
}

function refuseLockingOut(given: GivenSsh, settings: SshSettings, { host, locate, report }: ResolveContext) {
  const { allowUsers, tcpForwarding } = given;
  const { logIn } = host;
  if (tcpForwarding === false && host.isJumpHost)
    report(
      locate(["tcpForwarding"]),
      "false would cut off the hosts that are reached through this one (via); remove it",
    );
  if (allowUsers?.length === 0)
    report(locate(["allowUsers"]), "lists nobody; write who may log in, or remove it, so that all users may");
  if (logIn === undefined) return;
  const { user, by } = logIn;
  if (by === "password" && given.passwords === false)
    report(
      locate(["passwords"]),
      `false would lock out Pulumi, which logs in as ${user} with a password; set privateKeyFile instead of password for this host, or remove this`,
    );
  if (user === "root" && refusesRoot(settings.rootLogIn, by))
    report(
      locate(["rootLogIn"]),
      `${quote(settings.rootLogIn)} would lock out Pulumi, which logs in as root with a ${by === "password" ? by : "key"}; set another user for this host, or ${by === "password" ? "write passwords" : "remove this"}`,
    );
  const names = allowedNames(allowUsers ?? []);
  if (names.length > 0 && !names.includes(user))
    report(locate(["allowUsers"]), `would lock out Pulumi, which logs in as ${user}; add ${user}`);
}

function refusesRoot(
  rootLogIn: SshSettings["rootLogIn"],
  by: NonNullable<HostBasics["logIn"]>["by"],
): boolean {
  return rootLogIn === "no" || (rootLogIn === "keys" && by === "password");
}
