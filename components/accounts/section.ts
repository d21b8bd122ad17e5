import { section } from "../../config/section";
import { resolveAccounts } from "./resolve";
import { accounts } from "./schema";

export const accountsSection = section("accounts", {
  schema: accounts,
  resolve: resolveAccounts,
  chapters: {
    accounts: { title: "Accounts" },
    account: { title: "Account", under: "as an entry of `accounts.users`" },
  },
  onTargets: true,
});
