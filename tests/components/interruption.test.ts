// A program that is told to end while it waits, in a process of its own.
import { spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { buildSync } from "esbuild";

const [{ text: program = "" } = {}] = buildSync({
  stdin: {
    contents: `
      import { answerWhenInterrupted, unlessInterrupted } from "./components/remote/interruption";
      const forEver = new Promise(() => setInterval(() => {}, 1000));
      const wait = (each) => unlessInterrupted(() => forEver, "interrupted " + each).catch(({ message }) => console.log(message));
      (async () => {
        answerWhenInterrupted();
        await unlessInterrupted(() => Promise.resolve(), "not this");
        await Promise.all([1, 2].map(wait));
        await unlessInterrupted(() => { console.log("begun"); return forEver; }, "asked afterwards").catch(({ message }) => console.log(message));
      })();
      console.log("waiting");
    `,
    resolveDir: join(__dirname, "../.."),
  },
  bundle: true,
  platform: "node",
  write: false,
}).outputFiles;

test.each(["SIGINT", "SIGTERM"] as const)(
  "%s: all that is waited for fails, what is asked then is not begun, and then the program ends by it",
  async (signal) => {
    const child = spawn(process.execPath, ["-e", program], { stdio: ["ignore", "pipe", "inherit"] });
    let printed = "";
    child.stdout.on("data", (data) => {
      printed += data;
    });
    await once(child.stdout, "data");
    child.kill(signal);
    child.kill(signal);
    const [, by] = await once(child, "close");
    expect({ printed, by }).toEqual({
      printed: "waiting\ninterrupted 1\ninterrupted 2\nasked afterwards\n",
      by: signal,
    });
  },
);
