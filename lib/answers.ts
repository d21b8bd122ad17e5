/** How long to wait for a server's greeting, in milliseconds; allows for a booting host. */
const WITHIN = 20_000;

/** The question in one short line: Pulumi shows it in the error, before the reason. */
export function answersQuestion(name: string, host: string, port: number, within = WITHIN): string {
  return `ask ${name} at ${host} port ${port} within ${within} ms`;
}

/**
 * A Node.js program that takes such a question as its argument. It succeeds once an SSH server greets at the address, and
 * fails with one line if none does in time. It only listens, and sends nothing.
 *
 * Refused connections are retried, since a starting server refuses them, too.
 */
export const ANSWERS_PROGRAM = `const [, name, , host, , port, , within] = process.argv[1].split(" ");
let reason = "nothing comes back";
setTimeout(() => {
  console.error(\`podwatch: host \${name}: \${host.includes(":") ? "[" + host + "]" : host}:\${port} does not answer as an SSH server within \${within / 1000} s (\${reason}). \` +
    "Nothing was removed there. Check that it is up; if it is gone for good, docs/operating.md tells how to let Pulumi forget it");
  process.exit(1);
}, Number(within));
const ask = () => {
  let heard = "";
  require("node:net").connect({ host, port: Number(port) })
    .on("connect", () => { reason = "it takes the connection and says nothing"; })
    .on("data", (data) => { heard += data; if (/^SSH-/m.test(heard)) process.exit(0); })
    .on("end", () => { reason = "it ends the connection"; })
    .on("error", (error) => { reason = error.message; })
    .on("close", () => setTimeout(ask, 1000));
};
ask();
`;
