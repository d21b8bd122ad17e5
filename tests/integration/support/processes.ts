import type { LabHost } from "./lab";

/**
 * Looks at the arguments and the environment of every process on a host, again and again, until it is called.
 *
 * @returns a function that ends the watch and tells all that was seen
 */
export async function watchProcesses(host: LabHost): Promise<() => Promise<string>> {
  // Not in /tmp or /root: those are looked at by other tests.
  await host.exec(`mkdir -p /run/watch && cat >/run/watch/run <<'SCRIPT'
while [ -e /run/watch/run ]; do
  cat /proc/[0-9]*/cmdline /proc/[0-9]*/environ 2>/dev/null | tr '\\0' '\\n'
  sleep 0.02
done | awk '!seen[$0]++ { print; fflush() }' >/run/watch/seen
touch /run/watch/over
SCRIPT
    nohup sh /run/watch/run >/dev/null 2>&1 </dev/null &`);
  return async () => {
    const seen = await host.exec(
      "rm /run/watch/run; until [ -e /run/watch/over ]; do sleep 0.1; done; cat /run/watch/seen",
    );
    await host.exec("rm -rf /run/watch");
    return seen;
  };
}
