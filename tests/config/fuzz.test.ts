import fc from "fast-check";
import { stack as shape } from "../../config/schema";
import { isGroup, settingPaths } from "../../config/walk";
import { host, problemsOf } from "./support";

test("whatever stands in a stack file, the answer is problems, not a crash", () => {
  const names = settingPaths(shape).flat();
  const key = fc.oneof(
    fc.constantFrom(...names),
    fc.constantFrom("__proto__", "constructor", "toString"),
    fc.string(),
  );
  const { value } = fc.letrec((tie) => ({
    value: fc.oneof(
      { maxDepth: 4 },
      fc.oneof(
        fc.string(),
        fc.integer(),
        fc.boolean(),
        fc.constant(null),
        fc.constantFrom("5s", "a:1", "auto"),
      ),
      fc.array(tie("value"), { maxLength: 3 }),
      fc.array(fc.tuple(key, tie("value")), { maxLength: 5 }).map((pairs) => Object.fromEntries(pairs)),
    ),
  }));
  const sections = fc.array(fc.tuple(key, value), { maxLength: 6 }).map((pairs) => Object.fromEntries(pairs));
  fc.assert(
    fc.property(sections, value, (raw, more) => {
      const lines = problemsOf({ ...raw, host: { ...host, ...(isGroup(more) ? more : {}) } });
      for (const line of lines) expect(line).toMatch(/^podwatch:[^\0]*: /);
    }),
    { numRuns: 300 },
  );
});
