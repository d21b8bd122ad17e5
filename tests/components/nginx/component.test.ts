import { GRAFANA_BACKEND } from "../../../components/grafana/render";
import { NginxBridge } from "../../../components/nginx/component";
import { PROMETHEUS_BACKEND } from "../../../components/prometheus/render";
import type { HostSettings } from "../../../config/load";
import versions from "../../../versions.json";
import { everySection, filesBeside } from "../everything";
import { component, serviceUnit, unitLines } from "../expected";
import { BYTES, COMMAND, PASSWORD } from "../mocks";
import { bundleOf, deployOnHost, serviceCommand } from "../onHost";
import { hostSettings } from "../stackFile";

function deployBridge(
  settings: HostSettings,
  backends = [GRAFANA_BACKEND, PROMETHEUS_BACKEND],
  runbooks: Record<string, string> = {},
) {
  return deployOnHost(settings, (name, ground) => {
    const { front, gateways } = settings;
    const { limits } = settings.prometheus;
    const hostName = settings.name;
    return new NginxBridge(name, { ...ground, hostName, front, gateways, limits, backends, runbooks });
  });
}

/** The locations of a server block, in order. */
function locations(configuration: string | undefined, server: RegExp): string[] {
  const text = (configuration ?? "").split(/^ {2}server \{$/m).find((block) => server.test(block)) ?? "";
  return [...text.matchAll(/^ {4}location (.*) \{$/gm)].map(([, location]) => String(location));
}

const GATEWAY = '~ "^/roq/service/(?<gateway>[A-Za-z0-9_-]{1,64})/metrics\\z"';

test("minimal: serves the services and bridges the gateways", async () => {
  const { resources, result } = await deployBridge(hostSettings());
  expect(resources).toEqual([component("NginxBridge", "tested"), serviceCommand("nginx")]);
  expect(result.url).toBe("http://localhost/");
  const { headers, parts } = bundleOf(resources);
  expect(headers).toEqual([
    "podwatch-bundle 1",
    "service nginx",
    `image ${versions.images.nginx}`,
    "user 101:101",
    "ready-within 30",
    "host-directory /run/roq/service",
  ]);
  expect(Object.keys(parts)).toEqual([
    "files/gateways.js",
    "files/html/index.html",
    "files/metrics.js",
    "files/nginx.conf",
    "files/socket.conf",
    "hooks/check",
    "hooks/ready",
    "hooks/reload",
    "unit/podwatch-nginx.container",
  ]);
  const configuration = parts["files/nginx.conf"];
  expect(locations(configuration, /listen 8080;/)).toEqual([
    "= /",
    "/",
    "= /index.html",
    "= /grafana",
    "^~ /grafana/",
    "^~ /grafana/api/live/",
    "= /prometheus",
    "^~ /prometheus/",
    "^~ /prometheus/-/reload",
    "^~ /prometheus/-/quit",
    "^~ /prometheus/debug",
    "^~ /prometheus/api/v1/admin",
    "= /roq/service/",
    GATEWAY,
  ]);
  expect(locations(configuration, /listen 8081;/)).toEqual([
    "= /release",
    "= /status",
    "= /gateways",
    GATEWAY,
    "/",
  ]);
  expect(configuration).toContain("resolver 10.89.77.1 ");
  expect(configuration).toContain(
    "proxy_pass http://unix:/run/roq/service/$gateway.sock:/metrics$is_args$args;",
  );
  expect(unitLines(parts["unit/podwatch-nginx.container"])).toEqual(
    serviceUnit({
      description: "Podwatch front door and gateway bridge (NGINX)",
      service: "nginx",
      image: versions.images.nginx,
      user: 101,
      group: 101,
      environment: ["NGINX_ENTRYPOINT_QUIET_LOGS=1"],
      container: [
        "Volume=/run/roq/service:/run/roq/service:ro",
        "PublishPort=127.0.0.1:80:8080",
        'Exec=nginx -c /etc/podwatch/current/files/nginx.conf -g "daemon off;"',
      ],
      unit: ["ExecStartPre=-mkdir -p /run/roq/service"],
    }),
  );
});

test("everything changed", async () => {
  const { resources, result } = await deployBridge(hostSettings(everySection(), {}, filesBeside()));
  expect(resources.map(({ type, name, parent }) => `${type} ${name} < ${parent}`)).toEqual([
    `podwatch:index:NginxBridge tested < undefined`,
    `podwatch:index:FrontLogIns tested-log-ins < tested`,
    `${PASSWORD} tested-log-ins-own-token < tested-log-ins`,
    `${BYTES} tested-log-ins-salt-alice < tested-log-ins`,
    `${BYTES} tested-log-ins-salt-bob@my-company.net < tested-log-ins`,
    `${PASSWORD} tested-log-ins-token-central-prometheus < tested-log-ins`,
    `${PASSWORD} tested-log-ins-user-bob@my-company.net < tested-log-ins`,
    `${COMMAND} tested-service < tested`,
    `${COMMAND} tested-tokens-secret < tested`,
    `${COMMAND} tested-users-secret < tested`,
  ]);
  expect(result.url).toBe("http://10.1.2.3:8080/");
  const { headers, parts } = bundleOf(resources);
  expect(headers).toEqual([
    "podwatch-bundle 1",
    "service nginx",
    "image registry.my-company.net:5000/mirror/nginx:1.29.1",
    "user 1001:990",
    "ready-within 30",
    "reloaded-secret podwatch-nginx-users",
    "reloaded-secret podwatch-nginx-tokens",
    "host-directory /srv/roq/service",
  ]);
  const unit = unitLines(parts["unit/podwatch-nginx.container"]);
  expect(unit).toEqual(
    expect.arrayContaining([
      "User=1001",
      "Group=990",
      "Volume=/srv/roq/service:/srv/roq/service:ro",
      "PublishPort=0.0.0.0:8080:8080",
    ]),
  );
  expect(unit.slice(0, unit.indexOf("[Container]"))).toEqual([
    "[Unit]",
    "Description=Podwatch front door and gateway bridge (NGINX)",
    "After=time-sync.target",
    "After=roq.service",
  ]);
  expect(unit.slice(unit.indexOf("[Service]") - 2)).toEqual([
    "Ulimit=nofile=4096:8192",
    "HostName=front",
    "[Service]",
    "ExecStartPre=-mkdir -p /srv/roq/service",
    "Restart=always",
    "RestartSec=2",
    "TimeoutStartSec=300",
    "MemoryMax=256M",
    "LimitNOFILE=8192",
    "[Install]",
    "WantedBy=multi-user.target",
  ]);
  const { snippet = "" } = everySection().front as { snippet?: string };
  const [server = ""] = (parts["files/nginx.conf"] ?? "").split("# For the other services");
  expect(server.trimEnd().endsWith(`\n${snippet.trimEnd()}\n  }`)).toBe(true);
  expect(parts["files/nginx.conf"]).toContain("resolver 172.20.16.1 ");
  expect(parts["files/nginx.conf"]).toContain("http://unix:/srv/roq/service/$gateway.sock:");
  expect(parts["files/gateways.js"]).toContain(".readdirSync('/srv/roq/service')");
});

test("without gateways and backends only the start page is left", async () => {
  const { resources } = await deployBridge(hostSettings({ gateways: { enabled: false } }), []);
  const { headers, parts } = bundleOf(resources);
  expect(headers.filter((line) => line.startsWith("host-directory"))).toEqual([]);
  expect(Object.keys(parts)).not.toContain("files/gateways.js");
  expect(locations(parts["files/nginx.conf"], /listen 8080;/)).toEqual(["= /", "/", "= /index.html"]);
  expect(locations(parts["files/nginx.conf"], /listen 8081;/)).toEqual(["= /release", "= /status", "/"]);
  expect(parts["files/nginx.conf"]).not.toMatch(/js_|load_module|roq/);
  expect(parts["files/html/index.html"]).not.toContain("<li>");
});

test("a rootless bridge runs as the login user with their groups, on a port that needs no root", async () => {
  const { resources } = await deployBridge(hostSettings({}, { user: "ops", become: false }));
  const unit = unitLines(bundleOf(resources).parts["unit/podwatch-nginx.container"]);
  expect(unit).toEqual(
    expect.arrayContaining([
      "UserNS=keep-id:uid=101,gid=101",
      "PodmanArgs=--group-add=keep-groups",
      "Volume=%h/.local/share/podwatch/services/nginx:/etc/podwatch:ro,z",
      "PublishPort=127.0.0.1:8080:8080",
      "WantedBy=default.target",
    ]),
  );
});

test("the release changes with every file that NGINX serves, and only then", async () => {
  const release = async (sections: object, name = "monitor") => {
    const { resources } = await deployBridge(hostSettings({ ...sections }, { name }));
    return /return 200 "([0-9a-f]{16})\\n";/.exec(bundleOf(resources).parts["files/nginx.conf"] ?? "")?.[1];
  };
  const first = await release({});
  expect(first).toMatch(/^[0-9a-f]{16}$/);
  expect(await release({})).toBe(first);
  expect(await release({ prometheus: { scrapeInterval: "1m" } })).toBe(first);
  expect(await release({ front: { snippet: "location /a {}" } })).not.toBe(first);
  expect(await release({ front: { quadlet: { Service: { MemoryMax: "1G" } } } })).toBe(first);
  expect(await release({}, "other")).not.toBe(first);
  expect(await release({ network: { subnet: "10.89.78.0/24" } })).not.toBe(first);
});

test("runbooks are files that the front shows as text", async () => {
  const text = "# HostCpuBusy\n\nIt is busy.\n";
  const { resources } = await deployBridge(hostSettings(), [], { HostCpuBusy: text });
  const { parts } = bundleOf(resources);
  expect(parts["files/html/runbooks/HostCpuBusy"]).toBe(text);
  expect(parts["files/html/index.html"]).toContain('<a href="/runbooks/">Runbooks</a>');
  expect(locations(parts["files/nginx.conf"], /listen 8080;/)).toContain("^~ /runbooks/");
});

test("a response is cut off slightly beyond the limit of the gateways' job, or of all jobs", async () => {
  const bytes = async (gateways: object, limits: object = {}) => {
    const { resources } = await deployBridge(hostSettings({ gateways, prometheus: { limits } }));
    const configuration = bundleOf(resources).parts["files/nginx.conf"] ?? "";
    return [...configuration.matchAll(/set \$metrics_at_most (\d+);/g)].map(([, count]) => Number(count));
  };
  const beyond = (megabytes: number) => (megabytes + 1) * 1024 ** 2;
  expect(await bytes({})).toEqual([beyond(64), beyond(64)]);
  expect(await bytes({}, { bodySize: "2MB" })).toEqual([beyond(2), beyond(2)]);
  expect(await bytes({ limits: { bodySize: "8MB" } }, { bodySize: "2MB" })).toEqual([beyond(8), beyond(8)]);
  expect(await bytes({ limits: { bodySize: "0" } })).toEqual([0, 0]);
});

test("a gateway is waited for as long as its scrape may take", async () => {
  const seconds = async (scrapeInterval: string) => {
    const { resources } = await deployBridge(hostSettings({ gateways: { scrapeInterval } }));
    const configuration = bundleOf(resources).parts["files/nginx.conf"] ?? "";
    return [...configuration.matchAll(/(?:metrics_within|proxy_read_timeout) (\d+)s?;/g)].map(([, s]) => s);
  };
  expect(await seconds("5s")).toEqual(["10", "10", "10", "10"]);
  expect(await seconds("1m")).toEqual(["60", "60", "60", "60"]);
});

test("no location has headers of its own, which would take away those of its server", async () => {
  const { resources } = await deployBridge(hostSettings(everySection(), {}, filesBeside()));
  const configuration = bundleOf(resources).parts["files/nginx.conf"] ?? "";
  expect(configuration).toMatch(/^ {4}add_header X-Frame-Options /m);
  expect(configuration.match(/^ {6,}(add_header|proxy_hide_header).*/gm)).toBeNull();
  expect(configuration.match(/^ {0,2}(add_header|proxy_hide_header).*/gm)).toBeNull();
});

test("the front is known by its own names, in small letters, and as a request has them", async () => {
  const names = async (front: object, host: Readonly<Record<string, unknown>> = {}) => {
    const { resources } = await deployBridge(hostSettings({ front }, host));
    const configuration = bundleOf(resources).parts["files/nginx.conf"] ?? "";
    const maps = [...configuration.matchAll(/^ {2}map \$\w+ \$is_\w+ \{\n {4}hostnames;$(.*?)^ {2}\}$/gms)];
    const found = maps.map(([, map = ""]) =>
      [...map.matchAll(/^ {4}"([^~"]+)" 1;$/gm)].map(([, name]) => name),
    );
    expect(found).toHaveLength(2);
    expect(found[0]).toEqual(found[1]);
    return found[0];
  };
  const own = ["localhost", "[::1]", "podwatch-nginx"];
  expect(await names({})).toEqual([...own, "10.1.2.3"]);
  expect(await names({}, { address: "Mon.Acme.NET." })).toEqual([...own, "mon.acme.net"]);
  expect(
    await names({
      bind: "2001:16A2::0:1",
      insecure: "a test",
      publicUrl: "https://Monitor.acme.net:8443/",
      serverNames: ["*.LAN", "10.0.0.1", "fd00::0001", "10.0.0.1"],
    }),
  ).toEqual([...own, "*.lan", "10.0.0.1", "10.1.2.3", "[2001:16a2::1]", "[fd00::1]", "monitor.acme.net"]);
  expect(await names({ bind: "0.0.0.0", insecure: "a test" })).toEqual([...own, "10.1.2.3"]);
});

test.each([
  ["127.0.0.1", {}, ["8080", "8081"], "127.0.0.1:80:8080"],
  ["127.0.0.1", { subnet6: "fd00::/64" }, ["8080", "[::]:8080", "8081", "[::]:8081"], "127.0.0.1:80:8080"],
  // Where podman would lead IPv6 to it, nobody answers.
  ["0.0.0.0", { subnet6: "fd00::/64" }, ["8080", "8081", "[::]:8081"], "0.0.0.0:80:8080"],
  ["::", {}, ["8080", "[::]:8080", "8081", "[::]:8081"], "80:8080"],
  ["fd00:1::5", {}, ["8080", "[::]:8080", "8081", "[::]:8081"], "[fd00:1::5]:80:8080"],
])("bound to %s, with %j, it listens inside at %j", async (bind, network, listens, published) => {
  const { parts } = bundleOf(
    (await deployBridge(hostSettings({ front: { bind, insecure: "a test", tls: false }, network })))
      .resources,
  );
  const found = [...(parts["files/nginx.conf"] ?? "").matchAll(/^ +listen (\S+);$/gm)].map(([, at]) => at);
  expect(found).toEqual(listens);
  expect(unitLines(parts["unit/podwatch-nginx.container"])).toContain(`PublishPort=${published}`);
});

test("log-ins are rate-limited", async () => {
  const limits = async (backends: Parameters<typeof deployBridge>[1]) => {
    const { resources } = await deployBridge(hostSettings(), backends);
    return (bundleOf(resources).parts["files/nginx.conf"] ?? "").match(/limit_req zone=\w+/g);
  };
  expect(await limits([GRAFANA_BACKEND, PROMETHEUS_BACKEND])).toEqual([
    "limit_req zone=log_ins",
    "limit_req zone=basic_log_ins",
  ]);
  expect(await limits([PROMETHEUS_BACKEND])).toBeNull();
});
