// What users add to a service arrives in its unit as they wrote it.
import fc from "fast-check";
import { serviceBundle } from "../../engines/podman/bundle";
import { containerUnit } from "../../engines/podman/quadlet";
import { nativeUnits } from "../../engines/systemd/native";
import { type Additions, addTo, ownFile } from "../../lib/additions";
import type { NativeService } from "../../lib/nativeService";
import type { Service } from "../../lib/service";
import { line } from "../lib/arbitraries";
import { parseUnit, splitCommand } from "./systemd";

const web: Service = {
  kind: "container",
  name: "web",
  description: "A service",
  image: "docker.io/library/web:1",
  args: ["web", "--own"],
  user: { uid: 1, gid: 1 },
  environment: { GOGC: "100" },
  files: { "web.yml": "a: 1\n" },
  hooks: { check: "web --check\n", ready: "true\n" },
  unitKeys: {
    Container: { Environment: ["GOMEMLIMIT=51MiB"] },
    Service: { MemoryMax: ["64M"] },
    Unit: {},
  },
  readyWithin: 30,
  trial: ["web", "--version"],
};

const nothing: Additions = {
  arguments: [],
  environment: {},
  secretEnvironment: {},
  files: {},
  volumes: [],
  resources: { memory: undefined },
};

const added = (more: Partial<Additions>) => addTo(web, { ...nothing, ...more });

function entries(service: Service, section: string, key: string): string[] {
  const found = parseUnit(containerUnit(service, "rootful")).find(([name]) => name === section);
  return (found?.[1] ?? []).filter(([name]) => name === key).map(([, value]) => value);
}

test("a service to which nothing is added is the very same", () => {
  expect(addTo(web, nothing)).toBe(web);
});

test("any value of a variable arrives whole: blanks, quotes, $, %, backslashes", () => {
  fc.assert(
    fc.property(line, (value) => {
      const environment = entries(added({ environment: { NAME: value } }), "Container", "Environment");
      expect(environment.flatMap(splitCommand)).toEqual(["GOGC=100", "GOMEMLIMIT=51MiB", `NAME=${value}`]);
    }),
    { numRuns: 300 },
  );
});

test("any argument arrives whole, behind those of the service", () => {
  const word = line.filter((text) => text !== "" && text !== ";");
  fc.assert(
    fc.property(fc.array(word, { minLength: 1, maxLength: 5 }), (words) => {
      const [command = ""] = entries(added({ arguments: words }), "Container", "Exec");
      expect(splitCommand(command)).toEqual(["web", "--own", ...words]);
    }),
  );
});

test("the program's check of its arguments comes before that of the files", () => {
  const bundle = serviceBundle(added({ arguments: ["--note=it's"] }), { scope: "rootful" });
  expect(bundle).toContain(
    "part hooks/check\n  web --own '--note=it'\\''s' --version >/dev/null || exit\n  web --check\n",
  );
});

test("variables, limits and volumes of the user override the keys of the unit, which come before", () => {
  const service = added({
    environment: { GOMEMLIMIT: "1GiB" },
    secretEnvironment: { TOKEN: "api" },
    volumes: ["/srv/a:/srv/b:ro,z"],
    resources: { memory: "2GB", cpus: 0.29, pids: 512, openFiles: 4096 },
  });
  expect(entries(service, "Container", "Environment")).toEqual([
    "GOGC=100",
    "GOMEMLIMIT=51MiB",
    "GOMEMLIMIT=1GiB",
  ]);
  expect(entries(service, "Container", "Secret")).toEqual(["podwatch-web.api,type=env,target=TOKEN"]);
  expect(entries(service, "Container", "Volume")).toContain("/srv/a:/srv/b:ro,z");
  expect(entries(service, "Container", "PodmanArgs")).toEqual(["--ulimit=nofile=4096:4096"]);
  // podman's own limit of 2048 would hold below that of the unit.
  const many = added({ resources: { pids: 2049 } });
  expect(entries(many, "Container", "PodmanArgs")).toEqual(["--pids-limit=2049"]);
  expect(entries(many, "Service", "TasksMax")).toEqual(["2049"]);
  expect(entries(service, "Service", "MemoryMax")).toEqual(["64M", "2G"]);
  expect(entries(service, "Service", "CPUQuota")).toEqual(["29%"]);
  expect(entries(service, "Service", "TasksMax")).toEqual(["512"]);
});

test("a file is mounted from the release, and another content is another mount", () => {
  const mount = (content: string) =>
    entries(added({ files: { "/etc/own/list": content } }), "Container", "Volume").at(-1);
  expect(mount("a\n")).toBe(
    `/var/lib/podwatch/services/web/current/files/${ownFile("a\n")}:/etc/own/list:ro,z`,
  );
  expect(mount("b\n")).not.toBe(mount("a\n"));
  const bundle = serviceBundle(added({ files: { "/etc/own/list": "a\n" } }), { scope: "rootful" });
  expect(bundle).toContain(`\nown-file ${ownFile("a\n")} /etc/own/list\n`);
  expect(bundle).toContain(`\npart files/${ownFile("a\n")}\n  a\n`);
});

describe("a program of the host itself", () => {
  const node: NativeService = {
    kind: "native",
    name: "node",
    description: "A program",
    program: { path: "/usr/bin/node", package: "node" },
    account: "node",
    args: [],
    socket: { path: "/run/podwatch/node.sock" },
    directories: [],
    hooks: { ready: "true\n" },
    readyWithin: 30,
  };
  const values = (service: NativeService, key: string) => {
    const unit = nativeUnits(service, "rootful")["podwatch-node.service"] ?? "";
    const [, found = []] = parseUnit(unit).find(([name]) => name === "Service") ?? [];
    return found.filter(([name]) => name === key).map(([, value]) => value);
  };

  test("has the user's limits in place of the usual ones", () => {
    const resources = { memory: "1G", cpus: 2, pids: 64, openFiles: 1024 };
    const limited = { ...node, resources };
    expect(values(node, "MemoryMax")).toEqual(["256M"]);
    expect(values(limited, "MemoryMax")).toEqual(["1G"]);
    expect(values(limited, "TasksMax")).toEqual(["64"]);
    expect(values(limited, "CPUQuota")).toEqual(["200%"]);
    expect(values(limited, "LimitNOFILE")).toEqual(["1024"]);
  });

  test("gets any value of a variable whole; systemd expands no variables there", () => {
    fc.assert(
      fc.property(line, (value) => {
        const [written = ""] = values({ ...node, environment: { NAME: value } }, "Environment");
        expect(splitCommand(written.replaceAll("$", "$$$$"))).toEqual([`NAME=${value}`]);
      }),
    );
  });
});
