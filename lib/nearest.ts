/** Those of the host itself; if there are none, those of the others. */
export function nearest<One extends { readonly own: boolean }>(found: readonly One[]): readonly One[] {
  const own = found.filter((one) => one.own);
  return own.length > 0 ? own : found;
}
