// Starts a stand-in as the engine does: compiled, as a process of its own, spoken to over gRPC, with an engine at
// hand that records what it is told.
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import * as grpc from "@grpc/grpc-js";
import engine_grpc from "@pulumi/pulumi/proto/engine_grpc_pb";
import engine from "@pulumi/pulumi/proto/engine_pb";
import provider_grpc from "@pulumi/pulumi/proto/provider_grpc_pb";
import rpc from "@pulumi/pulumi/proto/provider_pb";
import resource_grpc from "@pulumi/pulumi/proto/resource_grpc_pb";
import resource from "@pulumi/pulumi/proto/resource_pb";
import { buildSync } from "esbuild";
import { Empty } from "google-protobuf/google/protobuf/empty_pb";
import { Struct } from "google-protobuf/google/protobuf/struct_pb";

export type Values = Record<string, unknown>;

export interface LogLine {
  severity: string;
  message: string;
  ephemeral: boolean;
  urn: string;
}

export const UNKNOWN = "04da6b54-80e4-46f7-96ec-b56ff0331ba9";
const SIGNATURE = "4dabf18193072939515e22adb298388d";
const SECRET = "1b47061264138c4ac30d75fd1eb44270";

export const secret = (value: unknown): Values => ({ [SIGNATURE]: SECRET, value });

export const toolchain = join(__dirname, "../../lab/toolchain");

/** Compiles a stand-in the way lab/toolchain/setup does; returns the program's path. */
export function compile(name: string, directory: string): string {
  const outfile = join(directory, name);
  buildSync({
    entryPoints: [join(toolchain, name, "main.ts")],
    bundle: true,
    platform: "node",
    target: "node20",
    external: ["cpu-features", "*.node"],
    banner: { js: "#!/usr/bin/env node" },
    outfile,
  });
  return outfile;
}

export class Process {
  constructor(
    readonly child: ChildProcess,
    readonly port: string,
  ) {}

  static async start(program: string, args: string[], env: NodeJS.ProcessEnv = {}): Promise<Process> {
    const child = spawn(process.execPath, [program, ...args], {
      stdio: ["ignore", "pipe", "pipe"],
      env: { ...process.env, SSH_AUTH_SOCK: "", ...env },
    });
    child.stderr.resume();
    const [line] = (await once(child.stdout, "data")) as [Buffer];
    return new Process(child, line.toString().trim());
  }

  async stop(): Promise<void> {
    if (this.child.exitCode !== null || this.child.signalCode !== null) return;
    this.child.kill();
    await once(this.child, "exit");
  }
}

/** An engine that remembers log lines, and a monitor that takes any resource. */
export async function startEngine(): Promise<{ address: string; logs: LogLine[]; stop(): void }> {
  const logs: LogLine[] = [];
  const server = new grpc.Server();
  const severities = ["debug", "info", "warning", "error"];
  const answer =
    <Request, Response>(respond: (request: Request) => Response): grpc.handleUnaryCall<Request, Response> =>
    (call, callback) =>
      callback(null, respond(call.request));
  const serve = (service: unknown, methods: unknown) =>
    server.addService(service as grpc.ServiceDefinition, methods as grpc.UntypedServiceImplementation);
  serve(engine_grpc.EngineService, {
    log: answer((request: engine.LogRequest) => {
      const { severity, message, ephemeral, urn } = request.toObject();
      logs.push({ severity: severities[severity] ?? "", message, ephemeral, urn });
      return new Empty();
    }),
    setRootResource: answer(() => new engine.SetRootResourceResponse()),
  });
  serve(resource_grpc.ResourceMonitorService, {
    supportsFeature: answer(() => new resource.SupportsFeatureResponse()),
    registerResource: answer((request: resource.RegisterResourceRequest) => {
      const response = new resource.RegisterResourceResponse();
      response.setUrn(`urn:pulumi:stack::project::${request.getType()}::${request.getName()}`);
      return response;
    }),
    registerResourceOutputs: answer(() => new Empty()),
    signalAndWaitForShutdown: answer(() => new Empty()),
  });
  const port = await new Promise<number>((resolve, reject) =>
    server.bindAsync("127.0.0.1:0", grpc.ServerCredentials.createInsecure(), (error, bound) =>
      error ? reject(error) : resolve(bound),
    ),
  );
  return { address: `127.0.0.1:${port}`, logs, stop: () => server.forceShutdown() };
}

/** One provider under test, with the engine's calls as methods that take and give plain values. */
export class Provider {
  private constructor(
    private readonly type: string,
    private readonly client: InstanceType<typeof provider_grpc.ResourceProviderClient>,
    private readonly process: Process,
    private readonly engine: Awaited<ReturnType<typeof startEngine>>,
    private readonly directory: string,
  ) {}

  static async start(name: string, type: string, env: NodeJS.ProcessEnv = {}): Promise<Provider> {
    const directory = mkdtempSync(join(tmpdir(), "podwatch-standin-"));
    const engine = await startEngine();
    const started = await Process.start(compile(name, directory), [engine.address], env);
    const client = new provider_grpc.ResourceProviderClient(
      `127.0.0.1:${started.port}`,
      grpc.credentials.createInsecure(),
    );
    return new Provider(type, client, started, engine, directory);
  }

  get logs(): LogLine[] {
    return this.engine.logs;
  }

  async stop(): Promise<void> {
    this.client.close();
    await this.process.stop();
    this.engine.stop();
    rmSync(this.directory, { recursive: true });
  }

  urn(type = this.type): string {
    return `urn:pulumi:dev::project::podwatch:index:Parent$${type}::name`;
  }

  async check(news: Values, type?: string) {
    const request = new rpc.CheckRequest();
    request.setUrn(this.urn(type));
    request.setNews(struct(news));
    const response: rpc.CheckResponse = await this.call("check", request);
    const failures = response
      .getFailuresList()
      .map((failure) => `${failure.getProperty()}: ${failure.getReason()}`);
    return { inputs: values(response.getInputs()), failures };
  }

  async diff(oldInputs: Values, news: Values, outputs: Values = {}) {
    const request = new rpc.DiffRequest();
    request.setUrn(this.urn());
    request.setOldInputs(struct(oldInputs));
    request.setOlds(struct({ ...oldInputs, ...outputs }));
    request.setNews(struct(news));
    const response: rpc.DiffResponse = await this.call("diff", request);
    const kinds = Object.entries(rpc.PropertyDiff.Kind);
    const details = response.getDetaileddiffMap().toArray() as unknown as [
      string,
      rpc.PropertyDiff.AsObject,
    ][];
    return {
      changed: response.getChanges() === rpc.DiffResponse.DiffChanges.DIFF_SOME,
      diffs: response.getDiffsList(),
      replaces: response.getReplacesList(),
      detailed: Object.fromEntries(
        details.map(([path]) => {
          const kind = response.getDetaileddiffMap().get(path)?.getKind();
          return [path, kinds.find(([, value]) => value === kind)?.[0]];
        }),
      ),
    };
  }

  async create(inputs: Values, { preview = false, timeout = 0 } = {}) {
    const request = new rpc.CreateRequest();
    request.setUrn(this.urn());
    request.setProperties(struct(inputs));
    request.setPreview(preview);
    request.setTimeout(timeout);
    const response: rpc.CreateResponse = await this.call("create", request);
    return { id: response.getId(), outputs: values(response.getProperties()) };
  }

  async update(olds: Values, news: Values, { preview = false } = {}): Promise<Values> {
    const request = new rpc.UpdateRequest();
    request.setUrn(this.urn());
    request.setOlds(struct(olds));
    request.setNews(struct(news));
    request.setPreview(preview);
    const response: rpc.UpdateResponse = await this.call("update", request);
    return values(response.getProperties());
  }

  async delete(olds: Values): Promise<void> {
    const request = new rpc.DeleteRequest();
    request.setUrn(this.urn());
    request.setProperties(struct(olds));
    await this.call("delete", request);
  }

  async read(properties: Values, inputs: Values) {
    const request = new rpc.ReadRequest();
    request.setUrn(this.urn());
    request.setId("some-id");
    request.setProperties(struct(properties));
    request.setInputs(struct(inputs));
    const response: rpc.ReadResponse = await this.call("read", request);
    return {
      id: response.getId(),
      outputs: values(response.getProperties()),
      inputs: values(response.getInputs()),
    };
  }

  /** Any other call, by its name. */
  // biome-ignore lint/suspicious/noExplicitAny: the generated client has no common type for its calls
  call(method: string, request: unknown): Promise<any> {
    const client = this.client as unknown as Record<
      string,
      (request: unknown, done: (error: grpc.ServiceError | null, response: unknown) => void) => void
    >;
    return new Promise((resolve, reject) =>
      client[method]?.(request, (error, response) => (error ? reject(error) : resolve(response))),
    );
  }
}

/** What a call that must fail failed with: the code's name and the message as the engine sees it. */
export async function failure(call: Promise<unknown>): Promise<{ code: string; message: string }> {
  try {
    await call;
  } catch (error) {
    const { code, details } = error as grpc.ServiceError;
    return { code: grpc.status[code] ?? "", message: details };
  }
  throw new Error("the call should have failed, but did not");
}

export function struct(given: Values): Struct {
  const defined = Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined));
  return Struct.fromJavaScript(defined as Parameters<typeof Struct.fromJavaScript>[0]);
}

function values(given: Struct | undefined): Values {
  return (given?.toJavaScript() ?? {}) as Values;
}
