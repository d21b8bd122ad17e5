// Who gets IPv6 in the container network, and what the host has to have for it.

import { DEFAULT_SUBNET6 } from "../../../components/network/schema";
import { parse } from "../../../config/parse";
import { context, host, problemsOf, settingsOf, stack } from "../../config/support";

const job = (more: object) => ({ prometheus: { scrapeJobs: [{ name: "a", ...more }] } });
const probe = (module: string, target: string) => ({
  blackboxExporter: { targets: [{ name: "a", module, target }] },
});
const receiver = (ways: object) => ({ alertmanager: { receivers: { ops: ways } } });
const world = {
  files: {
    "targets/a.json": '[{"targets": ["[fd00::9]:9100"]}]',
    "targets/b.yml": '- targets: ["10.1.1.1:9100", "[fd00::9]:9100"]\n',
  },
  secretKeys: ["host", "alertmanager"],
};

test.each<[string, object, object, object[]]>([
  [
    "front.bind everywhere",
    { front: { bind: "::", insecure: "a test" } },
    {},
    [{ what: "ipv6", setting: "podwatch:front.bind", value: "::" }],
  ],
  [
    "front.bind everywhere, in full",
    { front: { bind: "0:0:0:0:0:0:0:0", insecure: "a test" } },
    {},
    [{ what: "ipv6", setting: "podwatch:front.bind", value: "::" }],
  ],
  [
    "front.bind on an own address",
    { front: { bind: "FD00:0::5", insecure: "a test" } },
    {},
    [{ what: "own", setting: "podwatch:front.bind", value: "fd00::5" }],
  ],
  [
    "a scraped target",
    job({ targets: ["10.1.1.1:9100", "[fd00::9]:9100"] }),
    {},
    [{ what: "ipv6", setting: "podwatch:prometheus.scrapeJobs[0].targets[1]", value: "[fd00::9]:9100" }],
  ],
  [
    "a proxy of a job",
    job({ targets: ["db1:9100"], extra: { proxy_url: "http://[fd00::9]:3128" } }),
    {},
    [
      {
        what: "ipv6",
        setting: "podwatch:prometheus.scrapeJobs[0].extra.proxy_url",
        value: "http://[fd00::9]:3128",
      },
    ],
  ],
  [
    "a target file in JSON",
    { prometheus: { fileSd: [{ name: "a", files: ["targets/a.json"] }] } },
    {},
    [{ what: "ipv6", setting: "podwatch:prometheus.fileSd[0].files" }],
  ],
  [
    "a target file in YAML",
    { prometheus: { fileSd: [{ name: "a", files: ["targets/*.yml"] }] } },
    {},
    [{ what: "ipv6", setting: "podwatch:prometheus.fileSd[0].files" }],
  ],
  [
    "a probed URL",
    probe("http", "http://[fd00::9]:8000/health"),
    {},
    [
      {
        what: "ipv6",
        setting: "podwatch:blackboxExporter.targets[0].target",
        value: "http://[fd00::9]:8000/health",
      },
    ],
  ],
  [
    "a pinged address",
    probe("icmp", "fd00::9"),
    {},
    [{ what: "ipv6", setting: "podwatch:blackboxExporter.targets[0].target", value: "fd00::9" }],
  ],
  [
    "a webhook, which is a secret",
    receiver({ webhook: { url: "http://[fd00::9]/s3cret" } }),
    {},
    [{ what: "ipv6", setting: "podwatch:alertmanager.receivers.ops.webhook.url" }],
  ],
  [
    "a mail server",
    receiver({ email: { to: ["a@b.net"], from: "c@b.net", smarthost: "[fd00::9]:25" } }),
    {},
    [{ what: "ipv6", setting: "podwatch:alertmanager.receivers.ops.email.smarthost", value: "[fd00::9]:25" }],
  ],
  [
    "a location of the front",
    { front: { snippet: "location /a/ { proxy_pass http://[fd00::9]:8000; }" } },
    {},
    [
      {
        what: "ipv6",
        setting: "podwatch:front.snippet",
        value: "location /a/ { proxy_pass http://[fd00::9]:8000; }",
      },
    ],
  ],
])("%s gives the network IPv6", (_, sections, more, needs) => {
  const { network, addressNeeds } = settingsOf(stack(sections as never, more as never), world);
  expect(network.subnet6).toBe(DEFAULT_SUBNET6);
  expect(addressNeeds).toEqual(needs);
});

test.each<[string, object, object]>([
  ["nothing", {}, []],
  [
    "an own IPv4 address",
    { front: { bind: "10.1.2.3", insecure: "a test" } },
    [{ what: "own", setting: "podwatch:front.bind", value: "10.1.2.3" }],
  ],
  ["all IPv4 addresses", { front: { bind: "0.0.0.0", insecure: "a test" } }, []],
  ["IPv6 in the URL that browsers type", { front: { publicUrl: "http://[fd00::9]" } }, []],
  [
    "labels and parameters",
    job({ targets: ["db1:9100"], labels: { a: "[fd00::9]:1" }, params: { b: "[fd00::9]" } }),
    [],
  ],
  [
    "what is switched off",
    { blackboxExporter: { enabled: false, ...probe("icmp", "fd00::9").blackboxExporter } },
    [],
  ],
  [
    "patterns",
    job({ targets: ["db1:9100"], extra: { metric_relabel_configs: [{ regex: "[a-f:]+[0-9]" }] } }),
    [],
  ],
])("%s gives it none", (_, sections, needs) => {
  const { network, addressNeeds } = settingsOf(stack(sections as never));
  expect(network).toEqual({ subnet: "10.89.77.0/24" });
  expect(addressNeeds).toEqual(needs);
});

test.each([
  ["::", "ipv6"],
  ["::1", "own"],
  ["fd00::5", "own"],
])("a front of an ordinary user's, bound to %s, needs none in the network", (bind, what) => {
  const { network, addressNeeds } = settingsOf(
    stack({ front: { bind, insecure: "a test" } }, { user: "pod", become: false }),
  );
  expect(network).toEqual({ subnet: "10.89.77.0/24" });
  expect(addressNeeds).toEqual([{ what, setting: "podwatch:front.bind", value: bind }]);
});

test("a range of the user's own gives it IPv6 without anything else", () => {
  const { network, addressNeeds } = settingsOf(stack({ network: { subnet6: "fd12:3456:789a::/48" } }));
  expect(network).toEqual({ subnet: "10.89.77.0/24", subnet6: "fd12:3456:789a::/48" });
  expect(addressNeeds).toEqual([
    { what: "ipv6", setting: "podwatch:network.subnet6", value: "fd12:3456:789a::/48" },
  ]);
});

test("the node exporter of another host gives it to whom it is asked by, and is bound to an address of its own", () => {
  const hosts = {
    mon: { ...host },
    far: { ...host, address: "fd00::7", role: "target", nodeExporter: { allowFrom: ["fd00::1"] } },
  };
  const parsed = parse({ hosts }, context());
  if ("problems" in parsed) throw new Error(JSON.stringify(parsed.problems));
  const [mon, far] = parsed.settings.hosts;
  expect(mon?.network.subnet6).toBe(DEFAULT_SUBNET6);
  expect(mon?.addressNeeds).toEqual([
    { what: "ipv6", setting: "podwatch:hosts.far.nodeExporter", value: "[fd00::7]:9100" },
  ]);
  expect(far?.addressNeeds).toEqual([
    { what: "own", setting: "podwatch:hosts.far.nodeExporter.bind", value: "fd00::7" },
  ]);
});

test.each(["fd00::/64", "2001:db9:1:2::/64", "fd00:1:2::/48", "fd00::1:0/112", "FD00::/64"])(
  "%s is a subnet",
  (subnet6) => {
    expect(problemsOf(stack({ network: { subnet6 } }))).toEqual([]);
  },
);

test.each([
  "fd00::1/64",
  "fd00::/40",
  "fd00::/120",
  "fe80::/64",
  "ff02::/64",
  "::/64",
  "10.0.0.0/24",
  "fd00::",
  "fd00::/64/1",
  "fd00::%a/64",
  "fd00:1:2:3::/48",
])("%s is none", (subnet6) => {
  expect(problemsOf(stack({ network: { subnet6 } }))).toEqual([
    expect.stringMatching(/^podwatch:network\.subnet6: ".*" is not an IPv6 subnet of this kind; write /),
  ]);
});

test.each([
  [
    { front: { bind: "fdb6:93f8:2e1d::5", insecure: "a test" } },
    {},
    "podwatch:network.subnet6",
    DEFAULT_SUBNET6,
    "fdb6:93f8:2e1d::5",
  ],
  [
    { network: { subnet6: "fd00::/64" } },
    { address: "FD00::5" },
    "podwatch:network.subnet6",
    "fd00::/64",
    "fd00::5",
  ],
  [{}, { address: "10.89.77.9" }, "podwatch:network.subnet", "10.89.77.0/24", "10.89.77.9"],
])(
  "a range that holds an address of the host is refused: %j %j",
  (sections, more, setting, range, address) => {
    expect(problemsOf(stack(sections, more))).toEqual([
      `${setting}: "${range}" holds ${address}, an address of the host itself; write a range that nothing else uses`,
    ]);
  },
);

test.each(["fe80::1", "fe80::1%eth0", "::ffff:10.1.2.3"])("the front is not bound to %s", (bind) => {
  expect(problemsOf(stack({ front: { bind, insecure: "a test" } }))).toEqual([
    `podwatch:front.bind: "${bind}" is a link-local or IPv4-mapped IPv6 address, which cannot be used here; write 127.0.0.1, 0.0.0.0, :: or another address of the host`,
  ]);
});

test.each([
  ["::", "http://10.1.2.3:8080"],
  ["::1", "http://localhost:8080"],
  ["fd00::5", "http://[fd00::5]:8080"],
])("the URL of a front bound to %s is %s", (bind, url) => {
  const { front } = settingsOf(
    stack({ front: { bind, insecure: "a test", port: 8080, tls: false } }, { user: "pod", become: false }),
  );
  expect(front.publicUrl).toBe(url);
});

test("root's containers are not reached at ::1", () => {
  expect(problemsOf(stack({ front: { bind: "0:0:0:0:0:0:0:1" } }))).toEqual([
    'podwatch:front.bind: "::1" cannot be forwarded to root\'s containers; write 127.0.0.1, which also reaches only the host itself, or set become: false',
  ]);
});

test("the URL of a front of a host that is reached by IPv6 has brackets", () => {
  const settings = settingsOf(
    stack({ front: { bind: "::", insecure: "a test", port: 8080, tls: false } }, { address: "fd00::5" }),
  );
  expect(settings.front.publicUrl).toBe("http://[fd00::5]:8080");
});
