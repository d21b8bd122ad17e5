// Jobs whose targets Prometheus finds by itself, with presets for their relabelling.
import {
  authFiles,
  authSecrets,
  type HttpAuth,
  httpAuthConfig,
  type NamedSecret,
  tlsConfig,
} from "../../lib/auth";
import { KINDS, type Kind } from "../../lib/discovery";
import { type HostDirectory, RELOADED_SECRETS_DIRECTORY } from "../../lib/service";
import type { ScrapeConfig } from "../../lib/telemetry";
import { toYaml } from "../../lib/yaml";
import type { DiscoveryJob, Native, Optional } from "./discoveries.render";
import { type NativeHistograms, withHistograms } from "./histograms.render";
import { relabelling } from "./relabel.render";
import { targetFilePath } from "./render";
import { commonConfig, type Job, jobOwner, shippedName } from "./scrape.render";

export function kindOf(job: Optional<Record<Kind, unknown>>): Kind {
  const kind = KINDS.find((one) => job[one] !== undefined);
  if (kind === undefined) throw new Error("a job without a service discovery");
  return kind;
}

/** Keys for which Prometheus has no file: a job with one of these is a file of its own, which is a secret as a whole. */
type Inline<Secret> = Readonly<Record<string, Secret>>;

export function inlineSecrets<Secret>(job: DiscoveryJob<Secret>): Inline<Secret> | undefined {
  const { openstack, ec2 } = job;
  if (openstack?.applicationCredential)
    return { application_credential_secret: openstack.applicationCredential.secret };
  if (openstack?.user) return { password: openstack.user.password };
  return ec2?.secretKey === undefined ? undefined : { secret_key: ec2.secretKey };
}

/** The job without its inline secrets. */
export function discoveryScrapeConfig(job: DiscoveryJob): ScrapeConfig {
  return discovering(job, {});
}

function discovering(job: DiscoveryJob, inline: Inline<string>): ScrapeConfig {
  const kind = kindOf(job);
  return {
    ...commonConfig(job),
    [`${kind}_sd_configs`]: [{ ...configs[kind](job), ...inline }],
    ...relabelling(job, kind),
    ...job.extra,
  };
}

/** Name of the secret file with a job. */
export const jobSecret = ({ name }: Pick<Job, "name">): string => jobOwner({ name }).secret("job");

/** Path of that file inside the container. */
export const jobFile = (job: Pick<Job, "name">): string => `${RELOADED_SECRETS_DIRECTORY}/${jobSecret(job)}`;

/** The file with one job (`scrape_config_files`). */
export function jobFileContent(
  job: DiscoveryJob,
  inline: Inline<string>,
  histograms: NativeHistograms | undefined,
): string {
  return toYaml({ scrape_configs: [withHistograms(discovering(job, inline), histograms)] });
}

const DISCOVERY = "sd";

/** What a kind logs in with, beside the log-in at the targets. */
function authOf<Secret>(job: DiscoveryJob<Secret>): HttpAuth<Secret> {
  const { http, openstack, ec2, consul, docker } = job;
  if (consul) return { ...consul, bearerToken: consul.token, oauth2: undefined };
  if (openstack ?? ec2) return { tls: (openstack ?? ec2)?.tls };
  return http ?? docker ?? {};
}

export function discoverySecrets<Secret>(job: DiscoveryJob<Secret>): Array<NamedSecret<Secret>> {
  return [...authSecrets(job, jobOwner(job)), ...authSecrets(authOf(job), jobOwner(job, DISCOVERY))];
}

export function discoveryFiles(job: DiscoveryJob): Record<string, string> {
  return { ...authFiles(job, jobOwner(job)), ...authFiles(authOf(job), jobOwner(job, DISCOVERY)) };
}

/** Directories of the host in which Prometheus looks for targets. */
export function discoveryDirectories(jobs: readonly DiscoveryJob[]): HostDirectory[] {
  return jobs.flatMap((job) =>
    job.file?.directory === undefined ? [] : [{ host: job.file.directory, inside: inside(job) }],
  );
}

const inside = ({ name }: Pick<Job, "name">) => `/targets/${name}`;

const USUAL_NAMES = ["*.json", "*.yml", "*.yaml"];

const given = (settings: Native): Native =>
  Object.fromEntries(
    Object.entries(settings).filter(
      ([, value]) => value !== undefined && !(Array.isArray(value) && value.length === 0),
    ),
  );

/** An entry of `..._sd_configs`. */
const configs: { readonly [K in Kind]: (job: DiscoveryJob) => Native } = {
  http: (job) => ({
    url: job.http?.url,
    refresh_interval: job.http?.refreshInterval,
    ...login(job),
  }),
  file: (job) => ({
    files: [
      ...(job.file?.files ?? []).map(({ name }) => targetFilePath(shippedName(job, name))),
      ...(job.file?.directory === undefined
        ? []
        : (job.file.names ?? USUAL_NAMES).map((name) => `${inside(job)}/${name}`)),
    ],
  }),
  dns: ({ dns }) =>
    given({ names: dns?.names, type: dns?.type, port: dns?.port, refresh_interval: dns?.refreshInterval }),
  openstack: ({ name, openstack }) => {
    const { applicationCredential: credential, user } = openstack ?? {};
    return given({
      identity_endpoint: openstack?.authUrl,
      region: openstack?.region,
      role: openstack?.role,
      username: user?.username ?? credential?.username,
      domain_name: user?.domain ?? credential?.domain,
      project_name: user?.project,
      application_credential_id: credential?.id,
      application_credential_name: credential?.name,
      ...(openstack?.allProjects ? { all_tenants: true } : {}),
      availability: openstack?.availability,
      port: openstack?.port,
      refresh_interval: openstack?.refreshInterval,
      tls_config: openstack?.tls && tlsConfig(openstack.tls, jobOwner({ name }, DISCOVERY)),
    });
  },
  ec2: (job) => {
    const { ec2 } = job;
    return given({
      region: ec2?.region,
      endpoint: ec2?.endpoint,
      access_key: ec2?.accessKey,
      role_arn: ec2?.roleArn,
      port: ec2?.port,
      refresh_interval: ec2?.refreshInterval,
      filters: ec2?.filters,
      ...login(job),
    });
  },
  consul: (job) => {
    const { consul } = job;
    return given({
      server: consul?.server,
      scheme: consul?.scheme,
      path_prefix: consul?.pathPrefix,
      datacenter: consul?.datacenter,
      namespace: consul?.namespace,
      partition: consul?.partition,
      services: consul?.services,
      tags: consul?.tags,
      filter: consul?.filter,
      allow_stale: consul?.allowStale,
      refresh_interval: consul?.refreshInterval,
      ...login(job),
    });
  },
  docker: (job) => {
    const { docker } = job;
    return given({
      host: docker?.host,
      port: docker?.port,
      host_networking_host: docker?.hostNetworkingHost,
      match_first_network: docker?.matchFirstNetwork,
      refresh_interval: docker?.refreshInterval,
      filters: docker?.filters,
      ...login(job),
    });
  },
};

const login = (job: DiscoveryJob) => httpAuthConfig(authOf(job), jobOwner(job, DISCOVERY));
