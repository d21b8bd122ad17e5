// A machine that is being made does not answer for a while.
import { inMilliseconds } from "../lib/duration";
import { NoAnswer } from "./ssh";

export interface Wait {
  /** How long, as users write it. */
  readonly within: string;
  /** Tells people that it is waited. */
  readonly tell: (progress: string) => void;
}

/** Between two attempts, in milliseconds. */
const PAUSE = 2000;

/** Between two lines of progress, in milliseconds. */
const TELL_EVERY = 30_000;

/**
 * Tries again while no SSH server answers.
 *
 * @throws Error of the last attempt once the time is over, or of an attempt that failed for another reason
 */
export async function whenItAnswers<T>(attempt: () => Promise<T>, wait: Wait | undefined): Promise<T> {
  if (wait === undefined) return attempt();
  const begun = Date.now();
  const end = begun + inMilliseconds(wait.within);
  let tellAt = begun;
  let reason = "its SSH server does not answer";
  for (;;) {
    try {
      return await inTime(attempt(), end);
    } catch (error) {
      if (!(error instanceof NoAnswer)) throw error;
      // What follows the reason is advice for a host that has been there.
      [reason = ""] = (error.message || reason).split("; ");
    }
    const now = Date.now();
    if (now + PAUSE > end) {
      throw new Error(
        `${reason}, after ${wait.within} of waiting; check that the machine was created and boots, its address and port, and that ` +
          "this machine may connect to it. If it only takes longer, write a longer waitForConnection",
      );
    }
    if (now >= tellAt) {
      const waited = Math.round((now - begun) / 1000);
      wait.tell(`waits for its SSH server, since ${waited} s of at most ${wait.within}: ${reason}`);
      tellAt = now + TELL_EVERY;
    }
    await new Promise((resolve) => setTimeout(resolve, PAUSE));
  }
}

/** An attempt may take longer than there is time; it has no reason then. */
function inTime<T>(attempt: Promise<T>, end: number): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const over = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new NoAnswer()), Math.max(0, end - Date.now()));
  });
  return Promise.race([attempt, over]).finally(() => clearTimeout(timer));
}
