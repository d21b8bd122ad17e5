import { inMilliseconds, inSeconds } from "../../lib/duration";
import type { SavedData } from "../../lib/savedData";
import type { Telemetry } from "../../lib/telemetry";
import { readTemplate } from "../../lib/template";
import type { TimerService } from "../../lib/timerService";
import { BACKUP } from "./endpoint";
import { backupRules } from "./rules";

export const PASSWORD_SECRET = `${BACKUP}-password`;
export const S3_SECRET = `${BACKUP}-s3`;

/** Certificates that the bucket's server is verified by. */
const CA_FILE = "ca.pem";

export interface BackupInput {
  /** Name of the host, which its backups are found by. */
  readonly host: string;
  readonly image: string;
  readonly schedule: string;
  readonly randomDelay: string;
  readonly keep: { readonly last: number; readonly within?: string | undefined };
  readonly place: Place;
  /** Directory of the node exporter's textfile collector. */
  readonly metrics: string;
  readonly data: readonly SavedData[];
}

/** Where the backups of all hosts are. */
export type Place = { readonly directory: string } | { readonly s3: S3 };

interface S3 {
  readonly endpoint: string;
  readonly bucket: string;
  readonly prefix: string;
  readonly region?: string | undefined;
  readonly ca?: string | undefined;
}

export function backup(input: BackupInput): TimerService {
  const place = described(input.place);
  return {
    kind: "timer",
    name: BACKUP,
    description: "Podwatch backup",
    schedule: input.schedule,
    randomDelay: inSeconds(input.randomDelay),
    runs: ["save", BACKUP],
    ends: ["save-ended", BACKUP],
    within: 12 * 3600,
    image: input.image,
    secrets: [PASSWORD_SECRET, ...place.secrets],
    files: { job: job(input, place.lines), ...place.files },
    directories: [input.metrics],
    hooks: {
      started: readTemplate("backup/started.sh"),
      removed: readTemplate("backup/removed.sh"),
    },
    advice: {
      schedule: "correct podwatch:backup.schedule",
      repository: "correct podwatch:backup.s3 or podwatch:backup.directory",
      password:
        "set podwatch:backup.password to the one that they were made with, or choose another directory or prefix under podwatch:backup",
    },
  };
}

/** What the runner reads: a line `<key> <value>` for each fact. */
function job({ host, keep, metrics, data }: BackupInput, place: readonly Line[]): string {
  const lines: Line[] = [
    ["host", host],
    ...place,
    ["keep-last", String(keep.last)],
    ...(keep.within === undefined ? [] : [["keep-within", hours(keep.within)] as const]),
    ["metrics", metrics],
    ...data.map(({ service }): Line => ["service", service]),
    ...data.flatMap(({ service, rewritten = [] }) =>
      rewritten.map((pattern): Line => ["rewritten", `${service} ${pattern}`]),
    ),
    ...data.flatMap(({ service, appended = [] }) =>
      appended.map((path): Line => ["appended", `${service} ${path}`]),
    ),
  ];
  return lines.map((words) => `${words.join(" ")}\n`).join("");
}

type Line = readonly [key: string, value: string];

/** What a place adds to the bundle. */
interface Described {
  readonly url: string;
  readonly lines: readonly Line[];
  readonly secrets: readonly string[];
  readonly files: Readonly<Record<string, string>>;
}

function described(place: Place): Described {
  if ("directory" in place) {
    const { directory } = place;
    return { url: directory, lines: [["directory", directory]], secrets: [], files: {} };
  }
  const { endpoint, bucket, prefix, region, ca } = place.s3;
  const url = `s3:${endpoint.replace(/\/+$/, "")}/${bucket}/${prefix}`;
  return {
    url,
    lines: [["url", url], ...(region === undefined ? [] : [["region", region] as const])],
    secrets: [S3_SECRET],
    files: ca === undefined ? {} : { [CA_FILE]: ca },
  };
}

/** The repository of a host, as restic has it. */
export function repositoryOf(place: Place, host: string): string {
  return `${described(place).url}/${host}`;
}

/** restic knows no weeks, and months of any length. */
function hours(duration: string): string {
  return `${Math.max(1, Math.ceil(inMilliseconds(duration) / 3_600_000))}h`;
}

/** The file that restic reads its access key from. */
export function s3Credentials(accessKeyId: string, secretAccessKey: string): string {
  return `[default]\naws_access_key_id = ${accessKeyId}\naws_secret_access_key = ${secretAccessKey}\n`;
}

/** Backups are told of by the node exporters of their hosts. */
export const BACKUP_TELEMETRY: Telemetry<never> = {
  scrapeJobs: [],
  dashboards: ["backups.json"],
  ruleGroups: [backupRules],
};
