// Images that hosts build from a Containerfile.
import { basesOf } from "../../config/resolve/containerfile";
import versions from "../../versions.json";
import { problemsOf, settingsOf, stack } from "./support";

const base = versions.images.prometheus;
const files = {
  "pi/Containerfile": `FROM ${base}\nCOPY run.sh /\n`,
  "pi/run.sh": "exit 0\n",
  "pi/stop.sh": "exit 1\n",
};
const withImage = (image: unknown) => stack({ prometheus: { image } });

test("an image to build gets a name that follows from all that goes into it", () => {
  const built = (image: object, changed: object = {}) => {
    const { builds, prometheus } = settingsOf(withImage(image), { files: { ...files, ...changed } });
    expect(Object.keys(builds)).toEqual([prometheus.image]);
    return prometheus.image;
  };
  const image = { containerfile: "pi/Containerfile", context: ["pi/*.sh"] };
  const name = built(image);
  expect(name).toMatch(/^localhost\/podwatch-prometheus:[0-9a-f]{16}$/);
  expect(built(image)).toBe(name);
  expect(built(image, { "pi/run.sh": "exit 2\n" })).not.toBe(name);
  expect(built(image, { "pi/Containerfile": `FROM ${base}\n` })).not.toBe(name);
  expect(built({ ...image, context: ["pi/run.sh"] })).not.toBe(name);
  expect(settingsOf(withImage(image), { files }).builds[name]).toEqual({
    containerfile: files["pi/Containerfile"],
    files: { "run.sh": "exit 0\n", "stop.sh": "exit 1\n" },
    args: {},
    bases: [base],
  });
});

test("an image of one's own for one host only", () => {
  const { prometheus, builds } = settingsOf(
    stack({ prometheus: { image: base } }, { prometheus: { image: { containerfile: "pi/Containerfile" } } }),
    { files },
  );
  expect(Object.keys(builds)).toEqual([prometheus.image]);
});

test.each<[string, unknown, object, RegExp]>([
  [
    "neither text nor a group",
    5,
    {},
    /^podwatch:prometheus\.image: 5 is neither an image nor how to build one; write registry\/name:tag, or/,
  ],
  [
    "a moving tag",
    "docker.io/prom/prometheus:latest",
    {},
    /^podwatch:prometheus\.image: ".*" is not a pinned image;/,
  ],
  [
    "no Containerfile",
    { context: [] },
    {},
    /^podwatch:prometheus\.image\.containerfile: is missing; write a path/,
  ],
  [
    "an unknown key",
    { containerfile: "pi/Containerfile", arg: {} },
    {},
    /^podwatch:prometheus\.image\.arg: .*args/,
  ],
  [
    "a file that is not there",
    { containerfile: "pi/Dockerfile" },
    {},
    /^podwatch:prometheus\.image\.containerfile: "pi\/Dockerfile" does not exist;/,
  ],
  [
    "no base",
    { containerfile: "pi/Containerfile" },
    { "pi/Containerfile": "RUN true\n" },
    /image\.containerfile: "pi\/Containerfile" has no FROM;/,
  ],
  [
    "a moving base",
    { containerfile: "pi/Containerfile" },
    { "pi/Containerfile": "FROM busybox\n" },
    /is made from "busybox", which is not a pinned image;/,
  ],
  [
    "an argument that nobody knows",
    { containerfile: "pi/Containerfile", args: { V: "1" } },
    {},
    /has no ARG V, which args sets;/,
  ],
  [
    "a file that is no text",
    { containerfile: "pi/Containerfile", context: ["pi/run.sh"] },
    { "pi/run.sh": "a\0b" },
    /^podwatch:prometheus\.image\.context\[0\]: "pi\/run\.sh" is not text in UTF-8, /,
  ],
  [
    "too much",
    { containerfile: "pi/Containerfile", context: ["pi/run.sh"] },
    { "pi/run.sh": "x".repeat(300_000) },
    /^podwatch:prometheus\.image: takes 3000\d\d characters/,
  ],
])("one line, with the way out: %s", (_, image, changed, text) => {
  expect(problemsOf(withImage(image), { files: { ...files, ...changed } })).toEqual([
    expect.stringMatching(text),
  ]);
});

test("the images that a Containerfile is made from", () => {
  const text = `# FROM nothing
ARG VERSION=1
ARG SUITE
from --platform=linux/arm/v7 docker.io/library/golang:\${VERSION} as build
ARG OTHER=2
RUN --mount=type=bind,from=docker.io/library/tools:3,target=/t \\
  go build --from=source
FROM docker.io/library/debian:$SUITE
COPY --from=build /bin/prometheus /bin/
COPY --chown=1 --from=docker.io/library/more:4 /a /b
COPY --from=0 /a /b
FROM scratch
`;
  expect(basesOf(text, { SUITE: "trixie" })).toEqual({
    bases: [
      "docker.io/library/debian:trixie",
      "docker.io/library/golang:1",
      "docker.io/library/more:4",
      "docker.io/library/tools:3",
    ],
  });
  expect(basesOf(text, {})).toEqual({
    messages: [
      expect.stringMatching(/^is made from "docker.io\/library\/debian:\$SUITE", whose value is not known; /),
    ],
  });
});
