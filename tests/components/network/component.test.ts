import { Host } from "../../../components/host";
import { PodNetwork } from "../../../components/network/component";
import { everySection, filesBeside } from "../everything";
import { command, component, parseBundle, removal, unitLines } from "../expected";
import { deploy } from "../mocks";
import { hostSettings } from "../stackFile";

async function deployNetwork(settings: ReturnType<typeof hostSettings>) {
  const { resources, result } = await deploy(() => {
    const host = new Host("mon", settings);
    return new PodNetwork("net", { host, ...settings.network });
  });
  return { resources: resources.filter(({ name }) => name.startsWith("net")), resolver: result.resolver };
}

test.each([
  { spec: "minimal", settings: hostSettings(), subnet: "10.89.77.0/24", gateway: "10.89.77.1", ipv6: [] },
  {
    spec: "everything changed",
    settings: hostSettings(everySection(), {}, filesBeside()),
    subnet: "172.20.16.0/20",
    gateway: "172.20.16.1",
    ipv6: ["IPv6=true", "Subnet=fd5a:1c3e:9b20:77::/64", "Gateway=fd5a:1c3e:9b20:77::1"],
  },
])("$spec: one command applies the network's unit", async ({ settings, subnet, gateway, ipv6 }) => {
  const { resources, resolver } = await deployNetwork(settings);
  expect(resources).toEqual([
    component("PodNetwork", "net"),
    command({
      name: "net-service",
      parent: "net",
      create: "/bin/sh /var/lib/podwatch/runner apply network --owner=mon",
      delete: removal("remove network"),
      stdin: expect.any(String),
      triggers: ["id-of-mon-runner"],
      dependsOn: ["mon-runner"],
    }),
  ]);
  expect(resolver).toBe(gateway);
  const { headers, parts } = parseBundle(resources[1]?.inputs.stdin);
  expect(headers).toEqual(["podwatch-bundle 1", "service network"]);
  expect(Object.keys(parts)).toEqual(["unit/podwatch.network"]);
  expect(unitLines(parts["unit/podwatch.network"])).toEqual([
    "[Unit]",
    "Description=Podwatch network",
    "[Network]",
    "NetworkName=podwatch",
    `Subnet=${subnet}`,
    `Gateway=${gateway}`,
    ...ipv6,
  ]);
});
