import { section } from "../../config/section";
import { RUNBOOKS_PATH } from "../../lib/runbooks";
import { resolveFront } from "./front.resolve";
import { front } from "./front.schema";

export const frontSection = section("front", {
  schema: front,
  resolve: resolveFront,
  chapters: { front: { title: "Front" } },
  presets: { "raspberry-pi": { quadlet: { Service: { MemoryMax: "64M" } } } },
  taken: { paths: ["/roq", RUNBOOKS_PATH] },
});
