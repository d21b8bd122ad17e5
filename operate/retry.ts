/** Pause between attempts, in milliseconds. */
const PAUSE = 500;

/** An error that must not be retried. */
export class Final extends Error {}

/**
 * Retries until success; after so many seconds it throws the last error.
 *
 * @throws Error of the last attempt; {@link Final} of any
 */
export async function retry<T>(seconds: number, attempt: () => Promise<T>): Promise<T> {
  const end = Date.now() + seconds * 1000;
  for (;;) {
    try {
      return await attempt();
    } catch (error) {
      if (error instanceof Final || Date.now() > end) {
        throw error;
      }
    }
    await new Promise((resolve) => setTimeout(resolve, PAUSE));
  }
}
