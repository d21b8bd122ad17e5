// Checks that involve several settings of a receiver.
import type { z } from "zod";
import type { Context } from "../../config/context";
import { type Path, quote, type Report, show } from "../../config/problem";
import { checkOverruled, resolveAuth } from "../../config/resolve/auth";
import type { Locate } from "../../config/resolve/locate";
import { type NativeConfiguration, refuseSecrets } from "../../config/resolve/plainSecrets";
import { type HttpAuth, httpAuth } from "../../config/schema/auth";
import { isGroup } from "../../config/walk";
import { type KindName, kindNames, kindOf, secretAddresses } from "./receivers/kinds";
import type { receiver } from "./receivers.schema";

type Given = z.output<typeof receiver>;
/** Whatever its kind. */
type Channel = Partial<HttpAuth> & { readonly extra: Readonly<Record<string, unknown>> };

/** Names of Podwatch's built-in receivers. */
const ownReceivers = ["nobody", "dead-mans-switch", "site-contacts"] as const;

/** @param written receivers as they were written, whole or not */
export function checkNames(written: unknown, locate: Locate, report: Report): void {
  for (const [name, given] of Object.entries(isGroup(written) ? written : {})) {
    const path = locate(["receivers", name]);
    if (ownReceivers.some((own) => own === name)) {
      report(path, `${quote(name)} is a receiver of Podwatch's own; write another name`);
    }
    if (isGroup(given) && Object.keys(given).length === 0) {
      report(path, `has no channel; write at least one of ${kindNames.join(", ")} below it`);
    }
  }
}

/** The receivers as they are rendered: certificates and keys are read. */
export function resolveReceivers(
  receivers: Readonly<Record<string, Given>>,
  locate: Locate,
  context: Context,
  report: Report,
): Record<string, Given> {
  return Object.fromEntries(
    Object.entries(receivers).map(([name, given]) => {
      const path = locate(["receivers", name]);
      const ways = kindNames.flatMap((kind) => {
        const way = given[kind] as Channel | undefined;
        if (way === undefined) return [];
        checkExtra(way, [...path, kind], locate(["secrets"]), report);
        checkTogether(kind, way, [...path, kind], report);
        return [[kind, resolveAuth(way, [...path, kind], context, report)] as const];
      });
      const { extra } = given;
      if (extra !== undefined) checkChannels(extra, path, locate(["secrets"]), report);
      return [name, { ...Object.fromEntries(ways), ...(extra && { extra }) } as Given];
    }),
  );
}

/** Some settings need each other, such as a user and a password. */
function checkTogether(kind: KindName, way: object, path: Path, report: Report): void {
  const pair = kindOf(kind).together ?? [];
  const missing = pair.filter((setting) => !Object.hasOwn(way, setting));
  const [there] = pair.filter((setting) => !missing.includes(setting));
  if (missing.length !== 1 || there === undefined) return;
  report([...path, ...missing], `is missing; write it too, or remove ${there}`);
}

/** Channels in Alertmanager's syntax may not contain secrets. */
function checkChannels(extra: NonNullable<Given["extra"]>, owner: Path, secrets: Path, report: Report): void {
  const around = (below: Path): NativeConfiguration => ({
    owner,
    below,
    what: "the receiver",
    login: () => undefined,
    secrets,
    file: "/run/secrets/alertmanager.NAME",
  });
  for (const [kind, channels] of Object.entries(extra)) {
    channels.forEach((channel, index) => {
      const below = ["extra", kind, index];
      refuseSecrets(channel, around(below), report);
      for (const key of secretAddresses(kind).filter((name) => typeof channel[name] === "string")) {
        const instead = `${key}_file: /run/secrets/alertmanager.NAME`;
        report(
          [...owner, ...below, key],
          `is a secret, which anybody could read in previews and on the host; write ${instead} in its place, and type: pulumi config set --secret --path '${show([...secrets, "NAME"])}'`,
        );
      }
    });
  }
}

/** Options merged verbatim may neither override a setting nor contain a secret. */
function checkExtra(given: Channel, path: Path, secrets: Path, report: Report): void {
  const kind = String(path.at(-1));
  const settings = new Map([...Object.keys(given), "authPassword"].map((name) => [snakeCase(name), name]));
  const others = Object.entries(given.extra).filter(([key]) => {
    const setting = settings.get(key.replace(/_file$/, ""));
    if (setting === undefined || Object.hasOwn(httpAuth, setting)) return true;
    report(
      [...path, "extra", key],
      `would override the receiver's own settings; write it as ${setting} of ${kind}`,
    );
    return false;
  });
  checkOverruled(given.extra.http_config, given, [...path, "extra", "http_config"], kind, report);
  const around: NativeConfiguration = {
    owner: path,
    below: ["extra"],
    what: kind,
    login: (inner) => (hasHttpLogin(kind) && inner.join() === "http_config" ? [] : undefined),
    secrets,
    file: "/run/secrets/alertmanager.NAME",
  };
  refuseSecrets(Object.fromEntries(others), around, report);
}

/** Mail is no HTTP, and AWS has log-ins of its own. */
const hasHttpLogin = (kind: string) => "bearerToken" in kindOf(kind as KindName).settings;

function snakeCase(name: string): string {
  return name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
}
