/**
 * What is wrong with a host after everything was removed, one thing a line.
 *
 * `before` is from the cycle's beginning. Where something was deployed then, that is gone now and has to be, so only
 * what is new or has our name counts.
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
