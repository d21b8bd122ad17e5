import { section } from "../../config/section";
import { resolveFirewall } from "./resolve";
import { firewall } from "./schema";

export const firewallSection = section("firewall", {
  schema: firewall,
  resolve: resolveFirewall,
  chapters: {
    firewall: { title: "Firewall" },
    sshLimit: { title: "Limit of connections to SSH", under: "under `firewall.sshLimit`" },
    allowed: { title: "Open ports", under: "as each item of `firewall.allow`" },
  },
  onTargets: true,
});
