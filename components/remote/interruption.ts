/** What waits, each told once when the program is. */
const waiting = new Set<() => void>();

const SIGNALS = ["SIGINT", "SIGTERM"] as const;

/** In milliseconds: long enough for what was told to reach the engine, and for what it was about to ask. */
const FAREWELL = 500;

let listening = false;
let interrupted = false;

/**
 * From now on the program outlives by a moment that it is told to end, as it is when somebody presses Ctrl-C: what the engine
 * asks meanwhile is answered, so that it learns why nothing comes of it, rather than that the line is dead.
 */
export function answerWhenInterrupted(): void {
  if (listening) return;
  listening = true;
  for (const signal of SIGNALS) process.on(signal, interrupt);
}

/** Does something and waits for it, but only until the program is told to end; after that, it is not even begun. */
export function unlessInterrupted<T>(wanted: () => Promise<T>, message: string): Promise<T> {
  if (interrupted) return Promise.reject(new Error(message));
  return new Promise((resolve, reject) => {
    const stop = () => reject(new Error(message));
    waiting.add(stop);
    wanted()
      .then(resolve, reject)
      .finally(() => waiting.delete(stop));
  });
}

/** Ends as it would have ended at once, a moment later; a second signal does not hasten it. */
function interrupt(signal: NodeJS.Signals): void {
  if (interrupted) return;
  interrupted = true;
  for (const stop of waiting) stop();
  setTimeout(() => {
    for (const each of SIGNALS) process.off(each, interrupt);
    process.kill(process.pid, signal);
  }, FAREWELL);
}
