// Backups that a host makes by itself.
import type { z } from "zod";
import { certificates } from "../../config/schema/auth";
import { image } from "../../config/schema/image";
import {
  delay,
  duration,
  flag,
  group,
  hostPath,
  httpUrl,
  secretText,
  setting,
  text,
  type WithSecrets,
  whole,
} from "../../config/schema/words";
import versions from "../../versions.json";

/** systemd.time(7) "Calendar events", as far as a pattern tells; the host's own systemd checks the rest. */
const CALENDAR =
  /^(minutely|hourly|daily|weekly|monthly|quarterly|semiannually|yearly|annually|(?=.*[-:])(?:[A-Z][a-z]{2,8}(?:(?:,|\.\.)[A-Z][a-z]{2,8})* ?)?(?:[0-9*][0-9*,./~-]*)?(?: ?[0-9*][0-9*,./]*(?::[0-9*][0-9*,./]*){1,2})?)( [A-Z][A-Za-z0-9_+/-]{1,40})?$/;

const s3 = group({
  endpoint: setting(
    httpUrl().default("https://s3.amazonaws.com"),
    "URL of the server. Must not contain passwords.",
    { example: "https://s3.eu-central-1.amazonaws.com" },
  ),
  bucket: setting(
    text(
      /^[A-Za-z0-9][A-Za-z0-9._-]{1,62}$/,
      "is not the name of a bucket; write letters, digits, dots and dashes",
    ),
    "Bucket. It has to exist, or the key has to allow its creation.",
    { example: "my-company-backups" },
  ),
  prefix: setting(
    text(
      /^[A-Za-z0-9_-][A-Za-z0-9._-]*(\/[A-Za-z0-9_-][A-Za-z0-9._-]*)*$/,
      "is not a path in the bucket; write one such as podwatch or backups/podwatch, without a slash at either end",
    ).default("podwatch"),
    "Path in the bucket; below it each host has its own.",
  ),
  region: setting(
    text(/^[a-z0-9][a-z0-9-]{0,62}$/, "is not a region; write one such as eu-central-1").optional(),
    "Region of the bucket.",
    { example: "eu-central-1", defaultText: "asked of the server" },
  ),
  accessKeyId: setting(
    text(/^[\x21-\x7e]{1,128}$/, "is not the id of an access key; write it as the service gave it to you"),
    "Id of the access key.",
    { example: "AKIAIOSFODNN7EXAMPLE" },
  ),
  secretAccessKey: setting(
    secretText(/^[\x21-\x7e]{1,256}$/, "is not an access key; write it as the service gave it to you"),
    "The access key.",
    { secret: true },
  ),
  ca: setting(
    certificates("a certificate").optional(),
    "Trusted CA certificates of the server, instead of the system's: the PEM text, or the path of a file on this computer.",
    { lines: true, example: "tls/ca.pem", defaultText: "the CAs that the image trusts" },
  ),
}).meta({ id: "s3", description: "A bucket of an S3-compatible server." });

export const backup = group({
  enabled: setting(flag().optional(), "Whether the host makes backups by itself.", {
    example: true,
    defaultText: "`true` once `directory` or `s3` is set",
  }),
  schedule: setting(
    text(
      CALENDAR,
      'is not a time of systemd\'s calendar; write daily, one such as "*-*-* 03:00" or "Mon..Fri 22:30", and try it with systemd-analyze calendar',
    ).default("*-*-* 03:00"),
    "When a backup is made, as in `OnCalendar=` of systemd.time(7), in the host's time zone unless one follows. What was due while the host was down is made after its start.",
    { example: "Mon..Sat 22:30 UTC" },
  ),
  randomDelay: setting(
    delay().default("1h"),
    "A backup is made up to this much later, at random, so that hosts do not all start at once.",
  ),
  keep: setting(
    group({
      last: setting(
        whole(1, 9999, "is not a number of backups; write a whole number from 1").default(14),
        "How many backups of each service are kept.",
      ),
      within: setting(duration().optional(), "Backups of this age or younger are kept, however many.", {
        example: "90d",
        defaultText: "by number only",
      }),
    }).prefault({}),
    "Which backups are kept; the others are deleted after each new one.",
  ),
  directory: setting(
    hostPath().optional(),
    "Directory on the host, which may be a mounted one; below it each host has its own. Instead of `s3`.",
    {
      example: "/mnt/backups",
      defaultText: "`/var/backups/podwatch` without `s3`; `~/podwatch-backups` with `become: false`",
    },
  ),
  s3: setting(s3.optional(), "A bucket of an S3-compatible server. Instead of `directory`."),
  password: setting(
    secretText(
      /^[\x20-\x7e]{16,256}$/,
      "is not a password for backups; write 16 characters or more of ASCII, such as openssl rand -hex 24 prints",
    ).optional(),
    "Password that backups are encrypted with. Without it nobody can read them: keep one of your own in a safe place, too.",
    { secret: true, defaultText: "generated, an output of the stack" },
  ),
  image: image(versions.images.restic, "restic, which makes backups"),
}).meta({
  id: "backup",
  description:
    "Backups that the host makes by itself, encrypted by restic: the data of Prometheus, Grafana and Alertmanager.",
});

export type S3Settings<Secret = string> = WithSecrets<z.output<typeof s3>, Secret>;

/** Where the backups of all hosts are: below a directory of the host, or in a bucket. */
export type PlaceSettings<Secret = string> =
  | { readonly directory: string }
  | { readonly s3: S3Settings<Secret> };

/** Fully resolved, with one of the two places. */
export type BackupSettings<Secret = string> = WithSecrets<
  Omit<z.output<typeof backup>, "enabled" | "directory" | "s3">,
  Secret
> & { readonly enabled: boolean } & PlaceSettings<Secret>;

declare module "../../config/section" {
  interface ServiceSettings<Secret> {
    readonly backup: BackupSettings<Secret>;
  }
}
