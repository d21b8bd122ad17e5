import { section } from "../../config/section";
import { resolveStorage } from "./resolve";
import { storage } from "./schema";

export const storageSection = section("storage", {
  schema: storage,
  resolve: resolveStorage,
  chapters: {
    storage: { title: "Disks for data" },
    disk: { title: "A disk", under: "as each entry of `storage.disks`" },
  },
  onTargets: true,
});
