// The images that lab hosts pull: served by the lab's registry, with the contract of the official images, and
// with programs that run. Needs root: an image's files have owners, and its programs run in its own root.
import { execFileSync, spawn, spawnSync } from "node:child_process";
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { createServer } from "node:net";
import { homedir, tmpdir } from "node:os";
import { join, resolve } from "node:path";

const repository = resolve(__dirname, "../..");
const serve = join(repository, "lab/images/serve");
const { images } = JSON.parse(readFileSync(join(repository, "versions.json"), "utf8")) as {
  images: Record<string, string>;
};

interface ImageConfig {
  User?: string;
  Entrypoint?: string[];
  Cmd?: string[];
  WorkingDir?: string;
  ExposedPorts?: Record<string, object>;
  Volumes?: Record<string, object>;
  StopSignal?: string;
  Env?: string[];
  Labels?: Record<string, string>;
}

let address: string;
let workspace: string;
const configs = new Map<string, ImageConfig>();

beforeAll(async () => {
  workspace = mkdtempSync(join(tmpdir(), "podwatch-images-"));
  address = `127.0.0.1:${await freePort()}`;
  run(serve, ["--all", "--address", address]);
  for (const name of Object.keys(images)) configs.set(name, unpack(name));
}, 1_800_000);

afterAll(() => {
  run(serve, ["--stop", "--address", address]);
  rmSync(workspace, { recursive: true, force: true });
});

test("serving again rebuilds no image", () => {
  const stamps = join(
    process.env.PODWATCH_CACHE ?? join(homedir(), ".cache", "podwatch"),
    "images",
    "stamps",
  );
  const made = () => readdirSync(stamps).map((stamp) => [stamp, statSync(join(stamps, stamp)).mtimeMs]);
  const before = made();
  run(serve, ["--address", address]);
  expect(made()).toEqual(before);
});

test("an image that versions.json does not have cannot be asked for", () => {
  expect(() => run(serve, ["--with", "mysql", "--address", address])).toThrow(/there is no image 'mysql'/);
});

test("a missing image is an error", () => {
  expect(() => skopeo(["inspect", "--tls-verify=false", `docker://${address}/library/nginx:0.0.1`])).toThrow(
    /manifest unknown/,
  );
});

describe("contract of the official images", () => {
  test("prometheus", () => {
    expect(configOf("prometheus")).toMatchObject({
      User: "nobody",
      WorkingDir: "/prometheus",
      Entrypoint: ["/bin/prometheus"],
      Cmd: ["--config.file=/etc/prometheus/prometheus.yml", "--storage.tsdb.path=/prometheus"],
      ExposedPorts: { "9090/tcp": {} },
      Volumes: { "/prometheus": {} },
    });
    expect(ownerOf("prometheus", "/prometheus")).toBe("65534:65534");
    expect(userOf("prometheus", "nobody")).toBe("65534:65534");
  });

  test("blackbox-exporter", () => {
    expect(configOf("blackbox-exporter")).toMatchObject({
      Entrypoint: ["/bin/blackbox_exporter"],
      Cmd: ["--config.file=/etc/blackbox_exporter/config.yml"],
      ExposedPorts: { "9115/tcp": {} },
    });
    expect(userOf("blackbox-exporter", "nobody")).toBe("65534:65534");
  });

  test("nginx-exporter: the program, and no shell", () => {
    expect(configOf("nginx-exporter")).toMatchObject({
      User: "1001:1001",
      Entrypoint: ["/usr/bin/nginx-prometheus-exporter"],
    });
    expect(existsSync(join(rootOf("nginx-exporter"), "usr/bin/sh"))).toBe(false);
    expect(readdirSync(join(rootOf("nginx-exporter"), "usr/bin"))).toEqual(["nginx-prometheus-exporter"]);
  });

  test("apache-exporter", () => {
    expect(configOf("apache-exporter")).toMatchObject({
      User: "nobody",
      Entrypoint: ["/bin/apache_exporter"],
      ExposedPorts: { "9117/tcp": {} },
    });
    expect(userOf("apache-exporter", "nobody")).toBe("65534:65534");
  });

  test("nginx", () => {
    const config = configOf("nginx");
    expect(config).toMatchObject({
      Entrypoint: ["/docker-entrypoint.sh"],
      Cmd: ["nginx", "-g", "daemon off;"],
      ExposedPorts: { "80/tcp": {} },
      StopSignal: "SIGQUIT",
    });
    expect(config.User ?? "").toBe("");
    expect(userOf("nginx", "nginx")).toBe("101:101");
  });

  test("grafana", () => {
    const config = configOf("grafana");
    expect(config).toMatchObject({
      User: "472",
      WorkingDir: "/usr/share/grafana",
      Entrypoint: ["/run.sh"],
      ExposedPorts: { "3000/tcp": {} },
    });
    expect(config.Env).toEqual(
      expect.arrayContaining([
        "GF_PATHS_CONFIG=/etc/grafana/grafana.ini",
        "GF_PATHS_DATA=/var/lib/grafana",
        "GF_PATHS_HOME=/usr/share/grafana",
        "GF_PATHS_LOGS=/var/log/grafana",
        "GF_PATHS_PLUGINS=/var/lib/grafana/plugins",
        "GF_PATHS_PROVISIONING=/etc/grafana/provisioning",
      ]),
    );
    expect(userOf("grafana", "grafana")).toBe("472:0");
    expect(ownerOf("grafana", "/var/lib/grafana")).toBe("472:0");
  });
});

describe("programs run in their image", () => {
  test("promtool prints its version and checks the image's own configuration", () => {
    const tag = tagOf("prometheus").replace(/^v/, "");
    expect(inside("prometheus", "65534:65534", ["/bin/promtool", "--version"])).toContain(`version ${tag}`);
    expect(
      inside("prometheus", "65534:65534", [
        "/bin/promtool",
        "check",
        "config",
        "/etc/prometheus/prometheus.yml",
      ]),
    ).toContain("SUCCESS");
    expect(() =>
      inside("prometheus", "65534:65534", ["/bin/promtool", "check", "config", "/etc/passwd"]),
    ).toThrow(/FAILED/);
    expect(inside("prometheus", "65534:65534", ["/bin/wget", "--help"])).toContain("BusyBox");
  });

  test("blackbox_exporter prints its version and checks the image's own configuration", () => {
    const tag = tagOf("blackbox-exporter").replace(/^v/, "");
    const program = ["/bin/blackbox_exporter"];
    expect(inside("blackbox-exporter", "65534:65534", [...program, "--version"])).toContain(`version ${tag}`);
    const check = (file: string) =>
      inside("blackbox-exporter", "65534:65534", [...program, "--config.check", `--config.file=${file}`]);
    expect(check("/etc/blackbox_exporter/config.yml")).toContain("Config file is ok");
    expect(() => check("/etc/passwd")).toThrow(/failed/);
    expect(inside("blackbox-exporter", "65534:65534", ["/bin/wget", "--help"])).toContain("BusyBox");
  });

  test("nginx-prometheus-exporter prints its version", () => {
    const program = ["/usr/bin/nginx-prometheus-exporter", "--version"];
    expect(inside("nginx-exporter", "1001:1001", program)).toContain(`version ${tagOf("nginx-exporter")}`);
  });

  test("apache_exporter prints its version, beside busybox", () => {
    const tag = tagOf("apache-exporter").replace(/^v/, "");
    const program = ["/bin/apache_exporter", "--version"];
    expect(inside("apache-exporter", "65534:65534", program)).toContain(`version ${tag}`);
    expect(inside("apache-exporter", "65534:65534", ["/bin/wget", "--help"])).toContain("BusyBox");
  });

  test("nginx accepts its own configuration, and one with js_import of a script that reads a directory", async () => {
    expect(inside("nginx", "0:0", ["nginx", "-t"])).toContain("test is successful");

    const port = await freePort();
    mkdirSync(join(rootOf("nginx"), "t"));
    writeFileSync(join(rootOf("nginx"), "t/list.js"), listingScript);
    writeFileSync(join(rootOf("nginx"), "t/nginx.conf"), listingConfig(port));
    expect(inside("nginx", "0:0", ["nginx", "-t", "-c", "/t/nginx.conf"])).toContain("test is successful");
    await whileRunning("nginx", "0:0", ["nginx", "-c", "/t/nginx.conf", "-g", "daemon off;"], async () => {
      expect(await answerOf(`http://127.0.0.1:${port}/`)).toBe("conf.d");
    });
  });

  test("nginx refuses a script that is not there", () => {
    writeFileSync(
      join(rootOf("nginx"), "tmp/bad.conf"),
      listingConfig(1).replace("/t/list.js", "/t/missing.js"),
    );
    expect(() => inside("nginx", "0:0", ["nginx", "-t", "-c", "/tmp/bad.conf"])).toThrow(/missing\.js/);
  });

  test("grafana starts by its entry point as its own user", async () => {
    const port = await freePort();
    const env = [
      ...(configOf("grafana").Env ?? []),
      `GF_SERVER_HTTP_PORT=${port}`,
      "GF_SERVER_HTTP_ADDR=127.0.0.1",
    ];
    await whileRunning("grafana", "472:0", ["env", ...env, "/run.sh"], async () => {
      const health = JSON.parse(await answerOf(`http://127.0.0.1:${port}/api/health`)) as {
        database: string;
      };
      expect(health.database).toBe("ok");
    });
  }, 30_000);

  test.each(["nginx", "grafana"])("%s has curl and bash", (name) => {
    expect(inside(name, "0:0", ["curl", "--version"])).toContain("https");
    expect(inside(name, "0:0", ["bash", "-c", "echo $BASH_VERSION"])).toMatch(/^\d/);
  });
});

test("an image that was built here is labelled so", () => {
  for (const [name, config] of configs) {
    const description = config.Labels?.["org.opencontainers.image.description"] ?? "";
    const isMadeHere = config.Labels?.["org.opencontainers.image.title"]?.endsWith("(Podwatch lab)") ?? false;
    if (isMadeHere)
      expect(`${name}: ${description}`).toMatch(
        /Made from Debian packages|Stand-in for|built from its Go module/,
      );
  }
});

const listingScript = `import fs from "fs";
function list(r) { r.return(200, fs.readdirSync("/etc/nginx").filter((name) => name === "conf.d").join()); }
export default { list };
`;

const listingConfig = (port: number) => `load_module modules/ngx_http_js_module.so;
error_log stderr;
pid /tmp/nginx.pid;
events {}
http {
  access_log off;
  js_import main from /t/list.js;
  server { listen 127.0.0.1:${port}; location / { js_content main.list; } }
}
`;

function run(file: string, args: string[]): string {
  return execFileSync(file, args, { encoding: "utf8", stdio: ["ignore", "pipe", "pipe"] });
}

function skopeo(args: string[]): string {
  return run("skopeo", ["--insecure-policy", ...args]);
}

function tagOf(name: string): string {
  return /:([^:/@]+)(@|$)/.exec(images[name] ?? "")?.[1] ?? "";
}

function rootOf(name: string): string {
  return join(workspace, name, "root");
}

function configOf(name: string): ImageConfig {
  const config = configs.get(name);
  if (!config) throw new Error(`versions.json names no image "${name}"`);
  return config;
}

/** Pulls an image from the lab's registry as a host would, and unpacks it. */
function unpack(name: string): ImageConfig {
  const directory = join(workspace, name);
  const path = (images[name] ?? "").replace(/^[^/]+\//, "").replace(/@.*/, "");
  skopeo(["copy", "--quiet", "--src-tls-verify=false", `docker://${address}/${path}`, `dir:${directory}`]);
  const blob = (digest: string) => join(directory, digest.replace("sha256:", ""));
  const manifest = JSON.parse(readFileSync(join(directory, "manifest.json"), "utf8")) as {
    config: { digest: string };
    layers: { digest: string }[];
  };
  mkdirSync(rootOf(name));
  for (const layer of manifest.layers) run("tar", ["-xf", blob(layer.digest), "-C", rootOf(name)]);
  return (JSON.parse(readFileSync(blob(manifest.config.digest), "utf8")) as { config: ImageConfig }).config;
}

function ownerOf(name: string, path: string): string {
  const { uid, gid } = statSync(join(rootOf(name), path));
  return `${uid}:${gid}`;
}

function userOf(name: string, user: string): string {
  const entries = readFileSync(join(rootOf(name), "etc/passwd"), "utf8").split("\n");
  const [, , uid, gid] = entries.find((entry) => entry.startsWith(`${user}:`))?.split(":") ?? [];
  return `${uid}:${gid}`;
}

/** A command line that runs a program in an image's root; its mounts end with it. */
function enter(name: string, owner: string, command: string[]): [string, string[]] {
  // An image of nothing but a program has no place for either.
  for (const place of ["dev", "proc"]) mkdirSync(join(rootOf(name), place), { recursive: true });
  const script = 'mount --rbind /dev "$1/dev"; mount -t proc proc "$1/proc"; root=$1 owner=$2; shift 2; ';
  const path = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";
  const start = `exec env -i PATH=${path} chroot --userspec="$owner" "$root" "$@"`;
  return ["unshare", ["--mount", "sh", "-ec", script + start, "sh", rootOf(name), owner, ...command]];
}

/** What the program prints; throws with that if it fails. */
function inside(name: string, owner: string, command: string[]): string {
  const [file, args] = enter(name, owner, command);
  // Through `cat`, because Node's pipes are sockets, and those cannot be opened again by way of /dev/stderr.
  const script = 'set -o pipefail; "$@" 2>&1 | cat';
  const { status, stdout } = spawnSync("bash", ["-c", script, "bash", file, ...args], { encoding: "utf8" });
  if (status !== 0) throw new Error(`${command.join(" ")} failed: ${stdout}`);
  return stdout;
}

async function whileRunning(name: string, owner: string, command: string[], check: () => Promise<void>) {
  const [file, args] = enter(name, owner, command);
  // Through `exec` it is one process from unshare to the program, so a signal reaches the program.
  const child = spawn(file, args, { stdio: "ignore" });
  const ended = new Promise((resolveEnd) => child.once("exit", resolveEnd));
  try {
    await check();
  } finally {
    child.kill("SIGTERM");
    await ended;
  }
}

/** The body of the first good answer, within a minute. */
async function answerOf(url: string): Promise<string> {
  const end = Date.now() + 60_000;
  for (;;) {
    try {
      const response = await fetch(url, { signal: AbortSignal.timeout(10_000) });
      if (response.ok) return await response.text();
      throw new Error(`${url} answers ${response.status}`);
    } catch (error) {
      if (Date.now() > end) throw error;
      await new Promise((wait) => setTimeout(wait, 100));
    }
  }
}

function freePort(): Promise<number> {
  return new Promise((resolvePort, reject) => {
    const server = createServer().once("error", reject);
    server.listen(0, "127.0.0.1", () => {
      const bound = server.address();
      server.close(() =>
        typeof bound === "object" && bound ? resolvePort(bound.port) : reject(new Error("no port")),
      );
    });
  });
}
