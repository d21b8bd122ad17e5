// A run without a change that changes something is noticed, whichever tool it is.
import { hasChanged as byAnsible } from "../../bench/ansible";
import { mustBeUnchanged } from "../../bench/contender";
import { hasChanged as byPyinfra } from "../../bench/pyinfra";

test("of Ansible", () => {
  const recap = (changed: number) =>
    `web1 : ok=6 changed=0 unreachable=0\nweb2 : ok=6 changed=${changed} unreachable=0\n`;
  expect([0, 1, 12].map((changed) => byAnsible(recap(changed)))).toEqual([false, true, true]);
});

test("of pyinfra, which tells success of each script that it runs", () => {
  const told = (operation: string, ...results: string[]) =>
    `--> Starting operation: ${operation} (of something)\n${results.map((one, index) => `    [web${index}] ${one}\n`).join("")}\n`;
  const wait = told("server.shell", "Success", "Success");
  expect(byPyinfra(told("files.put", "No changes", "No changes") + wait)).toBe(false);
  expect(byPyinfra(told("files.put", "No changes", "Success") + wait)).toBe(true);
  expect(byPyinfra(wait + told("files.put", "Success"))).toBe(true);
});

test("and ends the measurement with what was told", () => {
  const told = (changed: number) => () => mustBeUnchanged(`changed=${changed}`, byAnsible);
  expect(told(0)).not.toThrow();
  expect(told(1)).toThrow("a run without a change has changed something:\nchanged=1");
});
