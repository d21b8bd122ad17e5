// Which resources are a host's: what `--host` deploys and removes.
import { type Owned, previewed, targetsOf } from "../../operate/targets";

const urn = (type: string, name: string) => `urn:pulumi:dev::podwatch::${type}::${name}`;
const STACK = urn("podwatch:index:MonitoringStack", "podwatch");

/** A host with its runner, and a component with a command and a password. */
function host(name: string, component: string): Owned[] {
  const own = `podwatch-${name}`;
  const made = urn("podwatch:index:Host", own);
  const inside = urn("podwatch:index:Thing", component);
  const runner = urn("command:remote:Command", `${own}-runner`);
  const password = urn("random:index:Password", `${component}-password`);
  return [
    { urn: inside, type: "podwatch:index:Thing", parent: STACK },
    { urn: password, type: "random:index:Password", parent: inside },
    { urn: made, type: "podwatch:index:Host", parent: STACK },
    { urn: runner, type: "command:remote:Command", parent: made },
    {
      urn: urn("command:remote:Command", `${component}-service`),
      type: "command:remote:Command",
      parent: inside,
      dependencies: [password, runner],
    },
  ];
}
const names = (urns: readonly string[] = []) => urns.map((one) => one.split("::").at(-1)).sort();

test("hosts are told apart by what their commands depend on, not by names", () => {
  const stack = { urn: STACK, type: "podwatch:index:MonitoringStack" };
  // The node exporter of the host `a`, and a service of the host `a-node`.
  const { hosts, shared } = targetsOf([
    stack,
    ...host("a", "podwatch-a-node-exporter"),
    ...host("a-node", "podwatch-a-node-network"),
  ]);
  expect(Object.keys(hosts).sort()).toEqual(["a", "a-node"]);
  expect(names(hosts.a)).toEqual([
    "podwatch-a",
    "podwatch-a-node-exporter",
    "podwatch-a-node-exporter-password",
    "podwatch-a-node-exporter-service",
    "podwatch-a-runner",
  ]);
  expect(names(hosts["a-node"])).toContain("podwatch-a-node-network-password");
  expect(shared).toEqual([STACK]);
});

test("what a host has in somebody else's Grafana is the host's, whatever it depends on", () => {
  const elsewhere = (name: string): Owned[] => {
    const component = urn("podwatch:index:ExternalGrafana", `podwatch-${name}-external-grafana`);
    const one = urn("command:local:Command", `podwatch-${name}-external-grafana-folder`);
    return [
      { urn: component, type: "podwatch:index:ExternalGrafana", parent: STACK },
      { urn: one, type: "command:local:Command", parent: component },
    ];
  };
  const { hosts, shared } = targetsOf([
    { urn: STACK, type: "podwatch:index:MonitoringStack" },
    ...["a", "a-b"].flatMap((name) => [...elsewhere(name), ...host(name, `podwatch-${name}-x`)]),
  ]);
  for (const name of ["a", "a-b"]) {
    expect(names(hosts[name])).toEqual(
      expect.arrayContaining([
        `podwatch-${name}-external-grafana`,
        `podwatch-${name}-external-grafana-folder`,
      ]),
    );
    expect(hosts[name]).toHaveLength(7);
  }
  expect(shared).toEqual([STACK]);
});

test("a preview counts what changes on each host, also what is to be removed; a replacement is one resource", () => {
  const steps = host("a", "podwatch-a-x").map(({ urn, ...newState }) => ({ op: "same", urn, newState }));
  const removed = host("b", "podwatch-b-x").map(({ urn, ...oldState }) => ({ op: "delete", urn, oldState }));
  const { hosts, changes } = targetsOf(
    previewed(JSON.stringify({ steps: [...steps, ...removed, ...removed] })),
  );
  expect([hosts.a?.length, hosts.b?.length]).toEqual([5, 5]);
  expect(changes).toEqual({ b: 10 });
});

test("a preview that failed is told in its own words", () => {
  const diagnostics = [
    { severity: "info", message: "x" },
    { severity: "error", message: "podwatch:host: is missing\n" },
  ];
  expect(() => previewed(JSON.stringify({ diagnostics }))).toThrow(new Error("podwatch:host: is missing"));
});
