import { ask, askAll, type Raw } from "./hostile";
import type { LabHost } from "./lab";

const FRONT = "http://127.0.0.1";

/** Everything that the front of a stack with all services shows, and what it does not. */
const PATHS = [
  ...["/", "/none", "/index.html", "/runbooks/", "/own/"],
  ...["/grafana", "/grafana/login", "/grafana/api/health", "/grafana/api/live/ws"],
  ...["/prometheus/-/ready", "/prometheus/api/v1/query?query=up", "/prometheus/-/reload"],
  ...["/alertmanager/", "/alertmanager/api/v2/silences", "/alertmanager/api/v2/alerts"],
  ...["/blackbox/", "/blackbox/probe", "/roq/service/", "/roq/service/deribit/metrics"],
];

const SILENCE = JSON.stringify({
  matchers: [{ name: "alertname", value: "Watchdog", isRegex: false, isEqual: true }],
  startsAt: "2090-01-01T00:00:00Z",
  endsAt: "2090-01-02T00:00:00Z",
  createdBy: "test",
  comment: "test",
});

/** The options of a request, for curl. */
type Request = readonly string[];

const get = (path: string, ...headers: string[]): Request => [
  `${FRONT}${path}`,
  ...headers.flatMap((header) => ["-H", header]),
];
const post = (path: string, body: string, ...headers: string[]): Request => [
  ...get(path, "Content-Type: application/json", ...headers),
  ...["-d", body],
];

/** What the front of a deployed host lets pages do that a visitor has open beside it; the stack has all services. */
export function strangersAtTheFront(host: () => LabHost): void {
  /** One visit for many, and an answer for each. */
  async function answers<T extends string>(requests: Readonly<Record<T, Request>>): Promise<Record<T, Raw>> {
    const all = await askAll(host(), Object.values(requests));
    return Object.fromEntries(Object.keys(requests).map((name, index) => [name, all[index]])) as Record<
      T,
      Raw
    >;
  }
  const statuses = async (requests: Readonly<Record<string, Request>>) =>
    Object.fromEntries(Object.entries(await answers(requests)).map(([name, { status }]) => [name, status]));
  const each = <T>(names: readonly string[], of: (name: string) => T) =>
    Object.fromEntries(names.map((name) => [name, of(name)]));

  describe("a page that a visitor has open beside the front", () => {
    test.each(PATHS)("reads nothing at %s, changes nothing there, and cannot frame it", async (path) => {
      const { rebound, foreign, own, ...acts } = await answers({
        rebound: get(path, "Host: hostile.test"),
        foreign: get(path, "Origin: http://hostile.test"),
        own: get(path, "Origin: http://localhost"),
        posts: post(path, "{}", "Origin: http://hostile.test"),
        "posts from a sandbox": post(path, "{}", "Origin: null"),
        "posts without saying where": post(path, "{}", "Sec-Fetch-Site: cross-site"),
        "opens a tunnel from a sandbox": get(
          path,
          "Origin: null",
          "Connection: Upgrade",
          "Upgrade: websocket",
        ),
        "asks whether it may": [...get(path, "Origin: https://hostile.test"), "-X", "OPTIONS"],
      });
      expect(rebound.status).toBe(421);
      expect(rebound.body).toMatch(/hostile\.test.*serverNames of podwatch:front/);
      expect(foreign.status).toBe(403);
      expect(foreign.body).toMatch(/http:\/\/hostile\.test.*serverNames of podwatch:front/);
      expect(each(Object.keys(acts), (name) => acts[name as keyof typeof acts].status)).toEqual(
        each(Object.keys(acts), () => 403),
      );
      // What a service gives too does not stand there twice.
      expect(own.headers).toMatchObject({
        "x-frame-options": "SAMEORIGIN",
        "referrer-policy": "same-origin",
        "x-content-type-options": "nosniff",
        "content-security-policy": path.startsWith("/roq/")
          ? "default-src 'none'; frame-ancestors 'none'; sandbox"
          : // Pages of the front's own allow less, and say what.
            expect.stringMatching(
              /^(?:default-src 'none'; [^,]*)?frame-ancestors 'self'(?:; style-src '[^',]*')?$/,
            ),
      });
      expect(Object.keys(own.headers).filter((name) => name.startsWith("access-control"))).toEqual([]);
    });

    test("uses a name that the front does not know", async () => {
      const names = [
        ...["hostile.test:80", "localhost.hostile.test", "127.0.0.1.hostile.test", "127.hostile.test"],
        ...["lan", "hostilelan", "monitor.my-company.net.hostile.test", "10.99.0.250", "[::2]"],
      ];
      expect(await statuses(each(names, (name) => get("/", `Host: ${name}`)))).toEqual(
        each(names, () => 421),
      );
      expect(await statuses(each(names, (name) => get("/", `Origin: http://${name}`)))).toEqual(
        each(names, () => 403),
      );
    });
  });

  test("the front is known by its names, with any port, and links from elsewhere lead to it", async () => {
    const names = [
      ...["localhost", "localhost:8080", "LOCALHOST.", "127.0.0.1:9999", "127.1.2.3", "[::1]", "[::1]:8080"],
      ...["monitor.my-company.net:8443", "a.lan", "B.A.LAN:1", "podwatch-nginx:8080", host().address],
    ];
    const good = each(names, () => 200);
    expect(
      await statuses(each(names, (name) => get("/", `Host: ${name}`, `Origin: http://${name}`))),
    ).toEqual(good);
    expect(
      await statuses(each(names, (name) => get("/", `Host: ${name}`, "Sec-Fetch-Site: cross-site"))),
    ).toEqual(good);
    expect((await ask(host(), FRONT, "--http1.0", "-H", "Host:")).status).toBe(200);
  });

  test("silences can be created by the front's own page, through a tunnel, and by programs", async () => {
    const silences = "/alertmanager/api/v2/silences";
    const own = ["Host: localhost:8080", "Origin: http://localhost:8080", "Sec-Fetch-Site: same-origin"];
    const made = await statuses({
      program: post(silences, SILENCE),
      page: post(silences, SILENCE, ...own),
      looks: get("/alertmanager/api/v2/alerts"),
    });
    expect(made).toEqual({ program: 200, page: 200, looks: 200 });
  });

  test("administrative and diagnostic endpoints are blocked, in every spelling", async () => {
    const paths = [
      ...["/alertmanager/-/reload", "/alertmanager//-/reload", "/alertmanager/%2d/reload"],
      ...["/alertmanager/./-/reload", "/alertmanager/x/../-/reload", "/alertmanager%2f-/reload"],
      ...["/grafana/..%2falertmanager/-/reload", "/alertmanager/-/quit", "/alertmanager/debug/pprof/heap"],
      ...[
        "/prometheus/-/reload",
        "/prometheus/-/quit",
        "/prometheus/debug/pprof/",
        "/prometheus/%64ebug/pprof/",
      ],
      ...["/prometheus/api/v1/admin/tsdb/snapshot", "/blackbox/config", "/blackbox/logs?id=1"],
      ...["/blackbox/%6cogs?id=1", "/blackbox/debug/pprof/", "/blackbox/-/reload"],
    ];
    const alerts = [
      ...["/alertmanager/api/v2/alerts", "//alertmanager//api/v2//alerts", "/alertmanager/api/v2%2Falerts"],
      "/alertmanager/api/v1/alerts",
    ];
    const posts = [...paths, ...alerts];
    expect(await statuses(each(posts, (path) => post(path, "[]")))).toEqual(each(posts, () => 403));
    expect(await statuses(each(paths, (path) => get(path)))).toEqual(each(paths, () => 403));
  });
}
