const loaded = (night: string | undefined) => {
  if (night === undefined) delete process.env.NIGHTLY;
  else process.env.NIGHTLY = night;
  let found: typeof import("./integration/support/nightly") | undefined;
  jest.isolateModules(() => {
    found = require("./integration/support/nightly");
  });
  return found;
};

const { NIGHTLY } = process.env;
afterAll(() => {
  loaded(NIGHTLY);
});

test("what takes long is left out but at night", () => {
  expect(loaded(undefined)?.nightly).toBe(test.skip);
  expect(loaded("1")?.nightly).toBe(test);
});
