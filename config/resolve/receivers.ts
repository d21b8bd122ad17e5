// Checks over several settings of a receiver.
import type { z } from "zod";
import { type Path, quote, type Report } from "../problem";
import { integrationKinds, type receiver } from "../schema/receivers";
import { isGroup } from "../walk";
import type { Locate } from "./locate";
import { plainSecrets } from "./plainSecrets";

type Given = z.output<typeof receiver>;

/** Names that Podwatch uses for receivers of its own. */
const ownReceivers = ["nobody", "dead-mans-switch"] as const;

/** @param written receivers as they were written, whole or not */
export function checkNames(written: unknown, locate: Locate, report: Report): void {
  for (const [name, given] of Object.entries(isGroup(written) ? written : {})) {
    const path = locate(["receivers", name]);
    if (ownReceivers.some((own) => own === name)) {
      report(path, `${quote(name)} is a receiver of Podwatch's own; write another name`);
    }
    if (isGroup(given) && Object.keys(given).length === 0) {
      report(
        path,
        `says of no way to be told; write at least one of ${integrationKinds.join(", ")} below it`,
      );
    }
  }
}

export function checkReceivers(
  receivers: Readonly<Record<string, Given>>,
  locate: Locate,
  report: Report,
): void {
  for (const [name, given] of Object.entries(receivers)) {
    const path = locate(["receivers", name]);
    for (const kind of integrationKinds) {
      if (given[kind] !== undefined) checkExtra(given[kind], [...path, kind], report);
    }
    checkLogin(given.email, [...path, "email"], report);
  }
}

function checkLogin(email: Given["email"], path: Path, report: Report): void {
  if (email === undefined || (email.authUsername === undefined) === (email.authPassword === undefined))
    return;
  const [missing, there] =
    email.authUsername === undefined ? ["authUsername", "authPassword"] : ["authPassword", "authUsername"];
  report([...path, missing ?? ""], `is missing; write it too, or remove ${there}`);
}

const secretWord = /(^|_)(key|token|password|secret|credentials)$/;

/** What is merged as it stands may neither overrule a setting nor hold a secret. */
function checkExtra(given: { extra?: Readonly<Record<string, unknown>> }, path: Path, report: Report): void {
  const extra = given.extra ?? {};
  const settings = new Map(
    [...Object.keys(given), "bearerToken", "authPassword"].map((name) => [snakeCase(name), name]),
  );
  for (const key of Object.keys(extra)) {
    const setting = settings.get(key.replace(/_file$/, ""));
    if (setting !== undefined) {
      const kind = String(path.at(-1));
      report(
        [...path, "extra", key],
        `would overrule what the receiver says itself; write it as ${setting} of ${kind}`,
      );
    } else if (secretWord.test(key)) {
      report(
        [...path, "extra", key],
        `is a secret, which anybody could read in previews and on the host; remove it`,
      );
    }
  }
  for (const inner of plainSecrets(extra)) {
    report(
      [...path, "extra", ...inner],
      "is a secret, which anybody could read in previews and on the host; remove it",
    );
  }
}

function snakeCase(name: string): string {
  return name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
}
