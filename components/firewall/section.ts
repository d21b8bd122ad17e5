import { section } from "../../config/section";
import { resolveFirewall } from "./resolve";
import { firewall } from "./schema";

export const firewallSection = section("firewall", {
  schema: firewall,
  resolve: resolveFirewall,
  chapters: {
    firewall: { title: "Firewall" },
    allowed: { title: "Open ports", under: "as each item of `firewall.allow`" },
  },
  onTargets: true,
});
