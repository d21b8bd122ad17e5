import { createHash } from "node:crypto";
import { unknownAddress } from "./address";

/** What stands for a machine's address until it is made. */
export function addressOf(host: string): string {
  return unknownAddress(short(`machine ${host}`));
}

/** What stands for the id of a machine's volume. */
export function volumeOf(host: string, volume: string): string {
  return unknownAddress(short(`machine ${host} volume ${volume}`));
}

/** A key of the right form, of nobody. */
export function hostKeyOf(host: string): string {
  const type = "ssh-ed25519";
  const parts = [Buffer.from(type), createHash("sha256").update(host).digest()].flatMap((part) => [
    Buffer.from([0, 0, 0, part.length]),
    part,
  ]);
  return `${type} ${Buffer.concat(parts).toString("base64")}`;
}

function short(text: string): string {
  return createHash("sha256").update(text).digest("hex").slice(0, 16);
}
