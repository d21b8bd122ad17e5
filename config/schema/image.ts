// The image of a service: one that is pulled, or one that the host builds from a Containerfile.
import { z } from "zod";
import { type DeepReadonly, group, isImage, list, localPath, setting, text } from "./words";

export const builtImage = group({
  containerfile: setting(
    localPath(),
    "Containerfile (or Dockerfile) on this computer. Its base image (`FROM`) must have a fixed tag or a digest.",
    { example: "images/prometheus/Containerfile" },
  ),
  context: setting(
    list(localPath(), "files").default([]),
    "Small text files on this computer, available to `COPY` under their base names (`*`, `?` and `**` as in a shell).",
    { example: ["images/prometheus/*.sh"] },
  ),
  args: setting(
    z
      .record(
        z.string().regex(/^[A-Za-z_][A-Za-z0-9_]*$/, {
          error: "is not the name of an argument; write letters, digits and _, as in its ARG",
        }),
        text(/^\P{Cc}*$/u, "is not a value; write one line of text, in quotes if it is a number"),
        { error: "is not a group of arguments; write one `NAME: value` a line below it" },
      )
      .default({}),
    "Values for the `ARG`s of the Containerfile. Must not contain secrets: they stay readable in the image.",
    { example: { VERSION: "1.2.3" } },
  ),
}).meta({
  id: "builtImage",
  description:
    "Builds the image of a service on the host itself, for example for a processor without published images. The Containerfile and its files are part of the service's bundle. When one of them changes, the image is built again before the running service is touched; a failed build changes nothing. The image has to keep the user, entry point and paths of the one it replaces.",
});

const message =
  "is neither an image nor how to build one; write registry/name:tag, or a group with a containerfile";

declare const imageMark: unique symbol;

/**
 * A service's image: a reference, or how to build it. In resolved settings it is always the
 * reference, hence its type; builds are in {@link ImageBuild}.
 */
export type ImageSetting = z.ZodDefault<z.ZodString> & { readonly [imageMark]: true };

export function image(pinned: string, service: string): ImageSetting {
  const reference = text(
    isImage,
    "is not a pinned image; write registry/name:tag with a fixed tag (not latest) or registry/name@sha256:digest",
  ).meta({ kind: "image" });
  const either = z.union([reference, builtImage], { error: message }).default(pinned);
  return setting(
    either as unknown as ImageSetting,
    `The container image of ${service}: registry, name, and a fixed tag or a digest; or how the host builds it.`,
    {
      example: "registry.my-company.net/mirror/name:1.2.3",
      placeholder: "an image of yours",
      defaultText: "pinned in `versions.json`",
    },
  );
}

/** An image that the host builds, with everything that goes into it. */
export type ImageBuild = DeepReadonly<{
  containerfile: string;
  /** The context, by name. */
  files: Record<string, string>;
  args: Record<string, string>;
  /** Its base images. */
  bases: string[];
}>;
