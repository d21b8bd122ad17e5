import { createSocket, type Socket } from "node:dgram";
import { once } from "node:events";

/** A DNS server on any free port; it answers every question, with nothing. */
export async function nameServer(address: string): Promise<Socket> {
  const socket = createSocket("udp4");
  socket.on("message", (question, { address, port }) => {
    const answer = Buffer.from(question);
    // A response, without an error (RFC 1035, 4.1.1).
    answer.writeUInt16BE(0x8180, 2);
    socket.send(answer, port, address);
  });
  socket.bind(0, address);
  await once(socket, "listening");
  return socket;
}
