// Checks of the front's log-ins that involve several settings.
import { quote, type Report } from "../../config/problem";
import type { Locate } from "../../config/resolve/locate";
import { OWN_TOKEN } from "./auth.render";
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
  if (Object.hasOwn(tokens, OWN_TOKEN)) {
    report(
      locate(["auth", "tokens", OWN_TOKEN]),
      `${quote(OWN_TOKEN)} is the token of Podwatch's own commands; give yours another name`,
    );
  }
  for (const name of Object.keys(tokens).filter((token) => Object.hasOwn(users, token))) {
    report(locate(["auth", "tokens", name]), `${quote(name)} is a user too; give the token another name`);
  }
}
