// What runs the containers of a host, where it is not there yet.
import type { z } from "zod";
import { type DeepReadonly, flag, group, setting } from "../../config/schema/words";

export const engine = group({
  install: setting(
    flag().default(false),
    "Whether podman is installed where it is missing: from the distribution's packages, by apt, dnf, zypper or apk. Needs `become: true`. If the distribution's podman is older than 4.4, this is refused before anything is changed.",
  ),
  remove: setting(
    flag().default(false),
    "Whether `pulumi destroy` removes the packages that were installed for `install`. They stay if anything else on the host uses podman, or needs one of them.",
  ),
}).meta({ id: "engine", description: "podman, which runs the containers of a host." });

export type EngineSettings = DeepReadonly<z.output<typeof engine>>;

declare module "../../config/section" {
  interface ServiceSettings<Secret> {
    readonly engine: EngineSettings;
  }
}
