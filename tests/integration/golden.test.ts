// The rendered files in tests/golden/ are what the real programs accept: promtool, amtool, nginx -t, Quadlet and systemd.
// Runs on a lab host that is up, else on one of its own.
import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parse } from "yaml";
import { quoteWord, serializeUnit } from "../../engines/systemd/unit";
import { images } from "../../versions.json";
import { checkout, hosts, lab, labOutput, type Result, run } from "./labHosts";

const golden = join(checkout, "tests/golden");

/** One bundle of one host of one stack. */
interface Bundle {
  readonly stack: string;
  readonly host: string;
  readonly service: string;
  /** Where it is unpacked on the lab host, below `directory`. */
  readonly path: string;
}

const bundles: Bundle[] = readdirSync(golden).flatMap((stack) =>
  readdirSync(join(golden, stack)).flatMap((file) => {
    const [, host = "", service = ""] =
      /^podwatch-([a-z]+)-([a-z-]+?)-service(?:-bundle)?\.bundle$/.exec(file) ?? [];
    return service === "" ? [] : [{ stack, host, service, path: `${stack}/${host}/${service}` }];
  }),
);

const OWN_HOST = "golden";
let host: string;
let directory: string;

beforeAll(async () => {
  const up = (await hosts()).filter(({ state }) => state === "up").map(({ name }) => name);
  host = up.includes("dev") ? "dev" : OWN_HOST;
  if (!up.includes(host)) await labOutput("up", host);
  directory = await labOutput("exec", host, "mktemp", "-d", "/var/tmp/podwatch-golden.XXXXXX");
  await unpackBundles();
  for (const image of [images.nginx, images.prometheus, images.alertmanager])
    await labOutput("exec", host, "podman", "pull", "-q", image);
}, 300_000);

afterAll(async () => {
  if (directory !== undefined) await lab("exec", host, "rm", "-rf", directory);
  if (host === OWN_HOST) await labOutput("down", host);
}, 60_000);

/** Sends the bundles to the host and unpacks them there with the runner's own script. */
async function unpackBundles(): Promise<void> {
  const staging = mkdtempSync(join(tmpdir(), "podwatch-golden-"));
  cpSync(join(checkout, "host/bundle.sh"), join(staging, "bundle.sh"));
  for (const { stack, path } of bundles) {
    mkdirSync(join(staging, path, "current"), { recursive: true });
    const [, name, service] = path.split("/");
    const file = readdirSync(join(golden, stack)).find((other) =>
      other.startsWith(`podwatch-${name}-${service}-service`),
    );
    cpSync(join(golden, stack, file ?? ""), join(staging, path, "bundle"));
  }
  writeFileSync(
    join(staging, "unpack"),
    'set -eu; fail() { echo "$*" >&2; exit 1; }; . ./bundle.sh\n' +
      'for bundle in */*/*/bundle; do unpack_bundle "$bundle" "${bundle%/bundle}/current"; done\n',
  );
  const archive = join(staging, "archive.tar");
  await run("tar", ["-C", staging, "--exclude=archive.tar", "-cf", archive, "."]);
  const sent = await run(
    join(checkout, "lab/lab"),
    ["exec", host, "tar", "-C", directory, "-xf", "-"],
    readFileSync(archive, "utf8"),
  );
  rmSync(staging, { recursive: true });
  expect({ ...sent, stdout: "" }).toEqual({ code: 0, stdout: "", stderr: "" });
  expect(await onHost("chmod -R a+rX . && sh ./unpack")).toEqual({ code: 0, stdout: "", stderr: "" });
  expect(await onHost(CERTIFICATES)).toHaveExited(0);
}

/** Gives each NGINX a certificate in place of the one that the runner would put there. */
const CERTIFICATES = `
  openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -subj /CN=golden -days 2 -keyout key -out certificate &&
  for nginx in */*/nginx/current; do
    mkdir -p "$nginx/secrets" && cat certificate key >"$nginx/secrets/nginx-certificate" || exit 1
  done`;

/** Runs a script as root on the host, in the directory of the unpacked bundles. */
function onHost(script: string, input = ""): Promise<Result> {
  return run(join(checkout, "lab/lab"), ["exec", host, "sh", "-c", `cd ${directory}; ${script}`], input);
}

/** Runs a service's own check in its image, confined as the runner does it. */
function check({ path }: Pick<Bundle, "path">, image: string): Promise<Result> {
  const confined = "--rm -i --network none --read-only --cap-drop all --security-opt no-new-privileges";
  return onHost(
    `podman run ${confined} --user "$(sed -n 's/^user //p' ${path}/current/headers)" ` +
      `--volume "$PWD/${path}:/etc/podwatch:ro" --entrypoint /bin/sh ${image} -s <${path}/current/hooks/check`,
  );
}

/** A copy of an unpacked bundle in which a line is appended to a file. */
async function damaged({ path }: Bundle, file: string, line: string): Promise<{ path: string }> {
  const copy = `damaged/${path}`;
  const copied = await onHost(
    `mkdir -p ${copy} && cp -r ${path}/current ${copy}/ && cat >>${copy}/current/${file}`,
    `${line}\n`,
  );
  expect(copied).toHaveExited(0);
  return { path: copy };
}

function of(service: string): Bundle[] {
  return bundles.filter((bundle) => bundle.service === service);
}

const MONITOR = ["grafana", "network", "nginx", "prometheus"];
const EVERYTHING = [
  ...MONITOR,
  "alertmanager",
  "blackbox-exporter",
  "nginx-exporter",
  "node-exporter",
  "backup",
  "influxdb",
  "victoriametrics",
  "vmalert",
  "vmauth",
  "prometheus-history",
  "telegraf",
  "topology",
  "executor",
];
/** What needs root. */
const ROOTFUL = [
  "accounts",
  "apache-exporter",
  "apache-status",
  "engine",
  "firewall",
  "ssh",
  "storage",
  "time",
];
/** What Quadlet has no unit of. */
const OTHER_KINDS = [
  "accounts",
  "apache-status",
  "backup",
  "engine",
  "firewall",
  "node-exporter",
  "ssh",
  "storage",
  "time",
];

/** What each stack deploys to each of its hosts. */
const DEPLOYED: Readonly<Record<string, readonly string[]>> = {
  "dev/dev": MONITOR,
  "docker/monitor": [...MONITOR, "alertmanager", "node-exporter"],
  "everything/rootful": [...EVERYTHING, ...ROOTFUL],
  "everything/rootless": EVERYTHING,
  "everything/target": ["accounts", "firewall", "node-exporter", "ssh", "time"],
  "prod/monitor": MONITOR,
  "rootless/monitor": MONITOR,
};

test("there is a bundle of every service of every host", () => {
  const expected = Object.entries(DEPLOYED).flatMap(([host, services]) =>
    services.map((service) => `${host}/${service}`),
  );
  expect(bundles.map(({ path }) => path).sort()).toEqual(expected.sort());
});

describe("amtool", () => {
  test.each(of("alertmanager"))("takes $stack, host $host", async (bundle) => {
    const checked = await check(bundle, images.alertmanager);
    expect(checked).toHaveExited(0);
    const receivers = bundle.stack === "everything" ? 6 : 1;
    expect(checked.stdout).toMatch(new RegExp(`Found:\\n(.*\\n)* - ${receivers} receivers`));
  });
});

describe("promtool", () => {
  test.each([...of("prometheus"), ...of("prometheus-history")])(
    "takes $stack, host $host, $service",
    async (bundle) => {
      const { code, stdout, stderr } = await check(await withoutMissing(bundle), images.prometheus);
      expect({ code, problems: stderr, ...(code === 0 ? {} : { stdout }) }).toEqual({
        code: 0,
        problems: "",
      });
      expect(stdout).toMatch(/SUCCESS: .*prometheus\.yml is valid/);
    },
  );

  /** Without jobs of service discoveries that the image's build leaves out, each of which its check has named. */
  async function withoutMissing(bundle: Bundle): Promise<Pick<Bundle, "path">> {
    const { stdout } = await check(bundle, images.prometheus);
    if (!/built without service discovery for/.test(stdout)) return bundle;
    const file = "current/files/prometheus.yml";
    const configuration = parse((await onHost(`cat ${bundle.path}/${file}`)).stdout);
    configuration.scrape_configs = configuration.scrape_configs.filter(
      (job: object) => !("openstack_sd_configs" in job || "consul_sd_configs" in job),
    );
    const copy = `without/${bundle.path}`;
    const written = await onHost(
      `mkdir -p ${copy} && cp -r ${bundle.path}/current ${copy}/ && cat >${copy}/${file}`,
      JSON.stringify(configuration),
    );
    expect(written).toHaveExited(0);
    return { path: copy };
  }

  test("rejects a mistake", async () => {
    const [bundle] = of("prometheus");
    const refused = await check(
      await damaged(bundle as Bundle, "files/prometheus.yml", "scrape: 1"),
      images.prometheus,
    );
    expect(refused).not.toHaveExited(0);
    expect(refused.stdout).toContain("field scrape not found");
  });
});

describe("nginx -t", () => {
  test.each(of("nginx"))("takes $stack, host $host", async (bundle) => {
    const { code, stdout, stderr } = await check(bundle, images.nginx);
    // A lab host allows fewer open files than a real one.
    const complaints = stderr.replace(/^.*\[warn\].* exceed open file resource limit: \d+\n/gm, "");
    expect({ code, stdout, complaints }).toEqual({ code: 0, stdout: "", complaints: "" });
  });

  test.each([
    ["files/nginx.conf", "listen 1;", /"listen" directive is not allowed here/],
    ["files/gateways.js", "}", /SyntaxError/],
  ])("rejects a mistake in %s", async (file, line, message) => {
    const bundle = of("nginx").find(({ stack }) => stack === "dev") as Bundle;
    const refused = await check(await damaged(bundle, file, line), images.nginx);
    expect(refused).not.toHaveExited(0);
    expect(refused.stderr).toMatch(message);
  });
});

describe("systemd", () => {
  /** What is said of the units of a host whose services run by Docker, beside that the lab's host has none of the programs. */
  async function verified(directory: string): Promise<string[]> {
    const { stderr } = await onHost(
      `SYSTEMD_LOG_LEVEL=warning systemd-analyze verify --man=no ${directory}/*.service`,
    );
    return stderr
      .split("\n")
      .filter((line) => !/^$|: Command \S+ is not executable: |docker\.service not found/.test(line));
  }

  test("takes every unit of docker/monitor", async () => {
    expect(
      await onHost("mkdir -p units/docker && cp docker/monitor/*/current/unit/* units/docker/"),
    ).toHaveExited(0);
    expect(await verified("units/docker")).toEqual([]);
  });

  test("rejects a mistake", async () => {
    expect(
      await onHost(
        "mkdir -p units/damaged && cp units/docker/* units/damaged/ && echo Restartt=no >>units/damaged/podwatch-grafana.service",
      ),
    ).toHaveExited(0);
    expect(await verified("units/damaged")).toContainEqual(expect.stringContaining("Unknown key 'Restartt'"));
  });
});

describe("Quadlet", () => {
  const kinds: Readonly<Record<string, string>> = {
    rootful: "/usr/lib/systemd/system-generators/podman-system-generator",
    rootless: "/usr/lib/systemd/user-generators/podman-user-generator --user",
  };

  /** The generator's view of all units of one host of a stack. */
  function generate(prefix: string, scope: string): Promise<Result> {
    return onHost(
      `mkdir -p units/${prefix} && cp ${prefix}/*/current/unit/* units/${prefix}/ && ` +
        `QUADLET_UNIT_DIRS=$PWD/units/${prefix} ${kinds[scope]} --dryrun`,
    );
  }

  test.each([
    ["dev/dev", "rootful"],
    ["prod/monitor", "rootful"],
    ["everything/rootful", "rootful"],
    ["everything/rootless", "rootless"],
    ["rootless/monitor", "rootless"],
  ])("makes a service of every unit of %s (%s)", async (prefix, scope) => {
    const { code, stdout, stderr } = await generate(prefix, scope);
    const complaints = stderr
      .split("\n")
      .filter((line) => line !== "" && !/: Loading source unit file /.test(line));
    expect({ code, complaints }).toEqual({ code: 0, complaints: [] });
    const made = [...stdout.matchAll(/^---(.+)\.service---$/gm)].map(([, name]) => name);
    const containers = (DEPLOYED[prefix] ?? []).filter((service) => !OTHER_KINDS.includes(service));
    expect(made.sort()).toEqual(containers.map((service) => `podwatch-${service}`).sort());
  });

  test("rejects a mistake", async () => {
    const [bundle] = of("prometheus");
    const { path } = await damaged(
      bundle as Bundle,
      "unit/podwatch-prometheus.container",
      "[Container]\nReadOnlyy=true",
    );
    const { stderr } = await onHost(`QUADLET_UNIT_DIRS=$PWD/${path}/current/unit ${kinds.rootful} --dryrun`);
    expect(stderr).toMatch(/unsupported key 'ReadOnlyy'/);
  });
});

/**
 * Quadlet makes a command line of a unit, and systemd starts it; a script that notes its arguments stands where
 * podman would, so that it shows what a container is given.
 */
test("systemd passes quoted arguments unchanged", async () => {
  const words = [
    " ",
    "two words",
    "it's",
    '"',
    "\\",
    "\\n",
    "%h",
    "100%",
    "$HOME",
    "${HOME}",
    "$$",
    "$",
    "a$b",
    ";;",
    "#",
    "é",
    "{{x}}",
    "*",
    "-x",
  ];
  const unit = serializeUnit([
    [
      "Container",
      [
        ["Image", images.nginx],
        ["Environment", words.map((word, index) => quoteWord(`V${index}=${word}`)).join(" ")],
        ["Exec", words.map(quoteWord).join(" ")],
      ],
    ],
  ]);
  const { code, stdout, stderr } = await onHost(
    `set -e; mkdir -p words; cat >words/words.container
    printf '#!/bin/sh\\nprintf "%%s\\\\0" "$@" >%s/words/noted\\n' "$PWD" >words/note; chmod +x words/note
    QUADLET_UNIT_DIRS=$PWD/words /usr/lib/systemd/system-generators/podman-system-generator --dryrun 2>/dev/null |
      sed -n "s#^ExecStart=/usr/bin/podman#ExecStart=$PWD/words/note#p" >words/line
    unit=podwatch-golden-words.service
    trap 'rm -f /run/systemd/system/$unit; systemctl daemon-reload' EXIT
    { printf '[Service]\\nType=oneshot\\n'; cat words/line; } >/run/systemd/system/$unit
    systemctl daemon-reload; systemctl start $unit; cat words/noted`,
    unit,
  );
  expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
  const noted = stdout.split("\0").slice(0, -1);
  expect(noted.slice(noted.indexOf(images.nginx) + 1)).toEqual(words);
  const environment = noted.flatMap((word, index) => (word === "--env" ? [noted[index + 1] ?? ""] : []));
  expect(environment.sort()).toEqual(words.map((word, index) => `V${index}=${word}`).sort());
});
