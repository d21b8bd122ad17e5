// The text of the stack file.
import { namespace } from "../config/namespace";
import { yamlText } from "../lib/yaml";
import type { Draft } from "./draft";

const HEADER = `# yaml-language-server: $schema=./podwatch.schema.json
#
# Written by \`npm run import\`; docs/importing.md says how. Every setting that is not here has its default.
`;

const HOST = `  # Where to deploy; docs/configuration.md, "One host".
  # ${namespace}:host:
  #   address: ADDRESS
  #   user: USER
  #   privateKeyFile: ~/.ssh/id_ed25519
  #   knownHostsFile: ~/.ssh/known_hosts
`;

const ORDER = ["host", "gateways", "front", "network", "prometheus", "alertmanager", "grafana"];

export function stackFile(draft: Draft): string {
  const place = (name: string) => ORDER.indexOf(name) + 1 || ORDER.length + 1;
  const names = Object.keys(draft.settings).sort((a, b) => place(a) - place(b));
  const sections = names.map((name) => yamlText({ [name]: draft.settings[name] }));
  const text = sections.map((section) => `  ${namespace}:${section.replace(/\n(?=.)/g, "\n  ")}`).join("");
  return `${HEADER}config:\n${draft.settings.host === undefined ? HOST : ""}${text}`;
}
