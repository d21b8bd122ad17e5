import * as login from "../../connection/ssh";
import { Host } from "../../operate/host";
import { readState } from "../../operate/state";
import { exported, resources } from "./exported";

jest.mock("../../connection/ssh");

const [deployed] = readState(exported(resources("a", "sudo")), "dev");
if (deployed === undefined) {
  throw new Error("no host");
}

test("a log-in runs 8 commands at once, the others in turn, also after one that failed", async () => {
  let running = 0;
  let most = 0;
  jest.mocked(login.logIn).mockResolvedValue({
    run: async (_script, { input } = {}) => {
      running += 1;
      most = Math.max(most, running);
      await new Promise((resolve) => setTimeout(resolve, 1));
      running -= 1;
      if (input === "3") {
        throw new Error("it is gone");
      }
      return { code: 0, stdout: String(input), stderr: "" };
    },
    attach: async () => 0,
    connect: () => Promise.reject(new Error("not asked for")),
    close: () => {},
  });
  const host = await Host.enter(deployed);
  const calls = [...Array(30).keys()].map((index) => host.call(["drift", "nginx"], { input: String(index) }));
  const answers = await Promise.allSettled(calls);
  expect(answers.map((answer) => (answer.status === "fulfilled" ? answer.value : "failed"))).toEqual(
    [...Array(30).keys()].map((index) => (index === 3 ? "failed" : String(index))),
  );
  expect(most).toBe(8);
});
