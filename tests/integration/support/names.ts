import { createSocket } from "node:dgram";
import { once } from "node:events";

export interface NameServer {
  close(): void;
}

/** A DNS server at port 53 that knows IPv4 addresses of names, and nothing else (RFC 1035, 4.1). */
export async function namesAt(
  address: string,
  lookUp: (name: string) => string | undefined,
): Promise<NameServer> {
  const socket = createSocket("udp4");
  socket.on("message", (question, { address: from, port }) => {
    socket.send(answerTo(question, lookUp), port, from);
  });
  socket.bind(53, address);
  await once(socket, "listening");
  return socket;
}

function answerTo(question: Buffer, lookUp: (name: string) => string | undefined): Buffer {
  const labels: string[] = [];
  let at = 12;
  while (question[at] !== 0) {
    const length = question[at] ?? 0;
    labels.push(question.toString("latin1", at + 1, at + 1 + length));
    at += length + 1;
  }
  const asked = question.subarray(12, at + 5);
  const isAddress = question.readUInt16BE(at + 1) === 1;
  const found = isAddress ? lookUp(labels.join(".").toLowerCase()) : undefined;
  const head = Buffer.from(question.subarray(0, 12));
  head.writeUInt16BE(0x8180, 2);
  head.writeUInt16BE(found === undefined ? 0 : 1, 6);
  head.writeUInt32BE(0, 8);
  if (found === undefined) return Buffer.concat([head, asked]);
  // The name of the question, type A, class IN, a second, four bytes.
  const answer = [0xc0, 12, 0, 1, 0, 1, 0, 0, 0, 1, 0, 4, ...found.split(".").map(Number)];
  return Buffer.concat([head, asked, Buffer.from(answer)]);
}
