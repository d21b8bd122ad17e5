/** How long to wait before asking again, in milliseconds. */
const PAUSE = 500;

/** What asking again would not change, or must not be asked again: it is told at once. */
export class Final extends Error {}

/**
 * Tries again and again until it succeeds; after so many seconds it throws what was wrong last.
 *
 * @throws Error of the last attempt; {@link Final} of any
 */
export async function insist<T>(seconds: number, attempt: () => Promise<T>): Promise<T> {
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
