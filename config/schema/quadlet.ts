// The user's additional keys for a service's Quadlet unit. Refuses keys that would make it another service, or weaken its isolation.
import { z } from "zod";
import { type DeepReadonly, group, list, setting } from "./words";

/** The sections of the unit that accept additional keys. */
export const quadletSections = ["Container", "Service", "Unit"] as const;
export type QuadletSection = (typeof quadletSections)[number];

/** An empty value would reset the preceding ones; a backslash at the end would continue on the next line. */
const isPlainValue = (value: string) =>
  /^[^\p{Cc}]+$/u.test(value) && value.trim() !== "" && !/\\$/.test(value);

/** Anything that is not a value becomes one that is refused, so that the error quotes what the user wrote. */
const asText = (given: unknown) =>
  typeof given === "string" ? given : ["number", "boolean"].includes(typeof given) ? String(given) : "";

const values = z
  .preprocess(
    (given) => (Array.isArray(given) ? given : [given]),
    list(z.preprocess(asText, z.string()), "values").refine(
      (items) => items.length > 0 && items.every(isPlainValue),
      {
        error:
          "is not a value of a unit; write one line (or a list of such) that is not empty, without control characters, not ending in \\",
      },
    ),
  )
  .meta({ oneOrMany: true });

const section = (name: QuadletSection, what: string, example: Record<string, unknown>) =>
  setting(
    z
      .record(
        z.string().regex(/^[A-Za-z][A-Za-z0-9]*$/, {
          error: "is not a key of a unit; write letters and digits only, such as Memory",
        }),
        values,
        { error: "is not a group of keys; write one `Key: value` a line below it" },
      )
      .default({}),
    `Keys added to the section \`[${name}]\`, ${what}, each with one value or a list of values.${name === "Container" ? ` Some, such as \`Environment\` and \`Label\`, are split at spaces; quote a value with spaces as a whole: \`'"NAME=some words"'\`.` : ""}`,
    { example },
  );

export const quadlet = group({
  Container: section("Container", "as in podman-systemd.unit(5)", { Ulimit: "nofile=65536:65536" }),
  Service: section("Service", "as in systemd.service(5)", { MemoryMax: "2G" }),
  Unit: section("Unit", "as in systemd.unit(5)", { After: "network-online.target" }),
}).meta({
  id: "quadlet",
  description:
    "Additional keys at the end of a service's unit, for options without a setting. The host's podman has to support them. They must not contain secrets: everybody on the host can read a unit. Keys that would change what the service is, its sandboxing or how it is reached are refused.",
});

export const quadletSetting = () =>
  setting(quadlet.prefault({}), "Additional keys for the service's Quadlet unit.");

export type QuadletSettings = DeepReadonly<z.output<typeof quadlet>>;

/** Keys whose value is split at spaces into assignments: words without `=` are silently dropped. */
export const assignmentKeys: Readonly<Record<QuadletSection, readonly string[]>> = {
  Container: ["environment", "label", "annotation", "sysctl", "logopt"],
  Service: ["environment"],
  Unit: [],
};

/** Keys whose value is split at spaces, although a single value is always intended. */
export const listKeys: Readonly<Record<QuadletSection, readonly string[]>> = {
  Container: ["secret", "environmentfile", "mask"],
  Service: [],
  Unit: [],
};

const confines = "belongs to the confinement, which is not for a stack file to undo; remove it";
const identifies = "is how Podwatch finds its own services again; remove it";
const runs = "decides what the service runs, which Podwatch does itself; remove it";
const identity = "is the numeric user of the image, which its files and secrets are made for; remove it";
const engine = "hands podman options that nothing checks; write the key of its own that the option has";

/** Why a key is refused, by its name in lower case. */
export const refusedKeys: Readonly<Record<QuadletSection, Readonly<Record<string, string>>>> = {
  Container: {
    image: "has a setting of its own; use the setting image",
    rootfs: "has a setting of its own; use the setting image",
    autoupdate: "would change the image behind Pulumi's back; use the setting image",
    pull: "would fetch images without a check; use the setting image",
    network:
      "would take the service out of the network that the others reach it in; use the settings of podwatch:network",
    ip: "is given by the network; use the settings of podwatch:network",
    ip6: "is given by the network; use the settings of podwatch:network",
    publishport:
      "would open a second door; use the settings bind and port of podwatch:front, which everything is reached through",
    exposehostport:
      "would open a second door; use the settings bind and port of podwatch:front, which everything is reached through",
    containername: identifies,
    servicename: identifies,
    pod: identifies,
    startwithpod: identifies,
    user: identity,
    group: identity,
    groupadd: identity,
    userns: identity,
    uidmap: identity,
    gidmap: identity,
    subuidmap: identity,
    subgidmap: identity,
    remapusers: identity,
    remapuid: identity,
    remapgid: identity,
    remapuidsize: identity,
    readonly: confines,
    volatiletmp: confines,
    dropcapability: confines,
    addcapability: confines,
    nonewprivileges: confines,
    seccompprofile: confines,
    apparmor: confines,
    securitylabeldisable: confines,
    securitylabelnested: confines,
    securitylabeltype: confines,
    securitylabelfiletype: confines,
    securitylabellevel: confines,
    unmask: confines,
    adddevice: confines,
    environmenthost:
      "would show the host's environment to the container; write the variables under Environment",
    podmanargs: engine,
    globalargs: engine,
    containersconfmodule: engine,
    exec: runs,
    entrypoint: runs,
    runinit: runs,
    notify: runs,
  },
  Service: {
    type: runs,
    execstart: runs,
    execstop: runs,
    execstoppost: runs,
    remainafterexit: runs,
    pidfile: runs,
    notifyaccess: runs,
    killmode: runs,
    delegate: runs,
    restart: "keeps the service running and brings it back after a reboot; remove it",
    user: "is refused by podman for a container's unit; remove it",
    group: "is refused by podman for a container's unit; remove it",
    dynamicuser: "is refused by podman for a container's unit; remove it",
  },
  Unit: {
    sourcepath: identifies,
  },
};
