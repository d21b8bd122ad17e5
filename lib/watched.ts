// Which hosts of a stack a Prometheus watches.

interface Named {
  readonly name: string;
  /** The groups that the host is in; absent: none. */
  readonly groups?: readonly string[] | undefined;
}

/**
 * Whether a Prometheus watches a host: its own always.
 *
 * @param watches names of hosts and groups; absent: all hosts
 */
export function isWatched(
  { name, watches }: { readonly name: string; readonly watches?: readonly string[] | undefined },
  host: Named,
): boolean {
  if (watches === undefined || host.name === name) return true;
  return [host.name, ...(host.groups ?? [])].some((one) => watches.includes(one));
}
