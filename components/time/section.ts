import { section } from "../../config/section";
import { resolveTime } from "./resolve";
import { time } from "./schema";

export const timeSection = section("time", {
  schema: time,
  resolve: resolveTime,
  chapters: { time: { title: "Time" } },
  onTargets: true,
});
