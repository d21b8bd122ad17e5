// What runs the containers of a host, where it is not there yet.
import type { z } from "zod";
import { choice, type DeepReadonly, flag, group, localPath, setting, text } from "../../config/schema/words";

const daemonAddress = () =>
  text(
    /^(unix:\/\/\/[^\s]+|tcp:\/\/[^\s/:@]+:\d{1,5}|ssh:\/\/[^\s/]+)$/,
    "is not the address of a daemon; write one such as unix:///var/run/docker.sock, ssh://me@build-host or tcp://build-host:2376",
  );

export const engine = group({
  name: setting(
    choice(["podman", "docker", "docker-api"]).default("podman"),
    "What runs the containers of a host. `podwatch:engine: docker` is short for this setting alone. [docs/engines.md](engines.md) says what each can do.",
    { example: "docker" },
  ),
  install: setting(
    flag().default(false),
    "Whether the engine is installed where it is missing: from the distribution's packages, by apt, dnf, zypper or apk. Needs `become: true`. If the distribution's podman is older than 4.4, or its Docker older than 20.10, this is refused before anything is changed.",
  ),
  remove: setting(
    flag().default(false),
    "Whether `pulumi destroy` removes the packages that were installed for `install`. They stay if anything else on the host uses the engine, or needs one of them.",
  ),
  daemon: setting(
    daemonAddress().optional(),
    "Only with `docker-api`: where the daemon is. `ssh://` needs the program `ssh` here and `docker` there; `tcp://` needs `certificates`.",
    {
      example: "ssh://me@build-host",
      defaultText: "what the variable `DOCKER_HOST` says, otherwise `unix:///var/run/docker.sock`",
    },
  ),
  certificates: setting(
    localPath().optional(),
    "Only with `tcp://`: directory on this computer with `ca.pem`, `cert.pem` and `key.pem`, as for `DOCKER_CERT_PATH`.",
    { example: "~/.docker/build-host" },
  ),
}).meta({
  id: "engine",
  description: "What runs the containers of a host: podman or Docker.",
  short: "name",
});

export type EngineSettings = DeepReadonly<z.output<typeof engine>>;

declare module "../../config/section" {
  interface ServiceSettings<Secret> {
    readonly engine: EngineSettings;
  }
}
