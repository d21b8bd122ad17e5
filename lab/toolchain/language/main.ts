// A stand-in for pulumi-language-nodejs, used only where the real language host cannot be had: it tells the engine
// which plugins a program needs, and runs the program.
import * as grpc from "@grpc/grpc-js";
import language_grpc from "@pulumi/pulumi/proto/language_grpc_pb";
import language from "@pulumi/pulumi/proto/language_pb";
import plugin from "@pulumi/pulumi/proto/plugin_pb";
import { Empty } from "google-protobuf/google/protobuf/empty_pb";
import { tools } from "../../../versions.json";
import { engineArgument, listen, whenOrphaned } from "../provider/process";
import { pluginPackages } from "./packages";
import { running, runProgram } from "./program";

const engineAddress = engineArgument();

function unary<Request, Response>(
  handler: (request: Request) => Promise<Response>,
): grpc.handleUnaryCall<Request, Response> {
  return (call, callback) => {
    handler(call.request).then(
      (response) => callback(null, response),
      (error: Error) => callback({ code: grpc.status.UNKNOWN, details: error.message }),
    );
  };
}

const implementation = {
  getPluginInfo: unary(async (_: Empty) => {
    const info = new plugin.PluginInfo();
    info.setVersion(tools.pulumi);
    return info;
  }),

  getRequiredPackages: unary(async (request: language.GetRequiredPackagesRequest) => {
    const response = new language.GetRequiredPackagesResponse();
    for (const { name, version, server } of pluginPackages(request.getInfo()?.getProgramDirectory() ?? ".")) {
      const dependency = new plugin.PackageDependency();
      dependency.setName(name);
      dependency.setKind("resource");
      dependency.setVersion(version && `v${version}`);
      dependency.setServer(server ?? "");
      response.addPackages(dependency);
    }
    return response;
  }),

  run: unary(async (request: language.RunRequest) => {
    const { error, bail } = await runProgram(request, engineAddress);
    const response = new language.RunResponse();
    response.setError(error);
    response.setBail(bail);
    return response;
  }),

  about: unary(async (_: language.AboutRequest) => {
    const response = new language.AboutResponse();
    response.setExecutable(process.execPath);
    response.setVersion(process.version);
    response.getMetadataMap().set("language host", "stand-in (lab/toolchain)");
    return response;
  }),

  cancel: unary(async (_: Empty) => {
    for (const child of running) child.kill();
    return new Empty();
  }),
};

async function main(): Promise<void> {
  const server = new grpc.Server({ "grpc.max_receive_message_length": 400 << 20 });
  // The generated service is untyped; the methods left out answer Unimplemented.
  server.addService(
    language_grpc.LanguageRuntimeService as unknown as grpc.ServiceDefinition,
    implementation as unknown as grpc.UntypedServiceImplementation,
  );
  await listen(server);
  whenOrphaned(() => {
    for (const child of running) child.kill();
    process.exit(0);
  });
}

main().catch((error: Error) => {
  process.stderr.write(`pulumi-language-nodejs: ${error.message}\n`);
  process.exit(1);
});
