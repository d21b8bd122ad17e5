import type { Account, Accounts } from "../../lib/accounts";
import { type Bundle, type Header, type Part, writeBundle } from "../bundle";
import { OUR_PIECE } from "../fragment";
import { UNIT_HEADER } from "./unit";

/** The bundle of the people who log in to a host. */
export function accountsBundle({ name, users }: Accounts): Bundle {
  return writeBundle(
    name,
    [
      ["kind", "accounts"],
      ...OUR_PIECE,
      // For messages: the runner names no settings.
      ["advice", "accounts podwatch:accounts"],
      ...users.map(({ name }): Header => ["advice", `user-${name} podwatch:accounts.users.${name}`]),
      ...users.map(
        (user): Header => ["user", [user.name, user.shell, user.groups.join(",")].join(" ").trim()],
      ),
    ],
    [...users.map(keys), ...rights(users)],
  );
}

const keys = (user: Account): Part => [`files/keys/${user.name}`, `${user.keys.join("\n")}\n`];

function rights(users: readonly Account[]): Part[] {
  const lines = users.filter(({ sudo }) => sudo).map(({ name }) => `${name} ALL=(ALL:ALL) NOPASSWD: ALL`);
  return lines.length === 0 ? [] : [["files/sudoers", `${UNIT_HEADER}\n${lines.join("\n")}\n`]];
}
