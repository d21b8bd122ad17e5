// The real provider is written in Go: its error texts quote and name things the way Go does.

/** Quotes a string as `%q` does. */
export function quote(text: string): string {
  const named: Record<string, string> = {
    "\x07": "\\a",
    "\b": "\\b",
    "\f": "\\f",
    "\n": "\\n",
    "\r": "\\r",
    "\t": "\\t",
    "\v": "\\v",
    "\\": "\\\\",
    '"': '\\"',
  };
  let quoted = "";
  for (const character of text) {
    const code = character.codePointAt(0) ?? 0;
    if (named[character]) quoted += named[character];
    else if (code < 0x20 || code === 0x7f) quoted += `\\x${code.toString(16).padStart(2, "0")}`;
    else if (code === 0x20 || /[\p{L}\p{M}\p{N}\p{P}\p{S}]/u.test(character)) quoted += character;
    else if (code <= 0xffff) quoted += `\\u${code.toString(16).padStart(4, "0")}`;
    else quoted += `\\U${code.toString(16).padStart(8, "0")}`;
  }
  return `"${quoted}"`;
}

/** How Go names an error of the operating system. */
export function systemError(code: string | undefined): string | undefined {
  const texts: Record<string, string> = {
    EACCES: "permission denied",
    ECONNREFUSED: "connection refused",
    ECONNRESET: "connection reset by peer",
    EHOSTUNREACH: "no route to host",
    EINVAL: "invalid argument",
    ENETUNREACH: "network is unreachable",
    ENOENT: "no such file or directory",
    EPIPE: "broken pipe",
    ETIMEDOUT: "connection timed out",
  };
  return code === undefined ? undefined : texts[code];
}

export function hostPort(host: string, port: number): string {
  return `${host.includes(":") ? `[${host}]` : host}:${Math.trunc(port)}`;
}
