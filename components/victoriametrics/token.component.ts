import type { HostSettings } from "../../config/load";

/** vmauth asks one of several VictoriaMetrics with one log-in, so the fronts of all take the token of the first for it. */
export function withOneStoreToken(hosts: readonly HostSettings[]): HostSettings[] {
  const stores = hosts.filter(({ victoriametrics }) => victoriametrics.enabled);
  const [queries] = stores.flatMap(({ front }) => front.machines?.queries ?? []);
  return hosts.map((host) => {
    const { front } = host;
    if (queries === undefined || front.machines === undefined || !stores.includes(host)) return host;
    return { ...host, front: { ...front, machines: { ...front.machines, queries } } };
  });
}
