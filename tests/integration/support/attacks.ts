// Attempts to get around the front's log-in, and to guess it.
import { type LabHost, must } from "./lab";

const HOST = "Host: 127.0.0.1";
const READY = "/prometheus/-/ready";
const get = (target: string, ...more: string[]) =>
  [`GET ${target} HTTP/1.1`, HOST, ...more, "", ""].join("\r\n");
const smuggled = get(READY);
/** To a service that everybody may ask, with another request behind it. */
const post =
  (...headers: string[]) =>
  (body: string) =>
    ["POST /grafana/api/health HTTP/1.1", HOST, ...headers, "", body].join("\r\n");

const PATHS = [
  READY,
  "//prometheus/-/ready",
  "/prometheus//-/ready",
  "/./prometheus/-/ready",
  "/x/../prometheus/-/ready",
  "/grafana/../prometheus/-/ready",
  "/grafana/..%2fprometheus/-/ready",
  "/grafana/%2e%2e/prometheus/-/ready",
  "/grafana/%2e%2e%2fprometheus/-/ready",
  "/grafana/..;/prometheus/-/ready",
  "/grafana/..%3b/prometheus/-/ready",
  "/grafana/..%5cprometheus/-/ready",
  "/grafana/..\\prometheus/-/ready",
  "/grafana/%252e%252e/prometheus/-/ready",
  "/%70rometheus/-/ready",
  "/prometheus%2f-/ready",
  "/prometheus;x/-/ready",
  "/prometheus/;/-/ready",
  "/prometheus/-/ready?x=/grafana/",
  "/prometheus/-/ready#/grafana/",
  "/grafana/api/live/../../../prometheus/-/ready",
  "/grafana/api/live/..%2f..%2f..%2fprometheus/-/ready",
  "/log-in",
  "/log-in/",
  "/index.html",
  "/start",
  "/runbooks/",
  "/grafana/../runbooks/",
  "/roq/service/",
  "/roq/service/deribit/metrics",
  "/grafana/../roq/service/deribit/metrics",
  "http://127.0.0.1/prometheus/-/ready",
  "http://localhost/grafana/../prometheus/-/ready",
  "http://podwatch-prometheus:9090/prometheus/-/ready",
  "https://127.0.0.1/prometheus/-/ready",
];

const HEADERS: readonly string[][] = [
  [HOST],
  ["Host: podwatch-prometheus:9090"],
  ["X-Original-URL: /grafana/", "X-Rewrite-URL: /grafana/"],
  ["X-Area: start", "X-Asks: read", "X_Area: start"],
  ["X-Forwarded-For: 127.0.0.1", "X-Real-IP: 127.0.0.1", "X-Forwarded-Host: localhost"],
  ["X-Accel-Redirect: /index.html", "X-HTTP-Method-Override: OPTIONS"],
  ["Authorization: Basic", "Authorization: Basic YWxpY2U6"],
  ["Authorization: Basic Og=="],
  ["Authorization: Basic OnB3"],
  ["Authorization: Basic Y29uc3RydWN0b3I6eA=="],
  ["Authorization: Basic __proto__"],
  ["Authorization: Bearer"],
  ["Authorization: Bearer :"],
  ["Authorization: Bearer __proto__"],
  ["Upgrade: websocket", "Connection: Upgrade"],
  ["Connection: Authorization, X-Area"],
];

const OTHERS = [
  `OPTIONS * HTTP/1.1\r\n${HOST}\r\n\r\n`,
  "CONNECT podwatch-prometheus:9090 HTTP/1.1\r\nHost: podwatch-prometheus:9090\r\n\r\n",
  `TRACE ${READY} HTTP/1.1\r\n${HOST}\r\n\r\n`,
  `GET ${READY}\r\n\r\n`,
  `GET ${READY} HTTP/1.0\r\n\r\n`,
  "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
];

/** Bodies whose end the front and a service might see in different places. */
const SMUGGLED = [
  post(`Content-Length: ${smuggled.length + 5}`, "Transfer-Encoding: chunked")(`0\r\n\r\n${smuggled}`),
  post("Transfer-Encoding: chunked", "Transfer-Encoding: identity")(`0\r\n\r\n${smuggled}`),
  post("Transfer-Encoding: xchunked", "Content-Length: 0")(smuggled),
  post("Transfer-Encoding : chunked", "Content-Length: 0")(smuggled),
  post("Content-Length: 0", "Content-Length: 5")(smuggled),
  post("Content-Length: +0")(smuggled),
  post("Transfer-Encoding: chunked")(`0;\r\n\r\n${smuggled}`),
  post("X: y\nAuthorization: Basic", "Content-Length: 0")(smuggled),
];

/** The statuses of the answers to each; without that of a service that everybody may ask. */
export async function aroundTheLogIn(host: LabHost) {
  const requests = [
    ...[
      ...PATHS.map((path) => get(path)),
      ...HEADERS.map((headers) => get(READY, ...headers)),
      ...OTHERS,
    ].map((raw) => ({ raw, open: 0 })),
    ...SMUGGLED.map((raw) => ({ raw, open: 1 })),
  ];
  const script = `ask() {
  printf '%s' "$2" | base64 -d | timeout 2 bash -c 'exec 3<>/dev/tcp/127.0.0.1/80; cat >&3; timeout 1 cat <&3' |
    grep -a -o '^HTTP/[0-9.]* [0-9]*\\|Prometheus Server is Ready\\|^# TYPE' | tr '\\n' ';' >/tmp/answer-$1 || :
}
number=0
while read -r line; do ask $number "$line" & number=$((number + 1)); [ $((number % 10)) != 0 ] || wait; done
wait
for one in $(seq 0 $((number - 1))); do cat /tmp/answer-$one; echo; done`;
  const input = `${requests.map(({ raw }) => Buffer.from(raw, "latin1").toString("base64")).join("\n")}\n`;
  const told = await must("lab/lab", ["exec", host.name, "bash", "-c", script], { input });
  const lines = told.split("\n");
  return requests.map(({ raw, open }, index) => {
    const seen = (lines[index] ?? "").split(";").filter(Boolean);
    // What is behind the log-in counts even where no status stands before it.
    const got = seen.map((one) => (one.startsWith("HTTP/") ? Number(one.split(" ")[1]) : 200));
    return { raw, got: got.slice(open) };
  });
}

/** A thousand wrong passwords as fast as they can be sent, while somebody who has logged in works. */
export async function guesses(host: LabHost, good: string, path: string) {
  const script = `header=$(cat)
start=$(date +%s%N)
seq 1000 | while read -r one; do
  printf 'url = "http://127.0.0.1${path}"\\nuser = "alice:wrong%s"\\noutput = /dev/null\\n' "$one"
done >/tmp/guesses
curl --silent --parallel --parallel-max 100 --write-out '%{http_code}\\n' --config /tmp/guesses >/tmp/answers & guessing=$!
for one in $(seq 20); do
  printf 'header = "%s"\\n' "Authorization: $header" |
    curl --silent --output /dev/null --write-out 'good %{http_code} %{time_total}\\n' --config - http://127.0.0.1${path}
done
wait $guessing || :
sort /tmp/answers | uniq -c | awk '{ print $2, $1 }'
echo took $((($(date +%s%N) - start) / 1000000))`;
  const told = await must("lab/lab", ["exec", host.name, "bash", "-c", script], { input: good });
  const lines = told
    .trim()
    .split("\n")
    .map((line) => line.split(" "));
  const goods = lines.filter(([what, status]) => what === "good" && status === "200");
  const counted = lines.filter(([what = ""]) => /^\d+$/.test(what));
  return {
    /** By status. */
    counts: Object.fromEntries(counted.map(([status, count]) => [Number(status), Number(count)])),
    goods: goods.length,
    seconds: Math.ceil(Number(lines.find(([what]) => what === "took")?.[1]) / 1000),
    slowest: Math.max(...goods.map(([, , time]) => Number(time))),
  };
}
