// What the tests of commands ask of an exit code: a failure shows what the command printed, which holds the reason.

/** What a command did: its exit code, and under other names what it printed. */
interface Ended {
  readonly code: number | null;
}

declare global {
  namespace jest {
    interface Matchers<R> {
      /** That a command ended with this exit code; else what it printed is shown. */
      toHaveExited(code: number): R;
    }
  }
}

expect.extend({
  toHaveExited(received: Ended, code: number) {
    const { code: found, ...printed } = received;
    const lines = Object.entries(printed).map(
      ([name, what]) => `${name}:\n${typeof what === "string" ? what : JSON.stringify(what, null, 2)}`,
    );
    const expected = this.isNot ? `anything but ${code}` : code;
    return {
      pass: found === code,
      message: () => [`expected exit code: ${expected}\nreceived: ${found}`, ...lines].join("\n\n"),
    };
  },
});

export {};
