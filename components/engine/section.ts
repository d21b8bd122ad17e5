import { section } from "../../config/section";
import { engine } from "./schema";

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
    return given;
  },
  chapters: { engine: { title: "Engine" } },
});
