// Which hosts of a stack a Prometheus watches.

interface Named {
  readonly name: string;
  /** The groups that the host is in; absent: none. */
  readonly groups?: readonly string[] | undefined;
  readonly labels?: Readonly<Record<string, string>> | undefined;
}

/** The label and the value of a selector such as `site=north`; undefined for a name. */
export function selectorOf(word: string): readonly [label: string, value: string] | undefined {
  const at = word.indexOf("=");
  return at < 0 ? undefined : [word.slice(0, at), word.slice(at + 1)];
}

/** Whether a name or a selector means a host. */
export function isMeant(word: string, { name, groups = [], labels = {} }: Named): boolean {
  const [label, value] = selectorOf(word) ?? [];
  return label === undefined ? [name, ...groups].includes(word) : labels[label] === value;
}

/**
 * Whether a Prometheus watches a host: its own always.
 *
 * @param watches names of hosts and groups, and labels of hosts; absent: all hosts
 */
export function isWatched(
  { name, watches }: { readonly name: string; readonly watches?: readonly string[] | undefined },
  host: Named,
): boolean {
  if (watches === undefined || host.name === name) return true;
  return watches.some((word) => isMeant(word, host));
}
