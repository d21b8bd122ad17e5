import { section } from "../../config/section";
import { resolveBackup } from "./resolve";
import { backup } from "./schema";

export const backupSection = section("backup", {
  schema: backup,
  resolve: resolveBackup,
  chapters: {
    backup: { title: "Backups" },
    s3: { title: "Bucket", under: "as `backup.s3`" },
  },
});
