// Framing of a secret's value sent to a host, and of its version sent back. Login shells
// may print before and after, and consume input; Pulumi keeps the output as printed.

/** A value preceded by its length, to detect truncation. */
export function secretInput(value: string): string {
  return `podwatch-secret ${Buffer.byteLength(value)}\n${value}`;
}

/** host/secret.sh prints it so; nothing else does. */
const FRAMED = /<podwatch-version:([^<>]*)>/g;

/** A version as printed by former versions without a frame, after any output of the shell on its line. */
const BARE = /([0-9a-f]{16})[ \t\r]*$/gm;

/**
 * Extracts the version from the output of the runner and the shell around it.
 *
 * @throws Error that quotes the output
 */
export function secretVersion(printed: string): string {
  const framed = all(printed, FRAMED);
  const [version = "", ...others] = framed.length > 0 ? framed : all(printed, BARE).slice(-1);
  if (!/^[0-9a-f]{16}$/.test(version) || others.length > 0) {
    throw new Error(
      `it answers ${JSON.stringify(printed.trim().slice(0, 200))} where the version of a secret is expected; check what the ` +
        "start files of the login shell (.bashrc, .profile ...) do with the output of commands, then run pulumi up again",
    );
  }
  return version;
}

function all(text: string, pattern: RegExp): string[] {
  return [...text.matchAll(pattern)].map(([, found = ""]) => found);
}
