/** The entries of a record by their names, so that what is written from them depends on nothing else. */
export function sorted<Value>(record: Readonly<Record<string, Value>>): Array<[string, Value]> {
  return Object.entries(record).sort(([a], [b]) => (a < b ? -1 : 1));
}
