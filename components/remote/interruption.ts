/** What waits, each told once when the program is. */
const waiting = new Set<() => void>();

/** In milliseconds: long enough for what was told to reach the engine. */
const FAREWELL = 500;

/**
 * Waits for something, but only until the program is told to end, as it is when somebody presses Ctrl-C: the engine learns why
 * nothing comes of it, rather than that the line is dead.
 */
export function unlessInterrupted<T>(wanted: Promise<T>, message: string): Promise<T> {
  return new Promise((resolve, reject) => {
    const stop = () => reject(new Error(message));
    if (waiting.size === 0) listen();
    waiting.add(stop);
    const over = () => {
      waiting.delete(stop);
      if (waiting.size === 0) unlisten();
    };
    wanted.then(resolve, reject).finally(over);
  });
}

const SIGNALS = ["SIGINT", "SIGTERM"] as const;

function listen(): void {
  for (const signal of SIGNALS) process.on(signal, interrupt);
}

function unlisten(): void {
  for (const signal of SIGNALS) process.off(signal, interrupt);
}

/** Ends as it would have ended at once, a moment later; a second signal does not hasten it. */
function interrupt(signal: NodeJS.Signals): void {
  for (const stop of waiting) stop();
  setTimeout(() => {
    unlisten();
    process.kill(process.pid, signal);
  }, FAREWELL);
}
