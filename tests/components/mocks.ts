// Stands in for the engine: records every resource that the program asks for, and refuses those nobody expects.
import { createHash } from "node:crypto";
import * as pulumi from "@pulumi/pulumi";
import type {
  RegisterResourceOutputsRequest,
  RegisterResourceRequest,
} from "@pulumi/pulumi/proto/resource_pb";
import { MockMonitor } from "@pulumi/pulumi/runtime/mocks";
import * as state from "@pulumi/pulumi/runtime/state";

/** Exported but left out of the typings; the monitor is what resources are registered with. */
const { getStore } = state as unknown as { getStore(): { settings: { monitor: unknown } } };

export interface Recorded {
  readonly type: string;
  readonly name: string;
  /** Name of the parent; absent for a resource of the stack's own. */
  readonly parent?: string;
  /** What was asked for; a secret value stands in a {@link Secret}. */
  readonly inputs: Readonly<Record<string, unknown>>;
  /** Names of the resources that it waits for. */
  readonly dependsOn: readonly string[];
  readonly deleteBeforeReplace: boolean;
  /** Names of its hooks, by the moment when they run. */
  readonly hooks: Readonly<Record<string, readonly string[]>>;
  readonly secretOutputs: readonly string[];
  /** Types under which the state may know it. */
  readonly otherTypes: readonly string[];
}

/** A value that Pulumi keeps secret. */
export class Secret {
  constructor(readonly value: unknown) {}
}

export const COMMAND = "command:remote:Command";
export const LOCAL_COMMAND = "command:local:Command";
export const PASSWORD = "random:index/randomPassword:RandomPassword";

export const BYTES = "random:index/randomBytes:RandomBytes";

/** What the mocked generator of passwords gives. */
export const GENERATED_PASSWORD = "generated-by-the-mock";

/** What is made as a certificate, and its private key. */
export const CERTIFICATE = "-----BEGIN CERTIFICATE-----\nmade by the mock\n-----END CERTIFICATE-----\n";
export const CERTIFICATE_KEY = "-----BEGIN PRIVATE KEY-----\nkept by the mock\n-----END PRIVATE KEY-----\n";

/** What the mocked host gives as the version of a secret, by the name of its resource. */
export function versionOf(name: string): string {
  return createHash("sha256").update(name).digest("hex").slice(0, 16);
}

/** The login shell of the mocked host prints before and after. */
function printed(name: string): string {
  return `0123456789abcdef\nhello<podwatch-version:${versionOf(name)}>\nbye\n`;
}

/** What is made as a machine's host key. */
export const HOST_KEY = {
  private: "-----BEGIN OPENSSH PRIVATE KEY-----\nkept by the mock\n-----END OPENSSH PRIVATE KEY-----\n",
  public: "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIBq9EEWeyEyPPqpTDhNpKVyAyJyJ3eLNFJRp2fJ2sX0h",
};

/** What there is in a cloud. */
const OPENSTACK = [
  "compute/instance:Instance",
  "compute/keypair:Keypair",
  "compute/volumeAttach:VolumeAttach",
  "networking/floatingIpAssociate:FloatingIpAssociate",
  "networking/network:Network",
  "networking/router:Router",
  "networking/routerInterface:RouterInterface",
  "networking/secGroup:SecGroup",
  "networking/secGroupRule:SecGroupRule",
  "networking/subnet:Subnet",
];

/** A number for each machine. */
function numberOf(name: string): number {
  return 10 + ((createHash("sha256").update(name).digest()[0] as number) % 200);
}

/** Those of a host called `six` are IPv6, those of one called `both` are of both kinds. */
function fixedIps(port: string): string[] {
  const [four, six] = [`10.20.0.${numberOf(port)}`, `2001:db8::${numberOf(port)}`];
  if (port.endsWith("-six-port")) return [six];
  return port.endsWith("-both-port") ? [six, four] : [four];
}

/** How the providers answer, by type; a type that is missing here is an error. */
const PROVIDERS: Readonly<Record<string, (name: string) => Record<string, unknown>>> = {
  [COMMAND]: (name) => ({ stdout: printed(name), stderr: "" }),
  [LOCAL_COMMAND]: (name) => ({
    stdout: name.endsWith("-certificate")
      ? CERTIFICATE + CERTIFICATE_KEY
      : name.endsWith("-host-key")
        ? JSON.stringify(HOST_KEY)
        : printed(name),
    stderr: "",
  }),
  ...Object.fromEntries(OPENSTACK.map((type) => [`openstack:${type}`, () => ({})])),
  "openstack:networking/port:Port": (name) => ({ allFixedIps: fixedIps(name) }),
  "openstack:networking/floatingIp:FloatingIp": (name) => ({ address: `203.0.113.${numberOf(name)}` }),
  "openstack:blockstorage/volume:Volume": () => ({}),
  "pulumi:providers:openstack": () => ({}),
  "pulumi:providers:docker": () => ({}),
  "docker:index/network:Network": () => ({}),
  "docker:index/volume:Volume": () => ({}),
  "docker:index/container:Container": () => ({ exitCode: 0, containerLogs: "" }),
  "docker:index/remoteImage:RemoteImage": (name) => ({ imageId: `sha256:of-${name}` }),
  // Tokens of one front are told apart.
  [PASSWORD]: (name) => ({
    result: name.endsWith("-token") ? `${GENERATED_PASSWORD}-for-${name}` : GENERATED_PASSWORD,
  }),
  [BYTES]: (name) => ({
    base64: createHash("sha256").update(name).digest().subarray(0, 16).toString("base64"),
  }),
};

export interface Deployed<T> {
  /** In the order of their names. */
  readonly resources: Recorded[];
  /** What was asked of the engine, in the same order. */
  readonly requests: RegisterResourceRequest[];
  /** What the program returned. */
  readonly result: T;
  /** What components registered as outputs, by name. */
  readonly outputs: Readonly<Record<string, unknown>>;
}

/**
 * Runs a program and gives the resources it asked for.
 *
 * @param unmade resources of which nobody knows what they make, as in a run for other hosts only, where they were never made
 */
export async function deploy<T>(program: () => T, unmade = /^$/): Promise<Deployed<T>> {
  const recorder = new Recorder(unmade);
  await pulumi.runtime.setMocks(recorder.mocks, "podwatch", "test");
  getStore().settings.monitor = recorder;
  const result = program();
  await settled(recorder);
  if (recorder.failures.length > 0) throw new Error(recorder.failures.join("\n"));
  const resources = [...recorder.recorded].sort((a, b) => (a.name < b.name ? -1 : 1));
  const requests = [...recorder.requests].sort((a, b) => (a.getName() < b.getName() ? -1 : 1));
  return { resources, requests, result, outputs: recorder.outputs };
}

/** The plain value of an output, and whether it is secret. */
export function read<T>(output: pulumi.Output<T>): Promise<{ value: T; secret: boolean }> {
  return new Promise((resolve) => {
    output.apply(async (value) => resolve({ value: value as T, secret: await pulumi.isSecret(output) }));
  });
}

/** All text in a value that is not kept secret. */
export function plainText(value: unknown): string {
  return JSON.stringify(value, (_, inner) => (inner instanceof Secret ? "[secret]" : inner));
}

async function settled(recorder: Recorder): Promise<void> {
  await Promise.race([pulumi.runtime.disconnect(), recorder.failed]);
}

class Recorder extends MockMonitor {
  readonly recorded: Recorded[] = [];
  /** What components registered as outputs, by name. */
  readonly outputs: Record<string, unknown> = {};
  readonly requests: RegisterResourceRequest[] = [];
  readonly failures: string[] = [];
  /** Resolves at the first failure, after which some outputs never will. */
  readonly failed: Promise<void>;
  private fail: () => void = () => {};

  constructor(private readonly unmade: RegExp) {
    super({
      newResource: (args) => this.answer(args),
      call: ({ token, inputs }) =>
        token === "openstack:networking/getNetwork:getNetwork"
          ? { id: `id-of-the-network-${inputs.name}` }
          : this.refuse(`nobody expects the call of ${token}`),
    });
    this.failed = new Promise((resolve) => {
      this.fail = resolve;
    });
  }

  override async registerResource(request: RegisterResourceRequest, callback: Callback): Promise<void> {
    this.recorded.push(record(request));
    this.requests.push(request);
    await super.registerResource(request, callback);
  }

  override async registerResourceOutputs(
    request: RegisterResourceOutputsRequest,
    callback: Callback,
  ): Promise<void> {
    this.outputs[nameIn(request.getUrn()) ?? ""] = marked(request.getOutputs()?.toJavaScript() ?? {});
    await super.registerResourceOutputs(request, callback);
  }

  registerResourceHook(_: unknown, callback: Callback): void {
    callback(null, {});
  }

  registerErrorHook(_: unknown, callback: Callback): void {
    callback(null, {});
  }

  private async answer({ type, name, inputs, custom }: pulumi.runtime.MockResourceArgs) {
    if (!custom && type.startsWith("podwatch:index:")) return { id: undefined, state: {} };
    const outputs = PROVIDERS[type];
    if (outputs === undefined) return this.refuse(`nobody expects ${type} ${name}`);
    const secretOutputs = this.recorded.find((other) => other.name === name)?.secretOutputs ?? [];
    const made = this.unmade.test(name) ? {} : outputs(name);
    const state = Object.entries({ ...inputs, ...made }).map(([key, value]) => [
      key,
      secretOutputs.includes(key) ? pulumi.secret(value) : value,
    ]);
    return { id: `id-of-${name}`, state: Object.fromEntries(state) };
  }

  /** Never answers: a refusal on the wire would end the process, where `deploy` can say what is wrong. */
  private refuse(text: string): Promise<never> {
    this.failures.push(text);
    this.fail();
    return new Promise(() => {});
  }
}

type Callback = (error: unknown, response: unknown) => void;

function record(request: RegisterResourceRequest): Recorded {
  const parent = nameIn(request.getParent());
  const hooks = request.getHooks();
  return {
    type: request.getType(),
    name: request.getName(),
    ...(parent === undefined ? {} : { parent }),
    inputs: marked(request.getObject()?.toJavaScript() ?? {}) as Record<string, unknown>,
    dependsOn: request
      .getDependenciesList()
      .map((urn) => nameIn(urn) ?? urn)
      .sort(),
    deleteBeforeReplace: request.getDeletebeforereplace(),
    hooks: {
      beforeCreate: hooks?.getBeforeCreateList() ?? [],
      beforeUpdate: hooks?.getBeforeUpdateList() ?? [],
      afterCreate: hooks?.getAfterCreateList() ?? [],
      afterUpdate: hooks?.getAfterUpdateList() ?? [],
      beforeDelete: hooks?.getBeforeDeleteList() ?? [],
      onError: hooks?.getOnErrorList() ?? [],
    },
    secretOutputs: request.getAdditionalsecretoutputsList(),
    otherTypes: aliasedTypes(request),
  };
}

/** As specifications, or, for an engine that knows none, as URNs. */
function aliasedTypes(request: RegisterResourceRequest): string[] {
  const specs = request.getAliasesList().map((alias) => alias.getSpec()?.getType() ?? "");
  const urns = request.getAliasurnsList().map((urn) => urn.split("::").at(-2)?.split("$").at(-1) ?? "");
  return [...specs, ...urns];
}

export function nameIn(urn: string): string | undefined {
  return urn === "" ? undefined : urn.split("::").at(-1);
}

/** Pulumi's mark of a special value on the wire, and the one that says that it is a secret. */
const SPECIAL = "4dabf18193072939515e22adb298388d";
const SECRET = "1b47061264138c4ac30d75fd1eb44270";

function marked(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(marked);
  if (typeof value !== "object" || value === null) return value;
  if (SPECIAL in value && value[SPECIAL] === SECRET && "value" in value)
    return new Secret(marked(value.value));
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, marked(inner)]));
}
