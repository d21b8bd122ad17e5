import type { LabHost } from "./lab";

/** What was answered, whatever it was. */
export interface Raw {
  readonly status: number;
  /** By name in small letters; several of one name stand in one text. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  readonly seconds: number;
  /** curl's exit code: 0, or why there is no whole answer. */
  readonly code: number;
}

/** Asks the host for a URL; of a body, at most 64 kB are returned. */
export async function ask(host: LabHost, url: string, ...options: string[]): Promise<Raw> {
  const [answer] = await askAll(host, [[url, ...options]]);
  return answer as Raw;
}

/** Asks one after the other, in one visit; each with its URL and options. */
export async function askAll(host: LabHost, requests: readonly (readonly string[])[]): Promise<Raw[]> {
  const next = "---- next answer ----";
  const scripts = requests.map((words) => {
    const quoted = words.map((word) => `'${word}'`).join(" ");
    return `curl --silent --globoff --path-as-is --max-time 20 --dump-header head --output body \
        --write-out '%{http_code} %{time_total} %{exitcode}\\n' ${quoted} || :
      touch head body; tr -d '\\r' <head; head -c 65536 body; rm head body; echo '${next}'`;
  });
  const output = await host.exec(`cd $(mktemp -d) || exit 1\n${scripts.join("\n")}\nrmdir "$PWD"`);
  return output.split(`${next}\n`).slice(0, -1).map(readAnswer);
}

function readAnswer(output: string): Raw {
  const [first = "", ...rest] = output.split("\n");
  const [status, seconds, code] = first.split(" ").map(Number);
  const end = rest.indexOf("");
  const headers: Record<string, string> = {};
  for (const line of rest.slice(1, Math.max(end, 1))) {
    const [, name = "", value = ""] = /^([^:]+): ?(.*)$/.exec(line) ?? [];
    headers[name.toLowerCase()] = [headers[name.toLowerCase()], value].filter(Boolean).join(", ");
  }
  return {
    status: status ?? 0,
    seconds: seconds ?? 0,
    code: code ?? -1,
    headers,
    body: rest.slice(end + 1).join("\n"),
  };
}

/** Starts a gateway that answers in a way of lab/gateway/hostile.go, unless a request names another. */
export async function startHostile(host: LabHost, name: string, way: string): Promise<void> {
  await host.exec(`systemd-run --quiet --unit lab-hostile-${name} -p User=roq -p Group=roq -p UMask=0002 \
    /usr/local/bin/lab-gateway -name ${name} -service_listen_address /run/roq/service/${name}.sock -hostile '${way}'
    until [ -S /run/roq/service/${name}.sock ]; do sleep 0.1; done`);
}

export async function stopHostile(host: LabHost): Promise<void> {
  await host.exec(`systemctl stop 'lab-hostile-*'
    for name in one endless gigabyte trickle silent; do rm -f /run/roq/service/$name.sock; done`);
}
