// A page as a PNG, photographed by Chromium.
import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import type { Page } from "./page";

const BROWSERS = ["chromium", "chromium-browser", "google-chrome"];

/** How long the browser may take, in milliseconds. */
const WITHIN = 60_000;

/** @throws Error when there is no browser, or it makes no picture */
export function photograph({ html, width, height }: Page, file: string): void {
  const directory = mkdtempSync(join(tmpdir(), "podwatch-preview-"));
  try {
    writeFileSync(join(directory, "page.html"), html);
    execFileSync(
      browser(),
      [
        "--headless",
        "--no-sandbox",
        "--disable-gpu",
        "--disable-dev-shm-usage",
        "--hide-scrollbars",
        `--user-data-dir=${join(directory, "profile")}`,
        `--window-size=${width},${height}`,
        `--screenshot=${resolve(file)}`,
        join(directory, "page.html"),
      ],
      { stdio: ["ignore", "ignore", "ignore"], timeout: WITHIN },
    );
  } finally {
    rmSync(directory, { recursive: true, force: true, maxRetries: 5 });
  }
}

function browser(): string {
  const found = BROWSERS.find((name) => {
    try {
      execFileSync(name, ["--version"], { stdio: "ignore" });
      return true;
    } catch {
      return false;
    }
  });
  if (found === undefined) {
    throw new Error("a browser is needed for pictures: install chromium (Debian: apt-get install chromium)");
  }
  return found;
}
