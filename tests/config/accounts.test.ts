// People who log in to a host, and whom its settings would not let in.
import { hostKey, problemsOf, settingsOf, stack } from "./support";

const given = (accounts: unknown, more: object = {}, host: Record<string, unknown> = {}) =>
  stack({ accounts, ...more }, host);
const users = (of: object) => ({ users: of });
const alice = { keys: [`${hostKey} alice@laptop`] };

test("there are none unless some are written, and each has an account of the usual kind", () => {
  expect(settingsOf(stack({})).accounts).toEqual({ enabled: false, users: [] });
  expect(settingsOf(given(users({ bob: alice, alice: { ...alice, sudo: true } }))).accounts).toEqual({
    enabled: true,
    users: [
      { name: "alice", ...alice, sudo: true, shell: "/bin/bash", groups: [] },
      { name: "bob", ...alice, sudo: false, shell: "/bin/bash", groups: [] },
    ],
  });
});

test.each<[string, unknown, object, string]>([
  [
    "root",
    users({ root: alice }),
    {},
    "users.root: is not for people; give them accounts of their own with sudo: true",
  ],
  [
    "the deploying user",
    users({ ops: alice }),
    {},
    "users.ops: is the user that Pulumi logs in as, whose keys have to stay whatever the stack file says; give people accounts of their own",
  ],
  [
    "whom the SSH server does not let in",
    users({ alice }),
    { ssh: { allowUsers: ["ops"] } },
    'users.alice: could not log in, since ssh.allowUsers does not list "alice"; add it there',
  ],
  [
    "nobody",
    { enabled: true },
    {},
    "enabled: true without users; write them under accounts.users, or remove this",
  ],
  [
    "no keys",
    users({ alice: { keys: [] } }),
    {},
    "users.alice.keys: a list is empty; write at least one key, since nobody logs in with a password",
  ],
])("refused: %s", (_, accounts, more, problem) => {
  expect(problemsOf(given(accounts, more, { user: "ops" }))).toEqual([`podwatch:accounts.${problem}`]);
});

test("a private key is refused, and not repeated", () => {
  const [problem = ""] = problemsOf(
    given(users({ alice: { keys: ["-----BEGIN OPENSSH PRIVATE KEY-----"] } })),
  );
  expect(problem).toMatch(/^podwatch:accounts\.users\.alice\.keys\[0\]: .*is not a public key for SSH/);
});

test("without root there are no accounts", () => {
  const problems = problemsOf(given(users({ alice }), {}, { user: "ops", become: false }));
  expect(problems.join("\n")).toMatch(
    /accounts\.enabled: needs become: true, since only root can make accounts/,
  );
});
