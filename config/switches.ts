// A section that is nothing but enabled may be written as `true`, and `false` stands for one that is not; text stands for a section's
// most important setting.
import { services } from "./schema";
import { isGroup, type Tree } from "./walk";

const SWITCHES = Object.entries(services)
  .filter(([, section]) => section.meta()?.onOff === true)
  .map(([name]) => name);

const SHORT = Object.entries(services).flatMap(([name, section]) => {
  const key = section.meta()?.short;
  return typeof key === "string" ? [[name, key] as const] : [];
});

/** The stack file with these sections written out, wherever sections may be. */
export function withSwitches(raw: Tree): Tree {
  return switched(raw, {
    ...inGroup(raw, "host", (host) => switched(host)),
    ...inGroup(raw, "hosts", each),
    ...inGroup(raw, "groups", each),
  });
}

function switched(settings: Tree, more: Tree = {}): Tree {
  const written = SWITCHES.flatMap((name) => {
    const enabled = switchOf(settings[name]);
    return enabled === undefined ? [] : [[name, { enabled }] as const];
  });
  const named = SHORT.flatMap(([name, key]) => {
    const value = settings[name];
    return typeof value === "string" ? [[name, { [key]: value }] as const] : [];
  });
  return { ...settings, ...more, ...Object.fromEntries([...written, ...named]) };
}

/** Pulumi passes values at the top as text. */
function switchOf(value: unknown): boolean | undefined {
  if (value === true || value === "true") return true;
  if (value === false || value === "false") return false;
  return undefined;
}

const each = (entries: Tree): Tree =>
  Object.fromEntries(
    Object.entries(entries).map(([name, entry]) => [name, isGroup(entry) ? switched(entry) : entry]),
  );

function inGroup(settings: Tree, key: string, change: (inner: Tree) => Tree): Tree {
  const inner = settings[key];
  return isGroup(inner) ? { [key]: change(inner) } : {};
}
