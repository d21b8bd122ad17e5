// Modules of the blackbox exporter that jobs ask for.
import { builtInModules } from "../components/blackbox-exporter/schema";
import type { Draft } from "./draft";
import type { Spot } from "./spot";

/** What the exporter's image brings, for jobs that name it without a file of their own. */
const OF_THE_IMAGE: Readonly<Record<string, unknown>> = {
  http_2xx: { prober: "http" },
  http_post_2xx: { prober: "http", http: { method: "POST" } },
  tcp_connect: { prober: "tcp" },
  ssh_banner: { prober: "tcp", tcp: { query_response: [{ expect: "^SSH-2.0-" }] } },
  icmp: { prober: "icmp" },
};

export function takeBlackbox(file: Spot): void {
  for (const name of Object.keys(file.at("modules").group))
    file.at("modules", name).put(["blackboxExporter", "modules", name], file.at("modules", name).value);
}

/** Adds those of the image that jobs name. */
export function addModules(draft: Draft): void {
  const { blackboxExporter } = draft.settings as { blackboxExporter?: { modules?: object } };
  const known = { ...builtInModules, ...blackboxExporter?.modules };
  for (const [name, at] of draft.modules) {
    if (Object.hasOwn(known, name)) continue;
    const module = OF_THE_IMAGE[name];
    if (module !== undefined) draft.set(["blackboxExporter", "modules", name], module, at);
    else
      draft.left.push({
        at,
        what: name,
        why: "is a module of the blackbox exporter whose file is not given",
        todo: "write it under blackboxExporter.modules",
      });
  }
}
