import { section } from "../../config/section";
import { network } from "./schema";

/** Whether it has IPv6 is decided once all hosts are known: `resolve`. */
export const networkSection = section("network", {
  schema: network,
  resolve: (given) => given,
  chapters: { network: { title: "Network" } },
});
