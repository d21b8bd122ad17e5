// When vmalert is of use; reads the user's own rules.
import type { z } from "zod";
import { shippedFiles } from "../../config/resolve/files";
import { checkQuadlet } from "../../config/resolve/quadlet";
import { withPlainSecrets } from "../../config/schema/words";
import type { ResolveContext } from "../../config/section";
import type { VmalertSettings, vmalert } from "./schema";

export function resolveVmalert(
  given: z.output<typeof vmalert>,
  { before, context, host, locate, report }: ResolveContext,
): VmalertSettings {
  checkQuadlet(given.quadlet, locate, report, "vmalert");
  const { victoriametrics } = before;
  if (given.enabled && !victoriametrics.enabled)
    report(
      locate(["enabled"]),
      "has no VictoriaMetrics to ask on its host; write enabled: true under podwatch:victoriametrics for it too, or remove it",
    );
  const enabled =
    given.enabled ?? (victoriametrics.enabled && host.scrapers.every(({ mode }) => mode === "agent"));
  const ruleFiles = shippedFiles(
    given.ruleFiles,
    { what: "a rule file", check: ruleFileProblem },
    (index) => locate(["ruleFiles", index]),
    context,
    report,
  );
  return withPlainSecrets({ ...given, enabled, ruleFiles });
}

/** vmalert checks its content on the host. */
const ruleFileProblem = (name: string) =>
  /\.ya?ml$/.test(name)
    ? undefined
    : "is not a rule file, which ends in .yml or .yaml; write the path of one, or rename it";
