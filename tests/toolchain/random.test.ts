import { compareSync } from "bcryptjs";
import fc from "fast-check";
import { type Alphabet, randomText } from "../../lab/toolchain/random/characters";
import { checkText, withDefaults } from "../../lab/toolchain/random/inputs";
import { failure, Provider, secret, UNKNOWN, type Values } from "./plugin";

jest.setTimeout(60_000);

const PASSWORD = "random:index/randomPassword:RandomPassword";
const SPECIAL = "!@#$%&*()-_=+[]{}<>:?";

/** Any set of options that the provider accepts. */
const options = fc
  .record(
    {
      minUpper: fc.nat(5),
      minLower: fc.nat(5),
      minNumeric: fc.nat(5),
      minSpecial: fc.nat(5),
      upper: fc.boolean(),
      lower: fc.boolean(),
      numeric: fc.boolean(),
      special: fc.boolean(),
      overrideSpecial: fc.constantFrom("", "_", "äöü", ".,;"),
    },
    { requiredKeys: [] },
  )
  .chain((given) => {
    const least = ["minUpper", "minLower", "minNumeric", "minSpecial"]
      .map((name) => ((given as Values)[name] as number | undefined) ?? 0)
      .reduce((sum, minimum) => sum + minimum, 0);
    return fc.record({ given: fc.constant(given), length: fc.integer({ min: Math.max(1, least), max: 60 }) });
  })
  .map(({ given, length }) => ({ ...given, length }))
  .filter((given) => checkText(given).length === 0);

const generate = (given: Values) => randomText(withDefaults(given as never) as unknown as Alphabet);
const count = (text: string, set: string) => [...text].filter((character) => set.includes(character)).length;

describe("random text", () => {
  test("keeps length, alphabet and minima, whatever the options", () => {
    fc.assert(
      fc.property(options, (given) => {
        const text = generate(given);
        const sets: [string, boolean | undefined, number | undefined][] = [
          ["ABCDEFGHIJKLMNOPQRSTUVWXYZ", given.upper, given.minUpper],
          ["abcdefghijklmnopqrstuvwxyz", given.lower, given.minLower],
          ["0123456789", given.numeric, given.minNumeric],
          [given.overrideSpecial || SPECIAL, given.special, given.minSpecial],
        ];
        expect([...text]).toHaveLength(given.length);
        for (const [set, allowed = true, minimum = 0] of sets) {
          expect(count(text, set)).toBeGreaterThanOrEqual(minimum);
          // A class that is switched off still gives its minimum, and nothing beyond it.
          if (!allowed) expect(count(text, set)).toBe(minimum);
        }
        expect(count(text, sets.map(([set]) => set).join(""))).toBe(given.length);
      }),
      { numRuns: 500 },
    );
  });

  test("every character is equally likely, in every place", () => {
    // 2000 texts of 10 digits: each digit is expected 200 times in each place, with a deviation of 13.4.
    const texts = Array.from({ length: 2000 }, () =>
      generate({ length: 10, upper: false, lower: false, special: false, minNumeric: 3 }),
    );
    for (let place = 0; place < 10; place++) {
      for (const digit of "0123456789") {
        const seen = texts.filter((text) => text[place] === digit).length;
        expect(Math.abs(seen - 200)).toBeLessThan(6 * 13.4);
      }
    }
  });

  test("the minimum of a class does not stand in one place", () => {
    const places = new Set(
      Array.from({ length: 200 }, () =>
        [...generate({ length: 8, special: false, numeric: false, upper: false, minUpper: 1 })].findIndex(
          (character) => character < "a",
        ),
      ),
    );
    expect(places.size).toBe(8);
  });

  test("nothing but the system's secure source is asked", () => {
    const weak = jest.spyOn(Math, "random").mockImplementation(() => {
      throw new Error("Math.random is no source of secrets");
    });
    expect(() => generate({ length: 40 })).not.toThrow();
    weak.mockRestore();
  });
});

describe("the random provider over gRPC", () => {
  let provider: Provider;
  beforeAll(async () => {
    provider = await Provider.start("random", PASSWORD);
  });
  afterAll(() => provider.stop());

  test("a password's value and hash are secret, and belong together", async () => {
    const { id, outputs } = await provider.create({ length: 24, keepers: { version: "1" } });
    expect(id).toBe("none");
    const unwrap = (name: string) => {
      const { value, ...mark } = outputs[name] as { value: string };
      expect({ ...mark, value: "x" }).toEqual(secret("x"));
      return value;
    };
    expect(unwrap("result")).toHaveLength(24);
    expect(compareSync(unwrap("result"), unwrap("bcryptHash"))).toBe(true);
    expect(outputs).toMatchObject({ length: 24, lower: true, numeric: true, number: true, minSpecial: 0 });
    expect(outputs.keepers).toEqual({ version: "1" });
  });

  test("a preview makes nothing up", async () => {
    const { outputs } = await provider.create({ length: 24 }, { preview: true });
    expect(outputs).toMatchObject({ result: UNKNOWN, bcryptHash: UNKNOWN, length: 24 });
  });

  test.each<[Values, Values, string[]]>([
    [{ length: 8 }, { length: 8 }, []],
    [{ length: 8 }, { length: 8, upper: true, minLower: 0, number: true }, []],
    [{ length: 8 }, { length: 9 }, ["length"]],
    [{ length: 8 }, { length: 8, special: false }, ["special"]],
    [{ length: 8 }, { length: 8, numeric: false }, ["number", "numeric"]],
    [{ length: 8 }, { length: 8, keepers: { a: "1" } }, ["keepers"]],
    [{ length: 8, keepers: { a: "1" } }, { length: 8, keepers: { a: "2" } }, ["keepers"]],
    [{ length: 8, keepers: { a: "1" } }, { length: 8, keepers: { a: UNKNOWN } }, ["keepers"]],
    [{ length: 8, overrideSpecial: "_" }, { length: 8 }, ["overrideSpecial"]],
  ])("from %j to %j, these ask for a new one: %j", async (olds, news, expected) => {
    const { changed, replaces } = await provider.diff(olds, news);
    expect(replaces).toEqual(expected);
    expect(changed).toBe(expected.length > 0);
  });

  test.each<[Values, string]>([
    [{}, "length: Missing required property 'length'"],
    [{ length: 0 }, "length: 'length' must be a whole number of at least 1, got 0"],
    [{ length: "8" }, "length: 'length' must be a whole number of at least 1, got 8"],
    [{ length: 8, minUpper: -1 }, "minUpper: 'minUpper' must be a whole number of at least 0, got -1"],
    [{ length: 8, size: 1 }, "size: Unrecognized field 'size'"],
    [{ length: 8, keepers: { a: 1 } }, "keepers: 'keepers' must be a map of strings, got {\"a\":1}"],
    [
      { length: 3, minUpper: 2, minLower: 2 },
      "length: 'length' must be at least 4, the sum of minUpper, minLower, minNumeric and minSpecial, got 3",
    ],
    [
      { length: 3, upper: false, lower: false, numeric: false, special: false },
      "special: at least one of 'upper', 'lower', 'numeric', 'special' must be true",
    ],
  ])("refuses %j", async (inputs, expected) => {
    expect((await provider.check(inputs)).failures).toEqual([expected]);
  });

  test("what is not known yet is not refused", async () => {
    const inputs = { length: UNKNOWN, keepers: { a: secret(UNKNOWN) } };
    expect(await provider.check(inputs)).toEqual({ inputs, failures: [] });
  });

  test("other resources are refused by name", async () => {
    const { message } = await failure(provider.check({}, "random:index/randomPet:RandomPet"));
    expect(message).toMatch(/^random:index\/randomPet:RandomPet is not supported by the stand-in/);
  });
});
