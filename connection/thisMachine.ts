import { spawn } from "node:child_process";
import { readFileSync } from "node:fs";
import { connect } from "node:net";
import { userInfo } from "node:os";
import { onThisMachine } from "../lib/thisMachine";
import { codeOf } from "./attach";
import { Frame } from "./frame";
import type { Outcome, Session, Streams } from "./session";

/** What systemd knows this machine by; nothing where there is no systemd. Source: machine-id(5). */
export function machineId(): string | undefined {
  try {
    const [id] = /^[0-9a-f]{32}$/m.exec(readFileSync("/etc/machine-id", "utf8")) ?? [];
    return id;
  } catch {
    return undefined;
  }
}

/** Runs commands on this machine as if by logging in to it. */
export function thisMachine(): Session {
  return {
    run: execute,
    attach,
    connect: (host, port) =>
      new Promise((resolve, reject) => {
        const socket = connect({ host, port });
        socket.once("connect", () => resolve(socket)).once("error", reject);
      }),
    close: () => {},
  };
}

function attach(command = `exec "\${SHELL:-/bin/sh}"`): Promise<number> {
  return new Promise((resolve, reject) => {
    const child = spawn("/bin/sh", ["-c", command], { stdio: "inherit" });
    child.on("error", reject);
    child.on("close", (code, signal) => resolve(codeOf(code, signal ?? undefined)));
  });
}

function execute(script: string, streams: Streams = {}): Promise<Outcome> {
  const frame = new Frame();
  return new Promise((resolve, reject) => {
    const child = spawn("/bin/sh", ["-c", onThisMachine(frame.line)], { stdio: "pipe" });
    child.on("error", reject);
    const ended = new Promise<number | undefined>((end) =>
      child.on("close", (code) => end(code ?? undefined)),
    );
    const running = { stdin: child.stdin, stdout: child.stdout, stderr: child.stderr, ended };
    frame
      .exchange({ ...running, leave: () => child.kill() }, userInfo().username, script, streams)
      .then(resolve, reject);
  });
}
