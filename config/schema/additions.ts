// What users may add to any service beyond its own settings: arguments, environment, secrets, files, volumes, limits.
import { z } from "zod";
import { ownSecrets } from "./auth";
import { group, hostPath, list, localPath, numeric, setting, text, whole } from "./words";

/** Numbers and switches of YAML are text for a program. */
const asText = (given: unknown) => (["number", "boolean"].includes(typeof given) ? String(given) : given);

const argument = () =>
  z.preprocess(
    asText,
    text(
      (value) => /^[^\p{Cc}]+$/u.test(value) && value !== ";",
      "is not an argument; write one as the program has it, such as --log.level=debug, on one line and not empty",
    ),
  );

const variable = () =>
  text(/^[A-Za-z_][A-Za-z0-9_]*$/, "is not the name of a variable; write letters, digits and _");

const environment = () =>
  setting(
    z
      .record(
        variable(),
        z.preprocess(asText, z.string({ error: "is not text; put the variable's value in quotes" })),
        {
          error: "is not a group of variables; write one `NAME: value` a line below it",
        },
      )
      .default({}),
    "Environment variables, each one line of text that arrives as written: blanks, quotes, `$`, `%` and backslashes need no escapes. They override those under `quadlet`. Must not contain secrets.",
    { example: { LOG_PREFIX: "eu west" } },
  );

const size = () =>
  text(
    /^0*[1-9]\d*[KMGT]B?$/,
    "is not a size; write a whole number and a unit such as 512M or 2G, where 1K is 1024 bytes",
  ).meta({ kind: "size" });

const cpus = () =>
  numeric(
    (value) => value >= 0.01 && value <= 9999 && Math.abs(value * 100 - Math.round(value * 100)) < 1e-6,
    "is not a number of processors; write one such as 0.5 or 2, with at most two decimals",
  );

/** Limits that systemd and the kernel enforce. */
const resources = (usual: { memory: string; pids: string }) =>
  setting(
    group({
      memory: setting(
        size().optional(),
        "Most memory of the service; above it the kernel ends the program, and systemd starts it anew.",
        { example: "2G", defaultText: usual.memory },
      ),
      cpus: setting(cpus().optional(), "Most processor time, in processors.", {
        example: 1.5,
        defaultText: "no limit",
      }),
      pids: setting(
        whole(8, 32768, "is not a number of processes; write a whole number from 8 to 32768").optional(),
        "Most processes and threads.",
        { example: 512, defaultText: usual.pids },
      ),
      openFiles: setting(
        whole(64, 1_048_576, "is not a number of files; write a whole number from 64 to 1048576").optional(),
        "Most open files and connections.",
        { example: 65536, defaultText: "that of the host" },
      ),
    }).prefault({}),
    "Limits of the service. They override those under `quadlet` and of a preset.",
  );

const containerPath = () =>
  text(
    (value) => /^(?:\/[A-Za-z0-9._@+-]+)+$/.test(value) && !/\/\.{1,2}(?:\/|$)/.test(value),
    "is not a plain absolute path; write one in the container such as /etc/own/list.yml, without blanks, colons, .. or a slash at the end",
  );

const volume = () =>
  text(
    (value) => /^[^:\s]+:[^:\s]+(:[^:\s]+)?$/.test(value),
    "is not a volume; write a path on the host, a colon and a path in the container, such as /srv/lists:/etc/lists:ro",
  );

/** A service that runs in a container. */
export const additions = (service: string, readers: string) => ({
  arguments: setting(
    list(argument(), "arguments").default([]),
    "Additional arguments of the program, each as it gets it, without any expansion. The program itself checks them on the host; with one that it refuses, `pulumi up` fails with its message, and what ran before runs on. Must not contain secrets.",
    { example: ["--log.level=debug"] },
  ),
  environment: environment(),
  secrets: ownSecrets(service, readers),
  secretEnvironment: setting(
    z
      .record(variable(), text(/^[^\p{Cc}]+$/u, "is not a name; write that of an entry of `secrets`"), {
        error: "is not a group of variables; write one `NAME: secret` a line below it",
      })
      .default({}),
    "Environment variables whose value is one of `secrets`, by its name. Whoever may see the program's processes may read it; a program that reads a file should get the file instead.",
    { example: { API_TOKEN: "token" } },
  ),
  files: setting(
    z
      .record(containerPath(), localPath(), {
        error: "is not a group of files; write one `/path/in/the/container: file` a line below it",
      })
      .default({}),
    "Files on this computer that are copied to the host, each by its path in the container, where it is read-only. A change restarts the service. Must not contain secrets.",
    { example: { "/etc/own/list.yml": "files/list.yml" } },
  ),
  volumes: setting(
    list(volume(), "volumes").default([]),
    "Directories or files of the host that the container sees: `path on the host:path in the container`, with options behind another colon (`ro` for read-only, `z` to relabel for SELinux). They have to be there, and stay when the service is removed.",
    { example: ["/srv/lists:/etc/lists:ro"] },
  ),
  resources: resources({ memory: "no limit", pids: "podman's, 2048" }),
});

/** A program of the host itself, which sees the host's own files. */
export const nativeAdditions = (usual: { memory: string; pids: string }) => ({
  environment: environment(),
  resources: resources(usual),
});

/** The path on the host of a volume. */
export const isHostPath = (value: string) => hostPath().safeParse(value).success;
export const isContainerPath = (value: string) => containerPath().safeParse(value).success;
