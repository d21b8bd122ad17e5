import { containerPlace, type PlacedService } from "../placement";
import { BlackboxExporter } from "./component";
import { BLACKBOX_EXPORTER } from "./endpoint";
import { BLACKBOX_BACKEND, blackboxTelemetry, sendsPings } from "./render";

export const blackboxExporterPlacement: PlacedService = {
  service: BLACKBOX_EXPORTER,
  offer: ({ blackboxExporter }) =>
    blackboxExporter.enabled
      ? { backend: BLACKBOX_BACKEND, sendsPings: sendsPings(blackboxExporter) }
      : undefined,
  telemetry: ({ name, blackboxExporter: { enabled, targets } }) =>
    enabled ? [blackboxTelemetry(name, targets)] : [],
  place: (placement, opts) => {
    const { blackboxExporter: settings } = placement.settings;
    new BlackboxExporter(
      `${placement.name}-blackbox-exporter`,
      { ...containerPlace(placement), settings },
      opts,
    );
    return {};
  },
};
