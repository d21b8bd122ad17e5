import fc from "fast-check";
import { parse } from "yaml";
import { toYaml } from "../../lib/yaml";

const numberLike = fc
  .array(fc.constantFrom(..."0123789.+-_:exobinfaN~TruyYno "), { maxLength: 8 })
  .map((letters) => letters.join(""));

test("a text is still a text for a reader of YAML 1.2, whatever number it looks like", () => {
  fc.assert(
    fc.property(numberLike, (text) => {
      expect(parse(toYaml({ text }))).toEqual({ text });
    }),
    { numRuns: 3000, examples: [["08"], ["0o7"], ["1e3"], ["0x1f"], ["yes"], ["~"], ["1:30"]] },
  );
});
