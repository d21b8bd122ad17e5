import { homedir } from "node:os";
import { quote, type Report } from "../../config/problem";
import type { Locate } from "../../config/resolve/locate";
import { section } from "../../config/section";
import { type EngineSettings, engine } from "./schema";

function checkDaemon(given: EngineSettings, locate: Locate, report: Report): void {
  const { name, daemon, certificates } = given;
  for (const key of ["daemon", "certificates"] as const) {
    if (given[key] !== undefined && name !== "docker-api")
      report(locate([key]), `is for the engine docker-api, and this host has ${name}; remove it`);
  }
  if (name !== "docker-api") return;
  const encrypted = daemon?.startsWith("tcp://") ?? false;
  if (encrypted && certificates === undefined)
    report(
      locate(["daemon"]),
      `${quote(daemon)} without certificates lets in everybody, as root; write certificates, or use ssh://`,
    );
  if (!encrypted && certificates !== undefined)
    report(locate(["certificates"]), "is for tcp://; write daemon: tcp://..., or remove it");
}

export const engineSection = section("engine", {
  schema: engine,
  resolve: (given, { host, locate, report }) => {
    if (given.install && !host.become) {
      report(
        locate(["install"]),
        "true needs become: true, since only root can install packages; set become: true for this host, or install podman there yourself and remove it",
      );
    }
    if (given.remove && !given.install)
      report(locate(["remove"]), "true has nothing to remove without install: true; set that, or remove it");
    checkDaemon(given, locate, report);
    return given.certificates === undefined
      ? given
      : { ...given, certificates: given.certificates.replace(/^~(?=\/)/, homedir()) };
  },
  chapters: { engine: { title: "Engine" } },
});
