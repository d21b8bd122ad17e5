// The value of a secret on its way to a host, and the version that the host knows it by on its way back. Login shells
// may print before and after, and read what is not for them; Pulumi keeps what came back as it was printed.

/** What is sent of a value: its length first, so that one of which a part was lost is noticed. */
export function secretInput(value: string): string {
  return `podwatch-secret ${Buffer.byteLength(value)}\n${value}`;
}

/** host/secret.sh prints it so; nothing else does. */
const FRAMED = /<podwatch-version:([^<>]*)>/g;

/** A version as it was printed before it was framed, behind whatever the shell printed on its line. */
const BARE = /([0-9a-f]{16})[ \t\r]*$/gm;

/**
 * The version in what the runner, and the shell around it, printed.
 *
 * @throws Error that quotes what is there instead
 */
export function secretVersion(printed: string): string {
  const framed = all(printed, FRAMED);
  const [version = "", ...others] = framed.length > 0 ? framed : all(printed, BARE).slice(-1);
  if (!/^[0-9a-f]{16}$/.test(version) || others.length > 0) {
    throw new Error(
      `it answers ${JSON.stringify(printed.trim().slice(0, 200))} where the version of a secret is expected; look what the ` +
        "start files of the login shell (.bashrc, .profile ...) do with the output of commands, then run pulumi up again",
    );
  }
  return version;
}

function all(text: string, pattern: RegExp): string[] {
  return [...text.matchAll(pattern)].map(([, found = ""]) => found);
}
