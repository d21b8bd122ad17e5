import { textfileDirectory } from "../node-exporter/render";
import { offered, type PlacedService } from "../placement";
import { Backup } from "./component";
import { BACKUP } from "./endpoint";
import { BACKUP_TELEMETRY } from "./render";

/** The last of all: a first backup is made at once, of what is there. */
export const backupPlacement: PlacedService = {
  service: BACKUP,
  kind: "timer",
  offer: ({ backup }) => (backup.enabled ? {} : undefined),
  telemetry: (_, hosts) => (hosts.some(({ backup }) => backup.enabled) ? [BACKUP_TELEMETRY] : []),
  place: (placement, opts) => {
    const { name, host, settings } = placement;
    const { repository, password } = new Backup(
      `${name}-backup`,
      {
        host,
        hostName: settings.name,
        settings: settings.backup,
        data: offered(placement, "savedData"),
        metrics: textfileDirectory(settings.nodeExporter, host.scope),
      },
      opts,
    );
    return { installation: { backups: { repository, password } } };
  },
};
