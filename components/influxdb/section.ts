import { goMemory } from "../../config/schema/presets";
import { section } from "../../config/section";
import { INFLUXDB, INFLUXDB_PATH } from "./endpoint";
import { resolveInfluxdb } from "./resolve";
import { influxdb } from "./schema";

const SET_BY_US = "is set by Podwatch; remove it";
const FIRST_RUN =
  "counts at the very first start only, and would be readable by others; use databases, adminUser and adminPassword";

export const influxdbSection = section("influxdb", {
  schema: influxdb,
  resolve: resolveInfluxdb,
  groups: ["databases"],
  chapters: {
    influxdb: { title: "InfluxDB" },
    influxdbDatabase: { title: "Databases of InfluxDB", under: "as each entry of `influxdb.databases`" },
  },
  presets: { "raspberry-pi": { quadlet: goMemory(300) } },
  taken: { jobs: [INFLUXDB], paths: [INFLUXDB_PATH] },
  owned: {
    service: INFLUXDB,
    arguments: {
      config:
        "names the file that Podwatch writes; write variables INFLUXDB_<SECTION>_<KEY> under environment",
      pidfile: "is of no use in a container; remove it",
    },
    environment: {
      INFLUXDB_HTTP_AUTH_ENABLED: "would let everybody in; remove it",
      INFLUXDB_HTTP_SHARED_SECRET: "would let in whoever can read it; remove it",
      INFLUXDB_HTTP_BIND_ADDRESS: "is how the front finds it; remove it",
      INFLUXDB_HTTP_HTTPS_ENABLED: "is done by the front; remove it",
      INFLUXDB_BIND_ADDRESS: SET_BY_US,
      INFLUXDB_META_DIR: "names the data volume; remove it",
      INFLUXDB_DATA_DIR: "names the data volume; remove it",
      INFLUXDB_DATA_WAL_DIR: "names the data volume; remove it",
      INFLUXDB_COORDINATOR_LOG_QUERIES_AFTER: "has a setting of its own; use logQueriesAfter",
      INFLUXDB_DB: FIRST_RUN,
      INFLUXDB_ADMIN_USER: FIRST_RUN,
      INFLUXDB_ADMIN_PASSWORD: FIRST_RUN,
      INFLUXDB_USER: FIRST_RUN,
      INFLUXDB_USER_PASSWORD: FIRST_RUN,
      INFLUXDB_READ_USER: FIRST_RUN,
      INFLUXDB_READ_USER_PASSWORD: FIRST_RUN,
      INFLUXDB_WRITE_USER: FIRST_RUN,
      INFLUXDB_WRITE_USER_PASSWORD: FIRST_RUN,
      PODWATCH_SETTINGS: "tells when to restart; remove it",
    },
  },
});
