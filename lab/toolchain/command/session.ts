// Opens an SSH session for one script: environment variables first, each of which the server may refuse, then the
// script itself. The ssh2 package offers both only in one call that does not tell of a refusal, hence the few
// steps below its public interface; the package's version is pinned.
import type { Client, ClientChannel } from "ssh2";
import type { Operation } from "../provider/serve";
import { quote } from "./go";

export interface Variable {
  name: string;
  value: string;
  /** A refused variable that the user asked for is an error; one that the provider adds is a warning. */
  required: boolean;
}

type Reply = (failure?: boolean | Error) => void;
interface Internals {
  _chanMgr: {
    add(opened: ((error: Error | undefined, channel: Channel) => void) & { type?: string }): number;
  };
  _protocol: {
    session(channel: number, window: number, packet: number): void;
    env(channel: number, name: string, value: string, wantReply: boolean): void;
    exec(channel: number, script: string, wantReply: boolean): void;
  };
}
type Channel = ClientChannel & {
  _callbacks: Reply[];
  outgoing: { id: number; state: string };
  subtype: string;
};

const WINDOW = 2 * 1024 * 1024;
const PACKET = 32 * 1024;

export async function openSession(
  client: Client,
  script: string,
  variables: Variable[],
  log: Operation["log"],
): Promise<ClientChannel> {
  const { _chanMgr: channels, _protocol: protocol } = client as unknown as Internals;
  const channel = await new Promise<Channel>((resolve, reject) => {
    const opened = (error: Error | undefined, result: Channel) => (error ? reject(error) : resolve(result));
    opened.type = "session";
    client.once("close", () => reject(new Error("EOF")));
    protocol.session(channels.add(opened), WINDOW, PACKET);
  });
  for (const { name, value, required } of variables) {
    const accepted = await request(client, channel, script, () =>
      protocol.env(channel.outgoing.id, name, value, true),
    );
    if (accepted) continue;
    log(required ? "error" : "warning", refusal(name));
    if (required) {
      channel.close();
      throw new Error(`could not set environment variable ${quote(name)}: ssh: setenv failed`);
    }
  }
  if (!(await request(client, channel, script, () => protocol.exec(channel.outgoing.id, script, true)))) {
    channel.close();
    throw new Error(`ssh: command ${script} failed`);
  }
  channel.subtype = "exec";
  return channel;
}

/** Sends one request and waits for the server's yes or no; a connection that ends instead is an error. */
function request(client: Client, channel: Channel, script: string, send: () => void): Promise<boolean> {
  return new Promise((resolve, reject) => {
    const lost = () => reject(new Error(`EOF: running ${quote(script)}:\n`));
    if (channel.outgoing.state !== "open") return lost();
    client.once("close", lost);
    channel._callbacks.push((failure) => {
      client.off("close", lost);
      if (failure instanceof Error) lost();
      else resolve(!failure);
    });
    send();
  });
}

function refusal(name: string): string {
  return [
    `Unable to set '${name}'. This only works if your SSH server is configured to accept`,
    "\tthese variables via AcceptEnv. Alternatively, if a Bash-like shell runs the command on the remote host, you could",
    "\tprefix the command itself with the variables in the form 'VAR=value command'",
  ].join("\n");
}
