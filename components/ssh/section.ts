import { section } from "../../config/section";
import { resolveSsh } from "./resolve";
import { ssh } from "./schema";

export const sshSection = section("ssh", {
  schema: ssh,
  resolve: resolveSsh,
  chapters: { ssh: { title: "SSH server" } },
  onTargets: true,
});
