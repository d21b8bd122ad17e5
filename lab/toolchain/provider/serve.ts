// Serves one provider over gRPC the way the engine expects it: the engine's address is the first argument, the
// port chosen is the first line of standard output.
import * as grpc from "@grpc/grpc-js";
import engine_grpc from "@pulumi/pulumi/proto/engine_grpc_pb";
import engine from "@pulumi/pulumi/proto/engine_pb";
import plugin from "@pulumi/pulumi/proto/plugin_pb";
import provider_grpc from "@pulumi/pulumi/proto/provider_grpc_pb";
import rpc from "@pulumi/pulumi/proto/provider_pb";
import { Empty } from "google-protobuf/google/protobuf/empty_pb";
import { Struct } from "google-protobuf/google/protobuf/struct_pb";
import { type Difference, differences } from "./diff";
import { engineArgument, listen, whenOrphaned } from "./process";
import { type Properties, unwrap, type Value } from "./values";

export interface Failure {
  property: string;
  reason: string;
}

export type Log = (severity: "info" | "warning" | "error", message: string, ephemeral?: boolean) => void;

/** One operation: how to speak to the user, and how long the engine gives it (seconds, 0 = no limit). */
export interface Operation {
  name: string;
  preview: boolean;
  timeout: number;
  log: Log;
}

export interface ResourceType {
  /** Fills in defaults and marks secrets; failures make the engine refuse the resource. */
  check(inputs: Properties): { inputs: Properties; failures: Failure[] };
  /** Whether a change of this top-level property needs a new resource. */
  replaces(property: string): boolean;
  /** What two inputs are compared by; the inputs themselves unless a type has defaults of its own. */
  comparable?(inputs: Properties): Properties;
  create(inputs: Properties, operation: Operation): Promise<{ id: string; outputs: Properties }>;
  update(olds: Properties, inputs: Properties, operation: Operation): Promise<Properties>;
  delete(olds: Properties, operation: Operation): Promise<void>;
}

export interface Provider {
  name: string;
  version: string;
  /** Extra entries that the provider's own checked configuration carries. */
  configuration?: Properties;
  types: Record<string, ResourceType>;
}

type Handler<Request, Response> = (request: Request) => Promise<Response>;

export async function serve(provider: Provider): Promise<void> {
  let pending = 0;
  let engineAddress = engineArgument();
  let client: InstanceType<typeof engine_grpc.EngineClient> | undefined;
  let logged: Promise<unknown> = Promise.resolve();

  /** Errors carry no code of their own: like a Go provider's, they arrive as Unknown. */
  const unary =
    <Request, Response>(handler: Handler<Request, Response>): grpc.handleUnaryCall<Request, Response> =>
    (call, callback) => {
      pending++;
      handler(call.request)
        .finally(() => logged)
        .then(
          (response) => callback(null, response),
          (error: Error & { code?: grpc.status }) =>
            callback({ code: error.code ?? grpc.status.UNKNOWN, details: error.message }),
        )
        .finally(() => pending--);
    };

  const logger =
    (urn: string): Log =>
    (severity, message, ephemeral = false) => {
      if (!engineAddress) return;
      client ??= new engine_grpc.EngineClient(engineAddress, grpc.credentials.createInsecure());
      const engineClient = client;
      const severities = { info: 1, warning: 2, error: 3 } as const;
      const request = new engine.LogRequest();
      request.setSeverity(severities[severity]);
      request.setMessage(message);
      request.setUrn(urn);
      request.setEphemeral(ephemeral);
      // One after the other: the engine shows lines in the order in which its calls arrive.
      logged = logged.then(() => new Promise((done) => engineClient.log(request, done)));
    };

  const typeOf = (urn: string): ResourceType => {
    const token = urn.split("::")[2]?.split("$").pop() ?? "";
    const type = provider.types[token];
    if (type) return type;
    throw new Error(
      `${token} is not supported by the stand-in for the ${provider.name} provider: install the real one (see lab/toolchain/setup)`,
    );
  };

  const operation = (request: {
    getUrn(): string;
    getTimeout(): number;
    getPreview?(): boolean;
  }): Operation => ({
    name: request.getUrn().split("::").slice(3).join("::"),
    preview: request.getPreview?.() ?? false,
    timeout: request.getTimeout(),
    log: logger(request.getUrn()),
  });

  const implementation = {
    getPluginInfo: unary(async (_: Empty) => {
      const info = new plugin.PluginInfo();
      info.setVersion(provider.version);
      return info;
    }),
    checkConfig: unary(async (request: rpc.CheckRequest) => {
      const response = new rpc.CheckResponse();
      response.setInputs(struct({ ...properties(request.getNews()), ...provider.configuration }));
      return response;
    }),
    diffConfig: unary(async (_: rpc.DiffRequest) => new rpc.DiffResponse()),
    configure: unary(async (_: rpc.ConfigureRequest) => {
      const response = new rpc.ConfigureResponse();
      response.setAcceptsecrets(true);
      response.setSupportspreview(true);
      response.setAcceptresources(true);
      response.setAcceptoutputs(true);
      return response;
    }),
    attach: unary(async (request: plugin.PluginAttach) => {
      engineAddress = request.getAddress();
      return new Empty();
    }),
    cancel: unary(async (_: Empty) => new Empty()),
    check: unary(async (request: rpc.CheckRequest) => {
      const { inputs, failures } = typeOf(request.getUrn()).check(properties(request.getNews()));
      const response = new rpc.CheckResponse();
      response.setInputs(struct(inputs));
      response.setFailuresList(
        failures.map(({ property, reason }) => {
          const failure = new rpc.CheckFailure();
          failure.setProperty(property);
          failure.setReason(reason);
          return failure;
        }),
      );
      return response;
    }),
    diff: unary(async (request: rpc.DiffRequest) => {
      const type = typeOf(request.getUrn());
      const comparable = type.comparable ?? ((inputs) => inputs);
      const olds = request.hasOldInputs() ? request.getOldInputs() : request.getOlds();
      const found = differences(comparable(properties(olds)), comparable(properties(request.getNews())));
      return diffResponse(found, type);
    }),
    create: unary(async (request: rpc.CreateRequest) => {
      const type = typeOf(request.getUrn());
      const { id, outputs } = await type.create(properties(request.getProperties()), operation(request));
      const response = new rpc.CreateResponse();
      response.setId(id);
      response.setProperties(struct(outputs));
      return response;
    }),
    read: unary(async (request: rpc.ReadRequest) => {
      typeOf(request.getUrn());
      if (!request.getInputs()?.getFieldsMap().getLength()) {
        throw new Error(`importing is not supported by the stand-in for the ${provider.name} provider`);
      }
      const response = new rpc.ReadResponse();
      response.setId(request.getId());
      response.setProperties(request.getProperties());
      response.setInputs(request.getInputs());
      return response;
    }),
    update: unary(async (request: rpc.UpdateRequest) => {
      const type = typeOf(request.getUrn());
      const outputs = await type.update(
        properties(request.getOlds()),
        properties(request.getNews()),
        operation(request),
      );
      const response = new rpc.UpdateResponse();
      response.setProperties(struct(outputs));
      return response;
    }),
    delete: unary(async (request: rpc.DeleteRequest) => {
      await typeOf(request.getUrn()).delete(properties(request.getProperties()), operation(request));
      return new Empty();
    }),
    invoke: unary(async (request: rpc.InvokeRequest): Promise<rpc.InvokeResponse> => {
      throw new Error(
        `${request.getTok()} is not supported by the stand-in for the ${provider.name} provider: install the real one (see lab/toolchain/setup)`,
      );
    }),
  };

  const server = new grpc.Server({
    "grpc.max_receive_message_length": 400 << 20,
    "grpc.max_send_message_length": 400 << 20,
  });
  // The generated service is untyped; the methods left out answer Unimplemented, as the real providers' do.
  server.addService(
    provider_grpc.ResourceProviderService as unknown as grpc.ServiceDefinition,
    implementation as unknown as grpc.UntypedServiceImplementation,
  );
  await listen(server);
  // Like a real provider, it outlives a killed engine until what it began has ended, and not longer.
  whenOrphaned(() => pending === 0 && process.exit(0));
}

function diffResponse(found: Difference[], type: ResourceType): rpc.DiffResponse {
  const response = new rpc.DiffResponse();
  const some = found.length > 0;
  response.setChanges(some ? rpc.DiffResponse.DiffChanges.DIFF_SOME : rpc.DiffResponse.DiffChanges.DIFF_NONE);
  if (!some) return response;
  const properties = [...new Set(found.map(({ property }) => property))];
  response.setDiffsList(properties);
  response.setReplacesList(properties.filter((property) => type.replaces(property)));
  response.setHasdetaileddiff(true);
  const { Kind } = rpc.PropertyDiff;
  const kinds = {
    add: [Kind.ADD, Kind.ADD_REPLACE],
    delete: [Kind.DELETE, Kind.DELETE_REPLACE],
    update: [Kind.UPDATE, Kind.UPDATE_REPLACE],
  } as const;
  for (const { property, path, change } of found) {
    const detail = new rpc.PropertyDiff();
    detail.setKind(kinds[change][type.replaces(property) ? 1 : 0]);
    detail.setInputdiff(true);
    response.getDetaileddiffMap().set(path, detail);
  }
  return response;
}

function properties(message: Struct | undefined): Properties {
  return unwrap((message?.toJavaScript() ?? {}) as Value) as Properties;
}

function struct(values: Properties): Struct {
  const defined = Object.entries(values).filter(([, value]) => value !== undefined);
  return Struct.fromJavaScript(Object.fromEntries(defined) as Parameters<typeof Struct.fromJavaScript>[0]);
}
