import { influxdbKinds } from "../grafana/kinds.render";
import { containerPlace, type Offer, type PlacedService } from "../placement";
import { Influxdb } from "./component";
import { INFLUXDB, INFLUXDB_FIGURES, influxdbAtFront, influxdbEndpoints } from "./endpoint";
import { INFLUXDB_BACKEND, INFLUXDB_DATA, READER, WRITER } from "./render";

export const influxdbPlacement: PlacedService = {
  service: INFLUXDB,
  offer: (settings) => {
    const { front, influxdb } = settings;
    const { enabled, databases, passwords } = influxdb;
    if (!enabled) return undefined;
    return {
      backend: INFLUXDB_BACKEND,
      savedData: INFLUXDB_DATA,
      figures: INFLUXDB_FIGURES,
      ...(passwords && {
        datasource: influxdbKinds(settings).map((kind) => ({
          kind,
          endpoints: influxdbEndpoints(front, {
            type: "basic",
            username: READER,
            password: passwords.grafana,
          }),
        })),
        lines: {
          databases: Object.keys(databases),
          endpoints: influxdbEndpoints(front, {
            type: "basic",
            username: WRITER,
            password: passwords.telegraf,
          }),
        },
      }),
    } satisfies Offer;
  },
  place: (placement, opts) => {
    const { name, settings } = placement;
    const component = new Influxdb(
      `${name}-influxdb`,
      { ...containerPlace(placement), settings: settings.influxdb, atFront: influxdbAtFront(settings.front) },
      opts,
    );
    const { url, adminUser: user, adminPassword: password } = component;
    return { installation: { influxdb: { ...(url === undefined ? {} : { url }), user, password } } };
  },
};
