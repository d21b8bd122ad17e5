// Sections that may be written as `true` or `false`.
import { stackFileSchema } from "../../config/generate/jsonSchema";
import { problemsOf, settingsOf, stack } from "./support";

test.each([[true], ["true"]])("firewall: %p enables it with all its defaults", (firewall) => {
  expect(settingsOf(stack({ firewall })).firewall).toEqual(
    settingsOf(stack({ firewall: { enabled: true } })).firewall,
  );
  expect(settingsOf(stack({ firewall })).firewall.enabled).toBe(true);
});

test("a host's own word wins, either way", () => {
  const firewall = { allowFrom: ["10.1.0.0/16"] };
  expect(settingsOf(stack({ firewall }, { firewall: false })).firewall).toMatchObject({
    ...firewall,
    enabled: false,
  });
  expect(settingsOf(stack({ firewall: false }, { firewall: true })).firewall.enabled).toBe(true);
});

test("a group's and one of several hosts' are taken too", () => {
  const { host, ...others } = stack({});
  const entry = { ...(host as object), groups: ["monitors", "closed"] };
  const groups = { closed: { firewall: true } };
  expect(
    settingsOf({ ...others, groups, hosts: { one: entry } }, { secretKeys: ["hosts"] }).firewall.enabled,
  ).toBe(true);
  const own = { ...entry, groups: ["monitors"], firewall: true };
  expect(settingsOf({ ...others, hosts: { one: own } }, { secretKeys: ["hosts"] }).firewall.enabled).toBe(
    true,
  );
});

test("errors name the setting that it stands for", () => {
  expect(problemsOf(stack({ firewall: true }, { become: false, user: "pi" }))).toEqual([
    expect.stringMatching(/^podwatch:firewall\.enabled: needs become: true/),
  ]);
  expect(problemsOf(stack({ firewall: "yes" }))).toEqual([
    expect.stringMatching(/^podwatch:firewall: "yes" is not/),
  ]);
});

test("editors take both", () => {
  expect(stackFileSchema().definitions?.firewall?.anyOf?.map(({ type }) => type)).toEqual([
    "boolean",
    "object",
  ]);
});
