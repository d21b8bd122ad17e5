// A service of a compose file: what of it matters here.
import { isAbsolute, resolve } from "node:path";
import { isGroup } from "../config/walk";
import type { Mount } from "./files";
import type { Spot } from "./spot";

/** Values of `${NAME}`, from the file `.env` beside the compose file. */
export type Variables = Readonly<Record<string, string>>;

export function variables(text: string | undefined): Variables {
  const lines = (text ?? "").split("\n").flatMap((line) => {
    const [, name, value = ""] = /^\s*(?:export\s+)?([A-Za-z_]\w*)\s*=\s*(.*?)\s*$/.exec(line) ?? [];
    return name === undefined ? [] : [[name, value.replace(/^(["'])(.*)\1$/, "$2")]];
  });
  return Object.fromEntries(lines);
}

/** A text with its variables filled in; one that is not set stays as it is. */
export function filled(text: string, known: Variables): string {
  return text.replace(
    /\$(?:\$|\{([A-Za-z_]\w*)(?:(:?[-?+])([^}]*))?\}|([A-Za-z_]\w*))/g,
    (whole, braced?: string, operator?: string, otherwise?: string, bare?: string) => {
      if (whole === "$$") return "$";
      const value = known[braced ?? bare ?? ""];
      if (value !== undefined && value !== "") return operator?.endsWith("+") ? (otherwise ?? "") : value;
      return operator?.endsWith("-") ? (otherwise ?? "") : (value ?? whole);
    },
  );
}

export class ComposeService {
  constructor(
    readonly spot: Spot,
    private readonly known: Variables,
  ) {}

  get name(): string {
    return this.spot.key;
  }

  get image(): string {
    return this.text(this.spot.group.image);
  }

  /** The names by which other containers know it. */
  get names(): string[] {
    const { container_name: container, hostname, networks } = this.spot.group;
    const aliases = Object.values(isGroup(networks) ? networks : {}).flatMap((network) =>
      isGroup(network) && Array.isArray(network.aliases) ? network.aliases : [],
    );
    return [this.name, container, hostname, ...aliases].filter((one) => one != null).map(String);
  }

  /** Ports of the container -> ports of the host that other machines and containers reach. */
  get ports(): Map<number, number> {
    const published = this.spot.at("ports").list.flatMap((port): Array<[number, number]> => {
      if (isGroup(port)) {
        const open = port.published !== undefined && !isLoopback(String(port.host_ip ?? ""));
        return open ? [[Number(port.target), Number(this.text(port.published))]] : [];
      }
      const match = /^(?:(.*):)?(\d+):(\d+)(?:\/tcp)?$/.exec(this.text(port));
      return match === null || isLoopback(match[1] ?? "") ? [] : [[Number(match[3]), Number(match[2])]];
    });
    return new Map(published);
  }

  get mounts(): Mount[] {
    return this.spot.at("volumes").list.flatMap((volume) => {
      const [source, target] = isGroup(volume)
        ? [this.text(volume.source), this.text(volume.target)]
        : this.text(volume).split(":");
      const isPath = /^[./~]/.test(source ?? "") && target !== undefined;
      return isPath ? [{ inside: target.replace(/\/$/, ""), outside: this.path(source ?? "") }] : [];
    });
  }

  /** The words of its command, with the place of each. */
  get words(): Array<{ word: string; at: Spot }> {
    const command = this.spot.at("command");
    if (Array.isArray(command.value)) return command.items().map((at) => ({ word: this.text(at.value), at }));
    const words = this.text(command.value).match(/(?:[^\s"']|"[^"]*"|'[^']*')+/g) ?? [];
    return words.map((word) => ({ word: word.replace(/["']/g, ""), at: command }));
  }

  get environment(): Array<{ name: string; value: string; at: Spot }> {
    const at = this.spot.at("environment");
    const here = Array.isArray(at.value)
      ? at.items().map((item) => {
          const [name = "", ...rest] = this.text(item.value).split("=");
          return { name, value: rest.length > 0 ? rest.join("=") : (this.known[name] ?? ""), at: item };
        })
      : Object.keys(at.group).map((name) => ({ name, value: this.text(at.group[name]), at: at.at(name) }));
    const files = this.spot
      .at("env_file")
      .items()
      .flatMap((item) =>
        Object.entries(
          variables(item.files.read(String(isGroup(item.value) ? item.value.path : item.value))),
        ).map(([name, value]) => ({ name, value, at: item })),
      );
    const named = new Set(here.map(({ name }) => name));
    return [...files.filter(({ name }) => !named.has(name)), ...here];
  }

  /** With its variables filled in. */
  readonly text = (value: unknown): string => {
    return value === undefined || value === null ? "" : filled(String(value), this.known);
  };

  private path(source: string): string {
    const home = source.replace(/^~(?=\/|$)/, process.env.HOME ?? "~");
    return isAbsolute(home) ? home : resolve(this.spot.files.base, home);
  }
}

const isLoopback = (address: string) => /^(127\.|\[?::1\]?$|localhost$)/.test(address);
