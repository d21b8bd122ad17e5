/** How long to wait before asking again, in milliseconds. */
const PAUSE = 500;

/** Tries again and again until it succeeds; after so many seconds it throws what was wrong last. */
export async function insist<T>(seconds: number, attempt: () => Promise<T>): Promise<T> {
  const end = Date.now() + seconds * 1000;
  for (;;) {
    try {
      return await attempt();
    } catch (error) {
      if (Date.now() > end) {
        throw error;
      }
    }
    await new Promise((resolve) => setTimeout(resolve, PAUSE));
  }
}
