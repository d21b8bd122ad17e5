// The executor's own programs, as far as they need nothing but Python; tests/integration/executor.test.ts runs these tests, and those
// of its times, in the image.
import { spawnSync } from "node:child_process";
import { join } from "node:path";

const PROGRAMS = join(__dirname, "../../../templates/executor");

test("the programs do what their tests say", () => {
  const { status, stderr } = spawnSync(
    "python3",
    ["-m", "unittest", "-q", join(__dirname, "programs/test_programs.py")],
    {
      encoding: "utf8",
      cwd: join(__dirname, "programs"),
      env: { ...process.env, PYTHONPATH: PROGRAMS, PYTHONDONTWRITEBYTECODE: "1" },
    },
  );
  expect({ status, stderr: status === 0 ? "" : stderr }).toEqual({ status: 0, stderr: "" });
  expect(stderr).toMatch(/^Ran [23]\d tests/m);
}, 60_000);
