import { spawn } from "node:child_process";
import { connect } from "node:net";
import { onThisMachine } from "../lib/runner";
import { quote } from "../lib/shell";
import type { Outcome, Session, Streams } from "./session";

/** Runs commands on this machine as if by logging in to it. */
export function thisMachine(): Session {
  return {
    run: execute,
    connect: (host, port) =>
      new Promise((resolve, reject) => {
        const socket = connect({ host, port });
        socket.once("connect", () => resolve(socket)).once("error", reject);
      }),
    close: () => {},
  };
}

function execute(script: string, { input = "", output }: Streams = {}): Promise<Outcome> {
  return new Promise((resolve, reject) => {
    const child = spawn("/bin/sh", ["-c", onThisMachine(`sh -c ${quote(script)}`)], { stdio: "pipe" });
    let stdout = "";
    let stderr = "";
    child.stderr.setEncoding("utf8").on("data", (text: string) => {
      stderr += text;
    });
    if (output === undefined) {
      child.stdout.setEncoding("utf8").on("data", (text: string) => {
        stdout += text;
      });
    } else {
      child.stdout.pipe(output, { end: false });
    }
    child.on("error", reject);
    child.on("close", (code) => resolve({ code: code ?? -1, stdout, stderr }));
    // Whether a script reads its input to the end shows in its exit code.
    child.stdin.on("error", () => {});
    if (typeof input === "string") {
      child.stdin.end(input);
    } else {
      input.pipe(child.stdin);
    }
  });
}
