import { Final, retry } from "../../operate/retry";

beforeEach(() => jest.useFakeTimers());
afterEach(() => jest.useRealTimers());

/** Fails so many times before it succeeds. */
function failing(times: number, error = new Error("not yet")) {
  let left = times;
  return jest.fn(async () => {
    if (left > 0) {
      left -= 1;
      throw error;
    }
    return "there";
  });
}

/** What becomes of it, with all the time that it wants. */
async function outcome(waiting: Promise<string>): Promise<string> {
  const settled = waiting.catch((error: Error) => `failed: ${error.message}`);
  await jest.runAllTimersAsync();
  return settled;
}

test("a failed attempt is retried", async () => {
  const attempt = failing(10);
  expect(await outcome(retry(60, attempt))).toBe("there");
  expect(attempt).toHaveBeenCalledTimes(11);
});

test("after the time-out the last error is thrown, after at least one attempt", async () => {
  const begin = Date.now();
  expect(await outcome(retry(60, failing(1000)))).toBe("failed: not yet");
  expect(Date.now() - begin).toBeGreaterThanOrEqual(60_000);
  expect(Date.now() - begin).toBeLessThan(62_000);
  expect(await outcome(retry(0, failing(0)))).toBe("there");
});

test("a final error is thrown at once", async () => {
  const attempt = failing(1, new Final("wrong password"));
  expect(await outcome(retry(60, attempt))).toBe("failed: wrong password");
  expect(attempt).toHaveBeenCalledTimes(1);
});
