// Bundles are unpacked by the very script that unpacks them on a host.
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { networkBundle, serviceBundle } from "../../engines/podman/bundle";
import { containerUnit } from "../../engines/podman/quadlet";
import type { Service } from "../../lib/service";
import { fileText } from "../lib/arbitraries";
import { attempt, SHELLS } from "../lib/shellRun";

const BUNDLE_SCRIPT = join(__dirname, "../../host/bundle.sh");

let workspace: string;

beforeEach(() => {
  workspace = mkdtempSync(join(tmpdir(), "podwatch-bundle-"));
});

afterEach(() => {
  rmSync(workspace, { recursive: true });
});

function unpack(bundle: string, shell = "dash") {
  const target = join(workspace, "unpacked");
  rmSync(target, { recursive: true, force: true });
  mkdirSync(target);
  writeFileSync(join(workspace, "bundle"), bundle);
  const script = `set -eu; fail() { printf '%s\\n' "$*" >&2; exit 1; }; . ${BUNDLE_SCRIPT}; unpack_bundle "$1" "$2"`;
  const { status, stderr } = attempt(script, { shell, args: [join(workspace, "bundle"), target] });
  return { status, stderr, files: filesBelow(target) };
}

function filesBelow(directory: string): Record<string, string> {
  const entries = readdirSync(directory, { recursive: true, withFileTypes: true }).filter((entry) =>
    entry.isFile(),
  );
  return Object.fromEntries(
    entries.map((entry) => {
      const path = join(entry.parentPath, entry.name);
      return [path.slice(directory.length + 1), readFileSync(path, "utf8")];
    }),
  );
}

function service(files: Record<string, string>, more: Partial<Service> = {}): Service {
  return {
    kind: "container",
    name: "web",
    description: "A service",
    image: "docker.io/library/web:1",
    user: { uid: 7, gid: 8 },
    files,
    hooks: { ready: "exit 0\n" },
    readyWithin: 30,
    ...more,
  };
}

const path = fc
  .stringMatching(/^[A-Za-z0-9_][A-Za-z0-9_.-]{0,8}(\/[A-Za-z0-9_][A-Za-z0-9_.-]{0,8}){0,3}$/)
  .filter((text) => !text.includes(".."));

/** Files that can stand beside one another: none is a directory of another. */
const files = fc.dictionary(path, fileText, { minKeys: 1, maxKeys: 6 }).filter((entries) => {
  const names = Object.keys(entries).sort();
  return !names.some((name) => names.some((other) => other.startsWith(`${name}/`)));
});

test("whatever stands in the files arrives as it was", () => {
  fc.assert(
    fc.property(files, fc.constantFrom(...SHELLS), (given, shell) => {
      const web = service(given);
      const { status, stderr, files: unpacked } = unpack(serviceBundle(web, { scope: "rootful" }), shell);
      expect({ status, stderr }).toEqual({ status: 0, stderr: "" });
      const { headers, ...parts } = unpacked;
      expect(headers).toBe(
        "podwatch-bundle 1\nservice web\nimage docker.io/library/web:1\nuser 7:8\nready-within 30\n",
      );
      expect(parts).toEqual({
        "unit/podwatch-web.container": containerUnit(web, "rootful"),
        "hooks/ready": "exit 0\n",
        ...Object.fromEntries(
          Object.entries(given).map(([name, text]) => [`files/${name}`, text === "" ? "\n" : text]),
        ),
      });
    }),
    { numRuns: 60 },
  );
});

test("a text without a line break at its end gets one", () => {
  const { files } = unpack(serviceBundle(service({ a: "no end", b: "with end\n" }), { scope: "rootful" }));
  expect(files).toMatchObject({ "files/a": "no end\n", "files/b": "with end\n" });
});

test("the same service gives the same bundle, in whatever order its files come", () => {
  const one = serviceBundle(service({ a: "1\n", b: "2\n" }), { scope: "rootful" });
  expect(serviceBundle(service({ b: "2\n", a: "1\n" }), { scope: "rootful" })).toBe(one);
});

test("headers tell the runner what it needs to know, one line each", () => {
  const web = service(
    {},
    { secrets: ["token", "key"], hostDirectories: ["/run/x"], data: { path: "/data", keep: false } },
  );
  expect(unpack(serviceBundle(web, { scope: "rootful" })).files.headers?.split("\n")).toEqual([
    "podwatch-bundle 1",
    "service web",
    "image docker.io/library/web:1",
    "user 7:8",
    "ready-within 30",
    "secret podwatch-token",
    "secret podwatch-key",
    "host-directory /run/x",
    "data delete",
    "",
  ]);
});

test("a network's bundle holds its unit", () => {
  const { files } = unpack(networkBundle("[Network]\n"));
  expect(files).toEqual({
    headers: "podwatch-bundle 1\nservice network\n",
    "unit/podwatch.network": "[Network]\n",
  });
});

test.each(["../x", "/x", "a/../b", "a//b", "", ".hidden", "-x", "a b", "a\nb", "ä"])(
  "the path %j is not packed",
  (bad) => {
    expect(() => serviceBundle(service({ [bad]: "" }), { scope: "rootful" })).toThrow(
      /^a bundle cannot hold the path /,
    );
  },
);

test.each(["/etc/passwd", "../../etc/passwd", "files/../../x", "files/a;b"])(
  "the path %j is not unpacked, nor anything before it",
  (bad) => {
    const { status, stderr, files } = unpack(`podwatch-bundle 1\npart files/good\n  x\npart ${bad}\n  x\n`);
    expect(status).toBe(1);
    expect(stderr).toBe(`the bundle has an unsafe path: ${bad}\n`);
    expect(files).toEqual({});
  },
);

test.each(["a\0b", "a\r\nb"])("the text %j is not packed: it would not arrive as it was", (bad) => {
  expect(() => serviceBundle(service({ a: bad }), { scope: "rootful" })).toThrow(
    "files/a: a bundle holds plain text without NUL and carriage return characters",
  );
});

test("a header cannot smuggle in another", () => {
  const evil = service({}, { image: "x\nsecret podwatch-other" });
  expect(() => serviceBundle(evil, { scope: "rootful" })).toThrow(/control character|line break/);
});

test("what an image is built from travels with the service that runs it", () => {
  const reference = "localhost/podwatch-web:0123";
  const build = {
    containerfile: "FROM docker.io/library/base:1\n",
    files: { "run.sh": "exit 0\n" },
    args: { B: "two words", A: "1" },
    bases: ["docker.io/library/base:1"],
  };
  const web = service({}, { image: reference });
  const { files } = unpack(serviceBundle(web, { scope: "rootful", builds: { [reference]: build } }));
  expect(files.headers?.split("\n").slice(2, 6)).toEqual([
    `image ${reference}`,
    "base-image docker.io/library/base:1",
    "build-arg A=1",
    "build-arg B=two words",
  ]);
  expect(files["image/Containerfile"]).toBe(build.containerfile);
  expect(files["image/context/run.sh"]).toBe("exit 0\n");
  expect(serviceBundle(service({}), { scope: "rootful", builds: { [reference]: build } })).toBe(
    serviceBundle(service({}), { scope: "rootful" }),
  );
});
