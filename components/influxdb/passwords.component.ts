import type * as pulumi from "@pulumi/pulumi";
import type { HostSettings } from "../../config/load";
import { generatedPassword } from "../password";

/**
 * A host whose InfluxDB has the passwords of its users, which are there before it: what it offers contains them.
 *
 * @param name prefix of the resources' names
 */
export function withInfluxdbPasswords(
  name: string,
  host: HostSettings,
  parent: pulumi.Resource,
): HostSettings {
  const { influxdb } = host;
  if (!influxdb.enabled) return host;
  const passwords = {
    admin: influxdb.adminPassword ?? generatedPassword(`${name}-admin-password`, parent),
    telegraf: influxdb.writePassword ?? generatedPassword(`${name}-telegraf-password`, parent),
    grafana: generatedPassword(`${name}-grafana-password`, parent),
  };
  return { ...host, influxdb: { ...influxdb, passwords } };
}
