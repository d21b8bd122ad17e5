/** How long a server may take to greet, in milliseconds; a host that is just booting is waited for. */
const WITHIN = 20_000;

/**
 * A Node.js program that ends well once an SSH server greets at an address, and fails with one line if none does in
 * time. It only listens: nothing is sent, and nobody logs in.
 */
export function answersScript(name: string, host: string, port: number, within = WITHIN): string {
  const values = JSON.stringify([name, host, port, within]);
  return `const [name, host, port, within] = ${values};\n${PROGRAM}`;
}

/** A server that refuses is asked again, as one that is starting does so too. */
const PROGRAM = `let reason = "nothing comes back";
setTimeout(() => {
  console.error(\`podwatch: host \${name}: \${host}:\${port} does not answer as an SSH server within \${within / 1000} s (\${reason}). \` +
    "Nothing was removed there. Check that it is up; if it is gone for good, docs/operating.md tells how to let Pulumi forget it");
  process.exit(1);
}, within);
const ask = () => {
  let heard = "";
  require("node:net").connect({ host, port })
    .on("connect", () => { reason = "it takes the connection and says nothing"; })
    .on("data", (data) => { heard += data; if (/^SSH-/m.test(heard)) process.exit(0); })
    .on("end", () => { reason = "it ends the connection"; })
    .on("error", (error) => { reason = error.message; })
    .on("close", () => setTimeout(ask, 1000));
};
ask();
`;
