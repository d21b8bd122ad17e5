import { connect } from "node:net";
import * as pulumi from "@pulumi/pulumi";
import { explainFailure } from "../../lib/explain";
import type { Access } from "./access";

/** How long a host may take to answer as an SSH server, in milliseconds. */
const ANSWER_WITHIN = 20_000;

const reachable = new Map<string, pulumi.ResourceHook>();
const failures = new Map<string, pulumi.ErrorHook>();

/**
 * A hook that makes sure, once for each run, that an SSH server answers, and says clearly if none does.
 *
 * The provider itself would wait for ever on a server that takes the connection and says nothing.
 */
export function reachableHook(access: Access): pulumi.ResourceHook {
  return once(reachable, access.name, () => {
    let answer: Promise<void> | undefined;
    return new pulumi.ResourceHook(`${access.name}-reachable`, () => {
      answer ??= greeting(access);
      return answer;
    });
  });
}

/** A hook that explains a failed command: what it means and what to do about it. */
export function failureHook(access: Access): pulumi.ErrorHook {
  return once(failures, access.name, () => {
    return new pulumi.ErrorHook(`${access.name}-failure`, (args) => {
      const explanation = explainFailure(access.name, args.errors.join("\n"));
      if (explanation !== undefined) {
        pulumi.log.error(explanation);
      }
      return false;
    });
  });
}

async function greeting(access: Access): Promise<void> {
  const { host, port } = await first(access);
  await new Promise<void>((resolve, reject) => {
    const socket = connect({ host, port, timeout: ANSWER_WITHIN });
    const end = (reason?: string) => {
      socket.destroy();
      if (reason === undefined) {
        resolve();
      } else {
        reject(new pulumi.RunError(`host ${access.name}: ${host}:${port} ${reason}`));
      }
    };
    socket.once("data", () => end());
    socket.once("timeout", () =>
      end(`does not answer within ${ANSWER_WITHIN / 1000} s; is it up, and the address right?`),
    );
    socket.once("error", (error) => end(`cannot be reached: ${error.message}`));
    socket.once("end", () =>
      end("closes the connection; is it an SSH server, and may this machine connect to it?"),
    );
  });
}

/** The first machine on the way: the proxy, if there is one. */
async function first(access: Access): Promise<{ host: string; port: number }> {
  const { host, port, proxy } = await new Promise<pulumi.Unwrap<Access["connection"]>>((resolve) => {
    pulumi.output(access.connection).apply(resolve);
  });
  return { host: proxy?.host ?? host, port: (proxy ? proxy.port : port) ?? 22 };
}

function once<T>(made: Map<string, T>, name: string, make: () => T): T {
  const known = made.get(name) ?? make();
  made.set(name, known);
  return known;
}
