// What a daemon of Docker's runs, by Pulumi's provider for it, which is loaded only where a stack has such a host.
import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type * as docker from "@pulumi/docker";
import * as pulumi from "@pulumi/pulumi";
import type { NamedSecret } from "../../lib/auth";
import type { DaemonBuild, DaemonContainer, DaemonNetwork, DaemonSettings } from "../../lib/daemonObjects";
import { files, inOrder, uploads } from "./uploads.component";

const CONTAINERFILE = "Containerfile";

type Secret = pulumi.Output<string>;

/** How often a container is asked whether it is ready: while it starts, and later. */
const HEALTH = { startInterval: "1s", interval: "30s", timeout: "30s", retries: 3 };

export class Daemon extends pulumi.ComponentResource {
  private readonly docker: typeof docker;
  private readonly provider: docker.Provider;
  private networkName: pulumi.Input<string> | undefined;
  private readonly images = new Map<string, docker.RemoteImage>();

  constructor(
    private readonly named: string,
    settings: DaemonSettings,
    opts?: pulumi.ComponentResourceOptions,
  ) {
    super("podwatch:index:Daemon", named, {}, opts);
    this.docker = provider();
    const { daemon, certificates } = settings;
    this.provider = new this.docker.Provider(
      `${named}-docker`,
      {
        ...(daemon === undefined ? {} : { host: daemon }),
        ...(certificates === undefined ? {} : { certPath: certificates }),
      },
      { parent: this },
    );
    this.registerOutputs({});
  }

  /** The network that containers which are made later share. */
  network(name: string, plan: DaemonNetwork, opts: pulumi.CustomResourceOptions): readonly pulumi.Resource[] {
    const network = new this.docker.Network(
      name,
      {
        name: plan.name,
        driver: "bridge",
        ipv6: plan.ipv6,
        ipamConfigs: plan.subnets.map(({ range, gateway }) => ({ subnet: range, gateway })),
        labels: [{ label: "io.podwatch.service", value: "network" }],
      },
      // Its name and its range are taken.
      { ...opts, provider: this.provider, deleteBeforeReplace: true },
    );
    this.networkName = network.name;
    return [network];
  }

  /**
   * A container, and what it consists of.
   *
   * @param shape what is known at once
   * @param content the same, with what is known later
   * @param secrets that it reads
   */
  container(
    name: string,
    shape: DaemonContainer,
    content: pulumi.Input<DaemonContainer>,
    secrets: ReadonlyArray<NamedSecret<Secret>>,
    opts: pulumi.CustomResourceOptions,
  ): readonly pulumi.Resource[] {
    if (this.networkName === undefined) throw new Error(`${name}: a container is made before the network`);
    const image = this.image(shape.image, shape.build);
    const volume = shape.volume && this.volume(name, shape, shape.volume.keep, opts);
    const owned = volume && this.owned(name, shape, image, volume, opts);
    const accepted = this.accepted(name, shape, content, image, opts);
    const container = new this.docker.Container(
      name,
      {
        name: shape.name,
        image: image.imageId,
        ...(shape.command === undefined ? {} : { command: [...shape.command] }),
        user: shape.user,
        envs: [...shape.environment],
        labels: withImage(shape),
        networksAdvanced: [{ name: this.networkName }],
        ports: shape.ports.map(({ address, hostPort, containerPort, protocol = "tcp" }) => ({
          ip: address ?? "127.0.0.1",
          external: hostPort,
          internal: containerPort,
          protocol,
        })),
        ...(volume === undefined || shape.volume === undefined
          ? {}
          : { volumes: [{ volumeName: volume.name, containerPath: shape.volume.path }] }),
        uploads: uploads(shape, content, secrets),
        tmpfs: { "/tmp": "", "/var/tmp": "" },
        capabilities: { drops: ["ALL"] },
        securityOpts: ["no-new-privileges"],
        ...(Object.keys(shape.sysctls).length === 0 ? {} : { sysctls: { ...shape.sysctls } }),
        logDriver: "json-file",
        logOpts: { "max-size": "10m", "max-file": "3" },
        restart: "unless-stopped",
        stopTimeout: shape.stopWithin,
        destroyGraceSeconds: shape.stopWithin,
        ...(shape.health === undefined
          ? {}
          : {
              healthcheck: { tests: [...shape.health], ...HEALTH, startPeriod: asDocker(shape.readyWithin) },
              wait: true,
              waitTimeout: shape.readyWithin,
            }),
      },
      pulumi.mergeOptions(opts, {
        provider: this.provider,
        // Its name is taken, and so is its port.
        deleteBeforeReplace: true,
        additionalSecretOutputs: secrets.length > 0 ? ["uploads"] : [],
        dependsOn: pulumi.all([owned, accepted].filter((one) => one !== undefined)),
      }),
    );
    return [...(volume === undefined ? [] : [volume]), container];
  }

  /** One for all containers that run it. What was pulled stays when they are gone, as after `docker pull`. */
  private image(reference: string, build: DaemonBuild | undefined): docker.RemoteImage {
    const known = this.images.get(reference);
    if (known !== undefined) return known;
    const name = reference.replace(/^.*\//, "").replace(/[:@].*$/, "");
    const image = new this.docker.RemoteImage(
      `${this.named}-${name}-image`,
      build === undefined
        ? { name: reference, keepLocally: true }
        : {
            name: reference,
            build: {
              context: contextOf(name, build),
              dockerfile: CONTAINERFILE,
              buildArgs: { ...build.args },
            },
          },
      { parent: this, provider: this.provider },
    );
    this.images.set(reference, image);
    return image;
  }

  private volume(name: string, shape: DaemonContainer, keep: boolean, opts: pulumi.CustomResourceOptions) {
    return new this.docker.Volume(
      name.replace(/-service$/, "-data"),
      { name: shape.name, labels: labels(shape) },
      // Another volume has no data.
      { ...opts, provider: this.provider, retainOnDelete: keep, ignoreChanges: ["labels"] },
    );
  }

  /**
   * The container that has checked its files, before another takes the place of the one that runs: it is made of the same, and ends with the
   * answer. What the secrets are is not looked at, so it gets none.
   */
  private accepted(
    name: string,
    shape: DaemonContainer,
    content: pulumi.Input<DaemonContainer>,
    image: docker.RemoteImage,
    opts: pulumi.CustomResourceOptions,
  ): pulumi.Output<pulumi.Resource> | undefined {
    const { check } = shape;
    if (check === undefined) return undefined;
    const extra = Object.entries(check.files).map(([file, text]) => ({ file, content: text }));
    const empty = Object.values(shape.secrets).map((file) => ({ file, content: "\n" }));
    const container = new this.docker.Container(
      name.replace(/-service$/, "-check"),
      {
        name: `${shape.name}-check`,
        image: image.imageId,
        entrypoints: [...check.command],
        user: shape.user,
        labels: withImage(shape),
        networkMode: "none",
        uploads: inOrder([...files(shape, content), ...extra, ...empty]),
        tmpfs: { "/tmp": "", "/var/tmp": "" },
        capabilities: { drops: ["ALL"] },
        securityOpts: ["no-new-privileges"],
        logDriver: "json-file",
        mustRun: false,
        attach: true,
        logs: true,
        // Otherwise each piece of the output has a head of its own.
        tty: true,
        restart: "no",
      },
      { ...opts, provider: this.provider, deleteBeforeReplace: true },
    );
    return pulumi.all([container.exitCode, container.containerLogs]).apply(([code, said]) => {
      if (code !== 0) throw new pulumi.RunError(refused(shape, code, said));
      return container;
    });
  }

  /** A volume belongs to root at first, unless the image says otherwise. This container ends as soon as it has changed that. */
  private owned(
    name: string,
    shape: DaemonContainer,
    image: docker.RemoteImage,
    volume: docker.Volume,
    opts: pulumi.CustomResourceOptions,
  ): pulumi.Resource {
    return new this.docker.Container(
      name.replace(/-service$/, "-owner"),
      {
        name: `${shape.name}-owner`,
        image: image.imageId,
        entrypoints: ["chown"],
        command: [shape.user, "/data"],
        user: "0:0",
        labels: withImage(shape),
        networkMode: "none",
        volumes: [{ volumeName: volume.name, containerPath: "/data" }],
        capabilities: { adds: ["CAP_CHOWN"], drops: ["ALL"] },
        logDriver: "json-file",
        mustRun: false,
        attach: true,
        restart: "no",
      },
      { ...opts, provider: this.provider, deleteBeforeReplace: true },
    );
  }
}

/** Seconds as Docker writes them: another form of the same would be a change, whenever it is asked. */
function asDocker(seconds: number): string {
  const [hours, minutes] = [Math.floor(seconds / 3600), Math.floor((seconds % 3600) / 60)];
  return `${hours > 0 ? `${hours}h` : ""}${seconds >= 60 ? `${minutes}m` : ""}${seconds % 60}s`;
}

/**
 * Writes the context of a build to where the provider reads it; its path, which is in the state, is the same everywhere. The
 * image's name tells when there is another context.
 */
function contextOf(name: string, { containerfile, files }: DaemonBuild): string {
  const directory = `.podwatch/images/${name}`;
  rmSync(directory, { recursive: true, force: true });
  mkdirSync(directory, { recursive: true });
  for (const [path, text] of Object.entries({ ...files, [CONTAINERFILE]: containerfile }))
    writeFileSync(join(directory, path), text);
  return directory;
}

function labels({ labels }: DaemonContainer) {
  return Object.entries(labels).map(([label, value]) => ({ label, value }));
}

/** And the image by its name: with its id alone, previews do not show that the container is replaced. */
function withImage(shape: DaemonContainer) {
  return [{ label: "io.podwatch.image", value: shape.image }, ...labels(shape)];
}

/** How many of a checker's last lines are shown. */
const LINES = 15;

function refused({ name }: DaemonContainer, code: number | undefined, said = ""): string {
  const lines = said.split(/\r?\n/).filter((line) => line.trim() !== "");
  const last =
    lines.length > 0 ? lines.slice(-LINES).join("\n") : `it ended with ${code}: docker logs ${name}-check`;
  return `${name} refuses its new configuration; the container that runs was not touched:\n${last}`;
}

function provider(): typeof docker {
  try {
    return require("@pulumi/docker");
  } catch (problem) {
    if ((problem as { code?: string }).code !== "MODULE_NOT_FOUND") throw problem;
    throw new pulumi.RunError("engine docker-api needs the package @pulumi/docker: npm install");
  }
}
