import { section } from "../../config/section";
import { HISTORY, HISTORY_ENDPOINT, MONTHS_JOB } from "./endpoint";
import { resolveAvailability } from "./resolve";
import { availability } from "./schema";

export const availabilitySection = section("availability", {
  schema: availability,
  resolve: resolveAvailability,
  chapters: { availability: { title: "Availability" } },
  taken: { jobs: [HISTORY, MONTHS_JOB], paths: [HISTORY_ENDPOINT.path] },
});
