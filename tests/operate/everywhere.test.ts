import { everywhere } from "../../operate/everywhere";
import { Host } from "../../operate/host";
import { readState } from "../../operate/state";
import { exported, resources } from "./exported";

const hosts = readState(
  exported([...resources("fast", "sudo"), ...resources("gone", "sudo"), ...resources("slow", "sudo")]),
  "dev",
);
const closed: string[] = [];

beforeEach(() => {
  jest.spyOn(Host, "enter").mockImplementation(async (deployed) => {
    if (deployed.name === "gone") {
      throw new Error("it cannot be reached");
    }
    return { deployed, close: () => closed.push(deployed.name) } as unknown as Host;
  });
});

afterEach(() => {
  jest.restoreAllMocks();
  jest.useRealTimers();
});

test("a host that is gone or slow has an error, and holds up none", async () => {
  const answered: string[] = [];
  const answers = await everywhere(hosts, { doing: "test", within: 1 }, async ({ deployed }) => {
    await (deployed.name === "slow" ? new Promise(() => {}) : undefined);
    answered.push(deployed.name);
    return deployed.name.length;
  });
  expect(answers.map(({ host, error, ...rest }) => [host.name, error ?? rest])).toEqual([
    ["fast", { value: 4 }],
    ["gone", "it cannot be reached"],
    ["slow", "no answer within 1 s"],
  ]);
  expect(answered).toEqual(["fast"]);
  expect(closed).toEqual(["fast"]);
});

test("after 5 s it says what it waits for", async () => {
  jest.useFakeTimers();
  const said: string[] = [];
  jest.spyOn(process.stderr, "write").mockImplementation((text) => said.push(String(text)) > 0);
  let end: (value: number) => void = () => {};
  const work = everywhere(hosts, { doing: "drift" }, ({ deployed }) =>
    deployed.name === "slow" ? new Promise<number>((resolve) => (end = resolve)) : Promise.resolve(0),
  );
  await jest.advanceTimersByTimeAsync(4_900);
  expect(said).toEqual([]);
  await jest.advanceTimersByTimeAsync(200);
  expect(said).toEqual(["5 s: drift: waiting for slow\n"]);
  end(1);
  await work;
  await jest.advanceTimersByTimeAsync(20_000);
  expect(said).toHaveLength(1);
});
