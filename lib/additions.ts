// What users add to a service, in the same form for every service that runs in a container.
import { createHash } from "node:crypto";
import type { Service } from "./service";

/** Limits that systemd and the kernel enforce. */
export interface Resources {
  /** In the syntax of systemd, perhaps with a B at the end. */
  readonly memory?: string | undefined;
  readonly cpus?: number | undefined;
  readonly pids?: number | undefined;
  readonly openFiles?: number | undefined;
}

export interface Additions {
  readonly arguments: readonly string[];
  readonly environment: Readonly<Record<string, string>>;
  /** Names of the user's own secrets, by variable. */
  readonly secretEnvironment: Readonly<Record<string, string>>;
  /** Contents, by path in the container. */
  readonly files: Readonly<Record<string, string>>;
  /** `host:container[:options]` */
  readonly volumes: readonly string[];
  readonly resources: Resources;
}

/** What renders a service, with what the user adds to it. */
export function withAdditions<Input>(render: (input: Input) => Service) {
  return (input: Input & { readonly added: Additions }): Service => addTo(render(input), input.added);
}

/** The part of a section's settings that is the same for every service. */
export function additionsOf(settings: Additions): Additions {
  const { arguments: words, environment, secretEnvironment, files, volumes, resources } = settings;
  return { arguments: words, environment, secretEnvironment, files, volumes, resources };
}

/** A service with what the user adds; the very same service if that is nothing. */
export function addTo(service: Service, added: Additions): Service {
  const { arguments: words, environment, secretEnvironment, files, volumes, resources } = added;
  const groups = [
    words,
    environment,
    secretEnvironment,
    files,
    volumes,
    Object.values(resources).filter(isSet),
  ];
  if (groups.every((group) => Object.keys(group).length === 0)) return service;
  const contents = Object.values(files).map((content) => [ownFile(content), content]);
  return {
    ...service,
    files: { ...service.files, ...Object.fromEntries(contents) },
    added,
  };
}

const isSet = (value: unknown) => value !== undefined;

/**
 * Path of a user's file below the service's files. It depends on the content, so that the mount of a changed file
 * is another one, and the service restarts: a running container keeps the file that it was started with.
 */
export function ownFile(content: string): string {
  return `own/${createHash("sha256").update(content).digest("hex").slice(0, 16)}`;
}
