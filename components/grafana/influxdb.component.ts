import { local } from "@pulumi/command";
import * as pulumi from "@pulumi/pulumi";
import { formatJson } from "../../dashboards/format";
import { generatedPassword } from "../password";
import type { Datasource } from "./datasource.render";
import { administratorVariable, type OutsideInfluxdb, outsideDatasources } from "./influxdb.render";

type Secret = pulumi.Output<string>;

/** What Grafana reads of InfluxDBs outside of the stack, and the users whom it reads as. */
export interface Outside {
  readonly datasources: ReadonlyArray<Datasource<Secret>>;
  readonly users: readonly pulumi.Resource[];
}

/**
 * Each InfluxDB has a user for this Grafana, whom the computer that runs Pulumi makes there. The administrator's log-in for that comes from
 * the environment of the run, which the command inherits: it is in no argument, and in no state.
 *
 * @param title prefix of the resources' names
 */
export function readOutside(
  title: string,
  given: Readonly<Record<string, OutsideInfluxdb>>,
  parent: pulumi.Resource,
): Outside {
  const all = Object.entries(given).map(([name, influxdb]) => {
    const { url, databases, ca, user = `${pulumi.getStack()}-${title}-${name}` } = influxdb;
    const password = generatedPassword(`${title}-influxdb-${name}-password`, parent);
    const action = (word: string) => `require('podwatch/influxdb-api/reader').run('${word}')`;
    const command = new local.Command(
      `${title}-influxdb-${name}`,
      {
        interpreter: ["node", "-e"],
        create: action("create"),
        update: action("update"),
        delete: action("remove"),
        stdin: formatJson({
          setting: `grafana.influxdb.${name}`,
          variable: administratorVariable(name),
          user,
          databases,
        }),
        environment: {
          PODWATCH_INFLUXDB_URL: url,
          PODWATCH_INFLUXDB_CA: ca ?? "",
          PODWATCH_INFLUXDB_PASSWORD: pulumi.secret(password),
        },
        // Another user, or one somewhere else: the one of before is removed, first, since it may be the same by another address.
        triggers: [url, user],
        addPreviousOutputInEnv: false,
        logging: local.Logging.Stderr,
      },
      { parent, deleteBeforeReplace: true },
    );
    return {
      datasources: outsideDatasources(name, influxdb, { username: user, password }),
      user: command,
    };
  });
  return {
    datasources: all.flatMap(({ datasources }) => datasources),
    users: all.map(({ user }) => user),
  };
}
