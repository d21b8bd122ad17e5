// What is put into a container before it starts.
import * as pulumi from "@pulumi/pulumi";
import type { NamedSecret } from "../../lib/auth";
import type { DaemonContainer } from "../../lib/daemonObjects";

/** Files as a container gets them. An empty one would be refused. */
export function files(shape: DaemonContainer, content: pulumi.Input<DaemonContainer>) {
  return Object.keys(shape.files).map((file) => ({
    file,
    content: pulumi.output(content).apply(({ files }) => files[file] || "\n"),
  }));
}

/** Files and secrets. */
export function uploads(
  shape: DaemonContainer,
  content: pulumi.Input<DaemonContainer>,
  secrets: ReadonlyArray<NamedSecret<pulumi.Output<string>>>,
) {
  const values = new Map(secrets.map(({ name, value }) => [name, value]));
  const secret = Object.entries(shape.secrets).map(([name, file]) => {
    const value = values.get(name);
    if (value === undefined) throw new Error(`${shape.name} reads the secret ${name}, which nobody gives it`);
    return { file, content: pulumi.secret(value) };
  });
  return inOrder([...files(shape, content), ...secret]);
}

export function inOrder<T extends { readonly file: string }>(all: readonly T[]): T[] {
  return [...all].sort((a, b) => (a.file < b.file ? -1 : 1));
}
