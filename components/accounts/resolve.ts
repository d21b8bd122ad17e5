import { quote } from "../../config/problem";
import type { ResolveContext } from "../../config/section";
import { allowedNames } from "../../lib/sshServer";
import type { AccountsSettings, GivenAccounts } from "./schema";

export function resolveAccounts({ enabled, users }: GivenAccounts, around: ResolveContext): AccountsSettings {
  const { host, locate, report } = around;
  const all = Object.entries(users).map(([name, user]) => ({ name, ...user }));
  all.sort((one, other) => (one.name < other.name ? -1 : 1));
  const settings = { enabled: enabled ?? all.length > 0, users: all };
  if (!settings.enabled) return settings;
  if (all.length === 0)
    report(locate(["enabled"]), "true without users; write them under accounts.users, or remove this");
  if (!host.become)
    report(
      locate(["enabled"]),
      "needs become: true, since only root can make accounts; set become: true for this host, or accounts.enabled to false",
    );
  refuseUnfit(settings, around);
  return settings;
}

function refuseUnfit({ users }: AccountsSettings, { host, before, locate, report }: ResolveContext): void {
  const allowed = before.ssh.enabled ? allowedNames(before.ssh.allowUsers) : [];
  for (const { name } of users) {
    const at = locate(["users", name]);
    if (name === "root") report(at, "is not for people; give them accounts of their own with sudo: true");
    else if (name === host.logIn?.user)
      report(
        at,
        "is the user that Pulumi logs in as, whose keys have to stay whatever the stack file says; give people accounts of their own",
      );
    if (allowed.length > 0 && !allowed.includes(name))
      report(at, `could not log in, since ssh.allowUsers does not list ${quote(name)}; add it there`);
  }
}
