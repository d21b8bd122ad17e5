// Hosts whose address or host key is known only while Pulumi deploys, such as machines that the same program makes. Once they
// are known, all settings are checked again with them, before anything is done on the host.
import * as pulumi from "@pulumi/pulumi";
import { announce } from "../components/whenKnown";
import type { HostSettings, Settings } from "../config/load";
import type { Settings as PlainSettings } from "../config/schema";
import { isLocal, type Route, type SshRoute, type SshServer } from "../connection/connection";
import type { Outputs, StandIn } from "./outputs";

type Secret = pulumi.Output<string>;

/** Gives the settings as far as they are known, or throws an error that lists all problems and says that the host was not touched. */
type Check = (host: string) => PlainSettings;

/** The settings with Outputs in the place of what is unknown in connections; of other texts {@link whenKnown} makes something. */
export function withUnknownHosts(settings: Settings, outputs: Outputs, check: Check): Settings {
  if (outputs.unknown.length === 0) return settings;
  const hosts = settings.hosts.map((host, index) => ({
    ...host,
    connection: route(host, index, outputs, check),
  }));
  return { hosts };
}

function route(
  { name, connection }: HostSettings,
  index: number,
  outputs: Outputs,
  check: Check,
): Route<Secret> {
  if (isLocal(connection)) return connection;
  const { proxy, ...own } = connection;
  const servers = [own, ...(proxy === undefined ? [] : [proxy])];
  const texts = servers.flatMap(({ host, hostKey }) => [host, hostKey]);
  const unknown = outputs.unknown.filter(({ text }) => texts.includes(text));
  if (unknown.length === 0) return connection;
  const checked = pulumi.all(unknown.map(({ output }) => output)).apply((values) => {
    unknown.forEach((standIn, at) => {
      outputs.learn(standIn, values[at]);
    });
    return check(name).hosts[index]?.connection as SshRoute;
  });
  const known = server(own, unknown, checked);
  const [address] = unknown.filter(({ text }) => text === own.host);
  if (address !== undefined) announce(address.text, known.host as Secret);
  if (proxy === undefined) return known;
  const jump = checked.apply((way) => way.proxy as SshServer);
  return { ...known, proxy: server(proxy, unknown, jump) };
}

function server(
  server: SshServer<Secret>,
  unknown: readonly StandIn[],
  checked: pulumi.Output<SshServer>,
): SshServer<Secret> {
  const address = unknown.find(({ text }) => text === server.host);
  return {
    ...server,
    // It is a secret if it was given as one, whatever the key is.
    ...(address && {
      host: pulumi.all([address.output, pulumi.unsecret(checked)]).apply(([, { host }]) => host),
    }),
    // Also one that a file has for the address.
    hostKey: checked.apply(({ hostKey }) => hostKey as string),
  };
}
