import type { PlacedService } from "../placement";
import { HostAccounts } from "./component";
import { ACCOUNTS } from "./endpoint";

export const accountsPlacement: PlacedService = {
  service: ACCOUNTS,
  kind: "accounts",
  offer: ({ accounts: { enabled } }) => (enabled ? {} : undefined),
  place: ({ name, host, settings }, opts) => {
    new HostAccounts(`${name}-accounts`, { host, users: settings.accounts.users }, opts);
    return {};
  },
};
