import type { Path } from "../config/problem";

/** Text of the right kind for a secret that the user still has to type. */
export function standIn(path: Path): string {
  const name = String(path.at(-1));
  if (/url$/i.test(name)) return "https://typed-later.internal/";
  if (name === "botToken") return `1:${"x".repeat(30)}`;
  return "x".repeat(name === "routingKey" ? 32 : 30);
}
