/** How long a busy machine may take, in milliseconds; what takes longer hangs. */
const PATIENCE = 30_000;

/** Waits until something is so; fails with what was waited for. */
export async function until(what: string, isSo: () => boolean): Promise<void> {
  const end = Date.now() + PATIENCE;
  while (!isSo()) {
    if (Date.now() > end) throw new Error(`not within ${PATIENCE / 1000} s: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}
