// The executor: runs scenarios against APIs at their times.
import { z } from "zod";
import { additions } from "../../config/schema/additions";
import { certificates, privateKey } from "../../config/schema/auth";
import { image } from "../../config/schema/image";
import { quadletSetting } from "../../config/schema/quadlet";
import {
  choice,
  type DeepReadonly,
  data,
  delay,
  duration,
  flag,
  group,
  list,
  localPath,
  secretText,
  setting,
  size,
  text,
  type WithSecrets,
  whole,
} from "../../config/schema/words";
import versions from "../../versions.json";
import { checkedService } from "../topology/service.schema";
import { cron } from "./cron.schema";

const name = (what: string) =>
  text(
    /^[A-Za-z0-9][A-Za-z0-9_.-]{0,63}$/,
    `is not the name of ${what}; write up to 64 letters, digits, _, - and ., beginning with a letter or digit`,
  );

/** A path below the top of the repository or directory. */
const scenarioPath = () =>
  text(
    (value) =>
      /^[A-Za-z0-9_*?][A-Za-z0-9._*?@+-]*(\/[A-Za-z0-9._*?@+-]+)*$/.test(value) &&
      !/(^|\/)\.{1,2}(\/|$)/.test(value),
    "is not a path in the repository or directory; write one such as playbooks/scenario1.yaml or playbooks/*.yaml, without a slash at the start and without ..",
  );

const ref = () =>
  text(
    (value) =>
      /^[A-Za-z0-9_][A-Za-z0-9._/@+-]{0,254}$/.test(value) && !/\.\.|\/\/|\/$|\.lock$|@\{/.test(value),
    "is not a ref; write a branch, a tag or the full id of a commit",
  );

const isRepository = (value: string) =>
  /^ssh:\/\/[A-Za-z0-9_.-]+@[A-Za-z0-9.-]+(:\d{1,5})?\/[^\s?#'"\\]+$/.test(value) ||
  /^[A-Za-z0-9_.-]+@[A-Za-z0-9.-]+:[^\s?#'"\\:]+$/.test(value) ||
  /^https:\/\/[A-Za-z0-9.-]+(:\d{1,5})?\/[^\s?#'"\\@]+$/.test(value);

const repository = group({
  url: setting(
    text(
      isRepository,
      "is not the URL of a git repository; write one such as ssh://git@git.my-company.net/team/scenarios.git, git@git.my-company.net:team/scenarios.git or https://git.my-company.net/team/scenarios.git, without a password",
    ),
    "URL of the git repository, by SSH or HTTPS.",
    { example: "ssh://git@git.my-company.net/apimon/scenarios.git" },
  ),
  ref: setting(ref().default("main"), "Branch, tag or commit that is followed."),
  key: setting(
    privateKey().optional(),
    "Private key to read it by SSH, without a passphrase: a deploy key.",
    {
      secret: true,
      lines: true,
    },
  ),
  hostKey: setting(
    z
      .string({
        error: "is not a host key; write what `ssh-keyscan -t ed25519 ADDRESS` prints after the address",
      })
      .optional(),
    "Pinned public key of the git server, needed for SSH: type and key as in a known_hosts file.",
    { example: "ssh-ed25519 AAAA...", lines: true },
  ),
  token: setting(
    secretText(/^[\x21-\x7e]{1,1024}$/, "is not a token; write it as the git server shows it").optional(),
    "Token or password to read it by HTTPS.",
    { secret: true, defaultText: "it is read without a log-in" },
  ),
  ca: setting(
    certificates("a certificate").optional(),
    "Trusted CA certificates for HTTPS, instead of the image's: the PEM text, or the path of a file on this computer.",
    { lines: true, example: "tls/ca.pem", defaultText: "the CAs that the image trusts" },
  ),
  refresh: setting(duration().default("2m"), "How often it is fetched."),
}).meta({ id: "scenarioRepository", description: "The git repository of the scenarios." });

export const scenario = group({
  path: setting(
    scenarioPath(),
    "What runs: a path in the repository or directory. With `*` and `?` it stands for a job for each file that matches, called `job.file`.",
    { example: "playbooks/scenario1_token.yaml" },
  ),
  type: setting(
    choice(["ansible", "executable", "nagios"]).optional(),
    "`ansible`: a playbook. `executable`: a program, ok with exit status 0. `nagios`: a plugin, whose status 0 to 3 is ok, warning, critical or unknown, with performance data.",
    { example: "nagios", defaultText: "`ansible` for .yml and .yaml, otherwise `executable`" },
  ),
  arguments: setting(
    list(
      text(/^[^\p{Cc}]+$/u, "is not an argument; write one line of text, in quotes if it is a number"),
      "arguments",
    ).default([]),
    "Its arguments, each as the program gets it. Must not contain secrets.",
    { example: ["-H", "api.my-company.net"] },
  ),
  interval: setting(duration().optional(), "How often it runs. Jobs of one interval are spread over it.", {
    example: "5m",
    defaultText: "by `cron`",
  }),
  cron: setting(
    cron().optional(),
    "When it runs, as in crontab(5): minute, hour, day, month, day of the week.",
    {
      example: "30 6 * * mon-fri",
      defaultText: "by `interval`",
    },
  ),
  timeZone: setting(
    text(
      /^[A-Za-z]+(\/[A-Za-z0-9_+-]+){0,2}$/,
      "is not a time zone; write one such as UTC or Europe/Berlin",
    ).default("UTC"),
    "Time zone of `cron`.",
  ),
  timeout: setting(
    duration().optional(),
    "A run that takes longer is ended, with all processes that it started.",
    { example: "4m", defaultText: "the interval, at most `5m`; `5m` with `cron`" },
  ),
  exclusive: setting(
    name("a group").optional(),
    "Group of jobs of which one runs at a time; the others wait for it.",
    { example: "quota", defaultText: "runs beside all others" },
  ),
  environment: setting(
    z
      .record(
        text(/^[A-Za-z_][A-Za-z0-9_]*$/, "is not the name of a variable; write letters, digits and _"),
        text(/^\P{Cc}*$/u, "is not a value; write one line of text, in quotes if it is a number"),
        { error: "is not a group of variables; write one `NAME: value` a line below it" },
      )
      .default({}),
    "Environment variables of the job. Must not contain secrets.",
    { example: { OS_CLOUD: "production" } },
  ),
  cleanup: setting(
    scenarioPath().optional(),
    "What runs after a run that was ended, for a minute at most: a path like that of the job.",
    { example: "playbooks/cleanup.yaml", defaultText: "nothing" },
  ),
  service: setting(
    checkedService.optional(),
    "Service that it checks, whose [availability](availability.md#checks-by-the-executor) its results count for.",
    { defaultText: "none" },
  ),
}).meta({ id: "scenario", description: "A job of the executor." });

export const executor = group({
  enabled: setting(flag().optional(), "Whether the executor is deployed.", {
    defaultText: "`true` once there are jobs",
  }),
  zone: setting(name("a zone").optional(), "Where it runs, a label of all that it reports.", {
    example: "eu-de-1",
    defaultText: "the name of the host",
  }),
  repository: setting(repository.optional(), "The git repository of the scenarios. Instead of `directory`."),
  directory: setting(
    localPath().optional(),
    "Directory on this computer with the scenarios, text files only. Instead of `repository`.",
    { example: "scenarios" },
  ),
  jobs: setting(
    z
      .record(name("a job"), scenario, {
        error: "is not a group of jobs; write one `name:` a line and the job's settings below it",
      })
      .default({}),
    "What runs, and when.",
  ),
  threads: setting(
    whole(1, 256, "is not a number of threads; write a whole number from 1 to 256").default(8),
    "Most jobs at a time.",
  ),
  clouds: setting(
    secretText(
      (value) => /^clouds:/m.test(value),
      "is not a clouds.yaml; write its text, with `clouds:` at its top",
    ).optional(),
    "The text of a clouds.yaml for openstacksdk and Ansible, a file that jobs find by `OS_CLIENT_CONFIG_FILE`. A new one restarts nothing.",
    { secret: true, lines: true },
  ),
  calls: setting(
    list(choice(["lines", "statsd"]), "ways").default(["lines"]),
    "How the SDK of OpenStack in scenarios reports its calls to Telegraf: `lines`, one for each call, with zone and job; `statsd`, as `openstack.api.*`. `[]`: not at all.",
    { example: ["lines", "statsd"] },
  ),
  logs: setting(
    group({
      keep: setting(
        whole(1, 9999, "is not a number of logs; write a whole number from 1").default(50),
        "How many logs of each job are kept.",
      ),
      within: setting(duration().default("14d"), "Logs that are older are deleted, however few."),
      size: setting(size().default("1MB"), "Most of a log; the rest of the output is dropped."),
    }).prefault({}),
    "Which logs of runs are kept.",
  ),
  stopWithin: setting(
    delay().default("300s"),
    "How long a stop of the executor waits for jobs that run, at most 300s; then they are ended.",
  ),
  requirements: setting(
    list(
      text(
        /^[A-Za-z0-9][A-Za-z0-9._-]*==[A-Za-z0-9.+!]+$/,
        "is not a pinned package; write name==version, such as python-otcextensions==0.32.10",
      ),
      "packages",
    ).default([]),
    "Further Python packages for scenarios, pinned, with all that they need; the host installs them when it builds the image.",
    { example: ["ansible==13.1.0"] },
  ),
  ...additions("executor", "jobs"),
  quadlet: quadletSetting(),
  data: data("logs of runs and the copy of the repository"),
  image: image(versions.images.python, "the executor, with all that the shipped recipe installs"),
}).meta({
  id: "executor",
  description: "The executor: runs scenarios, such as Ansible playbooks or Nagios plugins, at their times.",
});

export type Scenario = DeepReadonly<z.output<typeof scenario>>;

/** Fully resolved. */
export type ExecutorSettings<Secret = string> = WithSecrets<
  Omit<z.output<typeof executor>, "enabled" | "jobs" | "directory"> & { enabled: boolean },
  Secret
> & {
  readonly jobs: Readonly<Record<string, ResolvedScenario>>;
  /** The files of the directory, by path below it. */
  readonly scenarios?: Readonly<Record<string, string>>;
  /** A line for the known hosts of SSH. */
  readonly knownHosts?: string;
};

export type ResolvedScenario = Scenario & {
  readonly type: "ansible" | "executable" | "nagios";
  readonly timeout: string;
};

declare module "../../config/section" {
  interface ServiceSettings<Secret> {
    readonly executor: ExecutorSettings<Secret>;
  }
}
