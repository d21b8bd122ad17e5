// A front that other hosts reach has to be encrypted and to ask for a log-in, unless the stack file says why not.
import { quote, type Report, show } from "../../config/problem";
import { type Layered, locateIn } from "../../config/resolve/locate";
import type { ServiceSettings } from "../../config/section";
import { type Tree, valueAt } from "../../config/walk";
import { isLoopback } from "../../lib/address";

/** A host with its part of the stack file. */
interface Placed extends Layered {
  readonly settings: ServiceSettings<string> & { readonly role: "monitor" | "target" };
}

const INSECURE = "insecure: <why that is safe here>";
const LOG_IN = "auth: { users: { alice: { access: write } } }";

export function checkOpenFronts(placed: readonly Placed[], stack: Tree, report: Report): void {
  for (const host of placed) checkOpenFront(host, stack, report);
}

function checkOpenFront(host: Placed, stack: Tree, report: Report): void {
  const { role, front } = host.settings;
  if (role === "target" || front.insecure !== undefined || isLoopback(front.bind)) return;
  const isEncrypted = front.tls !== false;
  const asks = front.auth !== undefined || !needsLogIn(host.settings);
  if (isEncrypted && asks) return;
  const locate = locateIn("front", host);
  const path = locate(["bind"]);
  const isWritten = [...host.layers.map(({ sound }) => sound), stack].some(
    (tree) => valueAt(tree, ["front", "tls"]) !== undefined,
  );
  const ways = [
    `To close it, write below ${show(path.slice(0, -1))}:`,
    ...(isEncrypted
      ? []
      : [`  tls: { ownCa: {} }${isClear(front.publicUrl) ? `, and publicUrl with https` : ""}`]),
    ...(asks ? [] : [`  ${LOG_IN}`]),
    isWritten
      ? "To leave it as it is, write there:"
      : "To leave it open, encrypted and without a log-in, write there:",
    `  ${INSECURE}`,
    ...(isWritten
      ? []
      : [
          "To leave it open in clear text, as before there was TLS, write there:",
          "  tls: false",
          `  ${INSECURE}`,
        ]),
  ];
  const lacks = [...(isEncrypted ? [] : ["in clear text"]), ...(asks ? [] : ["without a log-in"])].join(", ");
  report(
    path,
    `${quote(front.bind)} opens the front to everybody who reaches the host, ${lacks}; no stranger should get that far.\n${ways.map((line) => `    ${line}`).join("\n")}`,
  );
}

const isClear = (url: string) => url.startsWith("http://");

/** Grafana has a log-in of its own, and the start page shows nothing but links. */
function needsLogIn({
  prometheus,
  alertmanager,
  blackboxExporter,
  gateways,
  victoriametrics,
  front,
}: ServiceSettings<string>): boolean {
  return (
    [prometheus, alertmanager, blackboxExporter, gateways, victoriametrics].some(({ enabled }) => enabled) ||
    front.snippet !== undefined
  );
}
