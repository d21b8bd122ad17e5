// The image of the executor, which hosts build from a shipped recipe.
import type { ImageBuild } from "../../config/schema/image";
import { assetsIn } from "../../lib/assets";
import { readTemplate } from "../../lib/template";
import versions from "../../versions.json";

const BASE = versions.images.python;

export function executorImage({ requirements }: { readonly requirements: readonly string[] }): ImageBuild {
  const programs = assetsIn("templates/executor").filter((name) => name.endsWith(".py"));
  const own = requirements.map((one) => `${one}\n`).join("");
  return {
    containerfile: readTemplate("executor/Containerfile"),
    files: {
      "requirements.txt": `${readTemplate("executor/requirements.txt")}${own}`,
      ...Object.fromEntries(programs.map((name) => [name, readTemplate(`executor/${name}`)])),
    },
    args: { BASE },
    bases: [BASE],
  };
}
