// What users add to a service: refuses what Podwatch sets itself, what would undo its guarantees, and secrets; reads files.
import { posix } from "node:path";
import type { Context } from "../context";
import { type Path, quote, quotePath, type Report, show } from "../problem";
import { isContainerPath, isHostPath } from "../schema/additions";
import { isPrivateKey, isSecretUrl, isSecretVariable } from "../secretWords";
import type { Owned } from "../section";
import { isGroup, type Tree } from "../walk";
import { readText } from "./files";
import type { Locate } from "./locate";
import { isWritten, secretsIn } from "./quadlet";
import { insideProblem } from "./quadletPlaces";

interface Around {
  readonly locate: Locate;
  readonly context: Context;
  readonly report: Report;
}

/** The settings of a service with the content of the user's files in place of their paths. */
export function resolveAdditions(given: Tree, owned: Owned, around: Around): Tree {
  const texts = <T>(name: string) => (isGroup(given[name]) ? given[name] : {}) as Readonly<Record<string, T>>;
  const list = (name: string) => (Array.isArray(given[name]) ? given[name] : []) as readonly string[];
  const secrets = Object.keys(texts("secrets"));
  checkArguments(list("arguments"), owned, around);
  checkEnvironment(texts<string>("environment"), owned, around);
  checkSecretEnvironment(texts<string>("secretEnvironment"), texts("environment"), secrets, owned, around);
  const places = checkVolumes(list("volumes"), around);
  return "files" in given
    ? { ...given, files: readFiles(texts<string>("files"), places, owned, around) }
    : given;
}

function checkArguments(words: readonly string[], owned: Owned, { locate, report }: Around): void {
  words.forEach((word, index) => {
    const path = locate(["arguments", index]);
    const way = `have the program read it from /run/secrets/${owned.service}.NAME, and type: pulumi config set --secret --path '${show(locate(["secrets", "NAME"]))}'`;
    const before = words[index - 1] ?? "";
    const follows = /^--?[A-Za-z][\w.-]*$/.test(before) && isSecretVariable(before.replace(/^-+/, ""));
    const secret =
      secretsIn(word)[0] ?? (follows && !word.startsWith("-") && isWritten(word) ? before : undefined);
    if (secret !== undefined || isSecretUrl(word)) {
      report(
        path,
        `${quote(secret ?? "the argument")} holds a secret, which anybody on the host could read; ${way}`,
      );
      return;
    }
    const reason = ownArgument(word, owned.arguments);
    if (reason !== undefined) report(path, `${quote(word)} ${reason}`);
  });
}

const ENDS = "makes the program exit at once; remove it";

/** Arguments that every program has. */
const OF_ALL: Readonly<Record<string, string>> = {
  help: ENDS,
  "help-long": ENDS,
  "help-man": ENDS,
  h: ENDS,
  version: ENDS,
  "@*": "would have the program read further arguments from a file, which nothing checks; write them here",
};

/** Why an argument is refused. A name with `:` or `@` is the beginning of a word, any other is that of an option. */
function ownArgument(word: string, own: Readonly<Record<string, string>>): string | undefined {
  const option = word.startsWith("-") ? word.replace(/^-+/, "").replace(/=.*$/s, "") : undefined;
  const [, reason] =
    Object.entries({ ...OF_ALL, ...own }).find(([known]) => {
      const name = /[:@]/.test(known) ? word : option;
      if (name === undefined) return false;
      return known.endsWith("*")
        ? name.startsWith(known.slice(0, -1))
        : [known, `no-${known}`].includes(name);
    }) ?? [];
  return reason;
}

function checkEnvironment(
  environment: Readonly<Record<string, string>>,
  owned: Owned,
  { locate, report }: Around,
): void {
  for (const [name, value] of Object.entries(environment)) {
    const path = locate(["environment", name]);
    refuseOwnVariable(name, owned, path, report);
    const secret =
      (isSecretVariable(name) && isWritten(value)) ||
      isSecretUrl(value) ||
      isPrivateKey(value) ||
      /^(Bearer|Basic|Digest|Token|ApiKey)\s+\S/i.test(value);
    if (!secret) continue;
    const entry = show(locate(["secretEnvironment", name]));
    report(
      path,
      owned.secrets === false
        ? `${quote(name)} holds a secret, which anybody on the host could read in the unit; leave it out`
        : `${quote(name)} holds a secret, which anybody on the host could read in the unit; write ${entry}: NAME in its place, and type: pulumi config set --secret --path '${show(locate(["secrets", "NAME"]))}'`,
    );
  }
}

function refuseOwnVariable(name: string, { environment = {} }: Owned, path: Path, report: Report): void {
  if (Object.hasOwn(environment, name)) report(path, `${quote(name)} ${environment[name]}`);
}

function checkSecretEnvironment(
  given: Readonly<Record<string, string>>,
  environment: Readonly<Record<string, string>>,
  secrets: readonly string[],
  owned: Owned,
  { locate, report }: Around,
): void {
  for (const [name, secret] of Object.entries(given)) {
    const path = locate(["secretEnvironment", name]);
    refuseOwnVariable(name, owned, path, report);
    if (Object.hasOwn(environment, name)) report(path, "is set under environment too; keep one of the two");
    if (!secrets.includes(secret)) {
      const known = secrets.length === 0 ? "" : `write ${secrets.join(" or ")}, or `;
      // Perhaps it is the secret itself: it is not repeated.
      report(
        path,
        `is not the name of a secret of this service; ${known}type: pulumi config set --secret --path '${show(locate(["secrets", "NAME"]))}', and write that NAME here`,
      );
    }
  }
}

const OPTIONS = /^(ro|rw|z|Z|noexec|exec|nosuid|suid|nodev|dev|r?slave|r?private|r?shared)$/;

/** Places of the host that are not for containers to see. */
const CLOSED: Readonly<Record<string, string>> = {
  "/var/lib/podwatch": "where Podwatch keeps what it deploys, secrets too",
  "/var/lib/containers": "where podman keeps containers and secrets",
  "/run/podman": "through which the whole host can be taken over",
  "/run/docker.sock": "through which the whole host can be taken over",
  "/var/run/docker.sock": "through which the whole host can be taken over",
  "/var/run/podman": "through which the whole host can be taken over",
};

/** Returns the places in the container that are taken. */
function checkVolumes(volumes: readonly string[], { locate, report }: Around): Map<string, Path> {
  const taken = new Map<string, Path>();
  volumes.forEach((volume, index) => {
    const path = locate(["volumes", index]);
    const refuse = (text: string) => report(path, `${quote(volume)} ${text}`);
    const [source = "", inside = "", options = ""] = volume.split(":");
    if (!isHostPath(source)) {
      refuse(
        "does not begin with a plain absolute path on the host; write one such as /srv/lists, without blanks, .. or a slash at the end",
      );
    } else {
      const closed = overlapping(source, Object.keys(CLOSED));
      if (closed !== undefined) {
        const where = closed === source ? "is" : source.startsWith(`${closed}/`) ? "lies below" : "holds";
        refuse(`${where} ${closed} of the host, ${CLOSED[closed]}; write a directory of your own`);
      } else if (
        /\/(docker|podman|containerd)\.sock$|\.local\/share\/(podwatch|containers)(\/|$)/.test(source)
      ) {
        refuse("belongs to the engine or to Podwatch; write a directory of your own");
      }
    }
    const unknown = options.split(",").find((option) => option !== "" && !OPTIONS.test(option));
    if (unknown !== undefined) refuse(`has the option ${quote(unknown)}; write ro, rw, z or noexec`);
    checkPlace(inside, path, taken, refuse);
  });
  return taken;
}

function overlapping(path: string, places: readonly string[]): string | undefined {
  const below = (inner: string, outer: string) => inner === outer || inner.startsWith(`${outer}/`);
  return places.find((place) => below(path, place) || below(place, path));
}

function checkPlace(
  inside: string,
  path: Path,
  taken: Map<string, Path>,
  refuse: (text: string) => void,
): void {
  if (!isContainerPath(inside)) {
    refuse(
      "does not name a plain absolute path in the container; write one such as /etc/own, without blanks, .. or a slash at the end",
    );
    return;
  }
  const problem = insideProblem(inside) ?? systemProblem(inside);
  if (problem !== undefined) refuse(problem);
  const other = taken.get(inside);
  if (other !== undefined)
    refuse(`takes the place in the container that ${show(other)} has; write another path`);
  taken.set(inside, path);
}

/** What the program and its runtime need themselves. */
function systemProblem(inside: string): string | undefined {
  return /^\/(proc|sys|dev|bin|sbin|lib|lib64|usr|etc|run|var)$|^\/(proc|sys|dev)\//.test(
    posix.normalize(inside),
  )
    ? "would hide what the image or the kernel has there; write a path below /etc/own or /srv"
    : undefined;
}

function readFiles(
  files: Readonly<Record<string, string>>,
  taken: Map<string, Path>,
  owned: Owned,
  { locate, context, report }: Around,
): Record<string, string> {
  return Object.fromEntries(
    Object.entries(files).flatMap(([inside, file]) => {
      const path = locate(["files", inside]);
      checkPlace(inside, path, taken, (text) => report(path, `${quote(inside)} ${text}`));
      const read = readText(file, "a file", context);
      if ("message" in read) {
        report(path, `${quotePath(file)} ${read.message}`);
        return [];
      }
      if (isPrivateKey(read.text)) {
        report(
          path,
          `${quotePath(file)} holds a private key, which anybody on the host could read; have it read from /run/secrets/${owned.service}.NAME, and type: pulumi config set --secret --path '${show(locate(["secrets", "NAME"]))}'`,
        );
      }
      return [[inside, read.text]];
    }),
  );
}
