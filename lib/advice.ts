import { MACHINES } from "./machines";
import { quote } from "./shell";

/**
 * What users can do about errors of the runner, by topic, for the services whose bundles do not say so themselves. A new
 * service puts it into its bundle, as headers `advice <topic> <text>`; a change of an existing bundle would be deployed.
 */
const FORMER_ADVICE: Readonly<Record<string, string>> = {
  "published-port": "set podwatch:front.bind to 127.0.0.1",
  "listen-address": "set podwatch:nodeExporter.bind to one that it has",
  "listen-port":
    "set podwatch:nodeExporter.port\n(if it is the distribution's own node exporter: systemctl disable --now prometheus-node-exporter)",
  download: "set podwatch:nodeExporter.release.mirror, or nodeExporter.from to package",
  ...Object.fromEntries(
    Object.entries(MACHINES).map(([machine, uname]) => [
      `machine.${uname}`,
      `write it as\npodwatch:nodeExporter.release.sha256.${machine} (it stands in sha256sums.txt beside the release), or set nodeExporter.from to package`,
    ]),
  ),
  "other-machine": "set\npodwatch:nodeExporter.from to package",
};

/** The part of the runner that gives it. */
export function formerAdvice(): string {
  const cases = Object.entries(FORMER_ADVICE).map(([topic, text]) => `    ${topic}) say ${quote(text)} ;;\n`);
  return `former_advice() {\n  case $1 in\n${cases.join("")}  esac\n}\n`;
}
