import { inMilliseconds, inSeconds } from "../../lib/duration";
import type { SavedData } from "../../lib/savedData";
import type { Telemetry } from "../../lib/telemetry";
import { readTemplate } from "../../lib/template";
import type { TimerService } from "../../lib/timerService";
import { BACKUP } from "./endpoint";
import { backupRules } from "./rules";

export const PASSWORD_SECRET = `${BACKUP}-password`;
export const S3_SECRET = `${BACKUP}-s3`;

export interface BackupInput {
  /** Name of the host, which its backups are found by. */
  readonly host: string;
  readonly image: string;
  readonly schedule: string;
  readonly randomDelay: string;
  readonly keep: { readonly last: number; readonly within?: string | undefined };
  readonly repository: Repository;
  /** Directory of the node exporter's textfile collector. */
  readonly metrics: string;
  readonly data: readonly SavedData[];
}

/** Where the backups of all hosts are. */
export type Repository = { readonly directory: string } | { readonly s3: S3; readonly directory?: undefined };

interface S3 {
  readonly endpoint: string;
  readonly bucket: string;
  readonly prefix: string;
  readonly region?: string | undefined;
}

export function backup(input: BackupInput): TimerService {
  const { repository } = input;
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
    secrets: [PASSWORD_SECRET, ...(repository.directory === undefined ? [S3_SECRET] : [])],
    files: { job: job(input) },
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
function job({ host, keep, repository, metrics, data }: BackupInput): string {
  const lines = [
    ["host", host],
    ...("s3" in repository
      ? [
          ["url", s3Url(repository.s3)],
          ...(repository.s3.region === undefined ? [] : [["region", repository.s3.region]]),
        ]
      : [["directory", repository.directory]]),
    ["keep-last", String(keep.last)],
    ...(keep.within === undefined ? [] : [["keep-within", hours(keep.within)]]),
    ["metrics", metrics],
    ...data.map(({ service }) => ["service", service]),
    ...data.flatMap(({ service, rewritten = [] }) =>
      rewritten.map((pattern) => ["rewritten", `${service} ${pattern}`]),
    ),
    ...data.flatMap(({ service, appended = [] }) =>
      appended.map((path) => ["appended", `${service} ${path}`]),
    ),
  ];
  return lines.map((words) => `${words.join(" ")}\n`).join("");
}

/** Without the host's own path below it. */
export function s3Url({ endpoint, bucket, prefix }: S3): string {
  return `s3:${endpoint.replace(/\/+$/, "")}/${bucket}/${prefix}`;
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
  dashboards: [],
  ruleGroups: [backupRules],
};
