// Checks of the front's log-ins that involve several settings.
import { quote, type Report } from "../../config/problem";
import type { Locate } from "../../config/resolve/locate";
import type { FrontSettings } from "./front.schema";

export function checkAuth(auth: FrontSettings["auth"], locate: Locate, report: Report): void {
  if (auth === undefined) return;
  const { users, tokens } = auth;
  if (Object.keys(users).length + Object.keys(tokens).length === 0) {
    report(
      locate(["auth"]),
      "names nobody; write a user, such as users: { alice: { access: write } }, whose password is generated",
    );
  }
  for (const name of Object.keys(tokens).filter((token) => Object.hasOwn(users, token))) {
    report(locate(["auth", "tokens", name]), `${quote(name)} is a user too; give the token another name`);
  }
}
