/**
 * Differences of a host after everything was removed, one per line.
 *
 * `before` is from the cycle's beginning. If the stack was deployed then, its parts are now rightly gone, so only
 * new things and those with our names count.
 */
export function leftovers(
  before: readonly string[],
  after: readonly string[],
  wasDeployed: boolean,
): string[] {
  const [was, is] = [new Set(before), new Set(after)];
  const left = after.filter((line) => !was.has(line) || (wasDeployed && /podwatch/i.test(line)));
  const gone = wasDeployed ? [] : before.filter((line) => !is.has(line));
  return [...left.map((line) => `left: ${line}`), ...gone.map((line) => `gone: ${line}`)];
}
