// Another engine stands beside podman: it deploys whole stacks, and no service's folder knows of it.

import { MonitoringStack } from "../../components/monitoringStack";
import versions from "../../versions.json";
import { fakeEngine } from "../engines/fakeEngine";
import { settingsOfStack } from "./goldenStacks";
import { deploy, type Recorded, Secret } from "./mocks";

/** Everything that the stack of all settings deploys by this engine. */
async function deployBy(engine = fakeEngine()): Promise<Recorded[]> {
  const { hosts } = settingsOfStack("everything");
  const settings = { hosts: hosts.map((host) => ({ ...host, containerEngine: engine })) };
  const { resources } = await deploy(() => new MonitoringStack("podwatch", settings));
  return resources;
}

/** What the commands that bring services get on standard input, by the name of the resource. */
function bundles(resources: readonly Recorded[]): Record<string, string> {
  const all = resources
    .filter(({ name }) => /-service(-bundle)?$/.test(name))
    .map(({ name, inputs }) => [name, inputs.stdin]);
  return Object.fromEntries(all.filter(([, stdin]) => !(stdin instanceof Secret)));
}

/** restic and lego are the programs of timers, python the base of one that hosts build. */
const CONTAINERS = Object.keys(versions.images)
  .filter((name) => !["restic", "lego", "python"].includes(name))
  .sort();

/** Those that need root. */
const ROOTFUL = ["apache-exporter"];

test("an engine makes what is applied of every service of a stack", async () => {
  const resources = await deployBy();
  const of = (host: string, scope: string, suffix: string) => [
    ...CONTAINERS.filter((name) => scope === "rootful" || !ROOTFUL.includes(name)).map((name) => [
      `podwatch-${host}-${name}-service${suffix}`,
      `fake ${scope} container ${name}\n`,
    ]),
    [`podwatch-${host}-prometheus-history-service${suffix}`, `fake ${scope} container prometheus-history\n`],
    [`podwatch-${host}-topology-service${suffix}`, `fake ${scope} container topology\n`],
    [`podwatch-${host}-executor-service${suffix}`, `fake ${scope} container executor\n`],
    [`podwatch-${host}-backup-service${suffix}`, `fake ${scope} timer backup\n`],
    [`podwatch-${host}-network-service${suffix}`, `fake ${scope} network network\n`],
    [`podwatch-${host}-node-exporter-service${suffix}`, `fake ${scope} native node-exporter\n`],
  ];
  expect(bundles(resources)).toEqual(
    Object.fromEntries([
      // sudo wants a password there, so bundles go ahead.
      ...of("rootful", "rootful", "-bundle"),
      ["podwatch-rootful-apache-status-service-bundle", "fake rootful fragment apache-status\n"],
      ...of("rootless", "rootless", ""),
      ["podwatch-target-node-exporter-service", "fake rootful native node-exporter\n"],
      ["podwatch-rootful-engine-service-bundle", "fake rootful packages engine\n"],
      ["podwatch-rootful-firewall-service-bundle", "fake rootful nftables firewall\n"],
      ["podwatch-target-firewall-service", "fake rootful nftables firewall\n"],
      ["podwatch-rootful-accounts-service-bundle", "fake rootful accounts accounts\n"],
      ["podwatch-target-accounts-service", "fake rootful accounts accounts\n"],
      ["podwatch-rootful-ssh-service-bundle", "fake rootful sshd ssh\n"],
      ["podwatch-target-ssh-service", "fake rootful sshd ssh\n"],
      ["podwatch-rootful-time-service-bundle", "fake rootful time time\n"],
      ["podwatch-target-time-service", "fake rootful time time\n"],
      ["podwatch-rootful-storage-service-bundle", "fake rootful mount storage\n"],
    ]),
  );
});

test("services use the DNS server that the engine names", async () => {
  const configurations: string[] = [];
  const engine = fakeEngine([], {
    bundle: (service) => {
      if (service.kind === "container") configurations.push(service.files["nginx.conf"] ?? "");
      return "fake\n";
    },
  });
  await deployBy(engine);
  expect(configurations.join("\n").match(/^\s*resolver .*$/gm)).toEqual(
    expect.arrayContaining([expect.stringContaining("resolver 127.0.0.11 ")]),
  );
});
