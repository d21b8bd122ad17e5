// What is made in an OpenStack cloud, resource by resource.
import { OPENSTACK } from "../../../components/machines/component";
import { MonitoringStack } from "../../../components/monitoringStack";
import podwatch from "../../../package.json";
import { COMMAND, deploy, HOST_KEY, plainText, type Recorded, Secret } from "../mocks";
import { SECRETS, settingsOf } from "../stackFile";
import sdk from "./sdk-3.15.2.json";

const PUBLIC = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIBq9EEWeyEyPPqpTDhNpKVyAyJyJ3eLNFJRp2fJ2sX0h ops";

const OPENSTACK_SETTINGS = {
  cloud: "region-a",
  image: "debian-13",
  flavor: "m1.small",
  publicKey: PUBLIC,
  network: { name: "internal" },
};

const login = { machine: "openstack", user: "operator", privateKey: SECRETS.privateKey };

function settings(openstack: object = {}, mon: object = {}, more: object = {}) {
  return settingsOf({
    machines: { openstack: { ...OPENSTACK_SETTINGS, ...openstack } },
    front: { bind: "0.0.0.0", insecure: "a test", tls: false },
    hosts: { mon: { ...login, ...mon }, ...more },
  });
}

const deployed = async (given = settings()) =>
  (await deploy(() => new MonitoringStack("podwatch", given))).resources;

/** Those of the cloud, by their names without what all begin with. */
function cloud(resources: readonly Recorded[]): Record<string, Recorded["inputs"]> {
  return Object.fromEntries(
    resources
      .filter(({ type }) => type.startsWith("openstack:"))
      .map(({ name, inputs }) => [name.replace("podwatch-machines-", ""), inputs]),
  );
}

test("a machine in a network that is there", async () => {
  const resources = await deployed();
  const { "mon-server": server, ...others } = cloud(resources);
  expect(others).toEqual({
    keypair: { name: "podwatch-test", publicKey: PUBLIC },
    "mon-port": {
      name: "podwatch-test-mon",
      networkId: "id-of-the-network-internal",
      adminStateUp: true,
      securityGroupIds: ["id-of-podwatch-machines-mon-security-group"],
    },
    "mon-security-group": {
      name: "podwatch-test-mon",
      description: "What may be reached on mon, by Podwatch",
    },
    ...Object.fromEntries(
      [
        ["icmp-from-0.0.0.0/0", "IPv4", "icmp", "0.0.0.0/0"],
        ["ipv6-icmp-from-::/0", "IPv6", "ipv6-icmp", "::/0"],
        ["tcp-22-22-from-0.0.0.0/0", "IPv4", "tcp", "0.0.0.0/0", 22],
        ["tcp-22-22-from-::/0", "IPv6", "tcp", "::/0", 22],
        ["tcp-80-80-from-0.0.0.0/0", "IPv4", "tcp", "0.0.0.0/0", 80],
        ["tcp-80-80-from-::/0", "IPv6", "tcp", "::/0", 80],
      ].map(([name, ethertype, protocol, remoteIpPrefix, port]) => [
        `mon-${name}`,
        {
          securityGroupId: "id-of-podwatch-machines-mon-security-group",
          direction: "ingress",
          ethertype,
          protocol,
          remoteIpPrefix,
          ...(port === undefined ? {} : { portRangeMin: port, portRangeMax: port }),
        },
      ]),
    ),
  });
  expect(server).toEqual({
    name: "podwatch-test-mon",
    imageName: "debian-13",
    flavorName: "m1.small",
    keyPair: "podwatch-test",
    networks: [{ port: "id-of-podwatch-machines-mon-port" }],
    userData: expect.any(Secret),
  });
  const data = ((server as Record<string, Secret>).userData as Secret).value as string;
  expect(data).toMatch(/^#cloud-config\n/);
  expect(JSON.parse(data.replace(/^.*\n/, ""))).toMatchObject({
    ssh_keys: { ed25519_private: HOST_KEY.private, ed25519_public: HOST_KEY.public },
    ssh_pwauth: false,
    users: [{ name: "operator", lock_passwd: true, ssh_authorized_keys: [PUBLIC] }],
  });
});

test("a network, a router, floating IPs and volumes of the stack's own", async () => {
  const resources = await deployed(
    settings({
      network: { cidr: "10.20.0.0/24", external: "public", nameServers: ["9.9.9.9"] },
      floatingIps: "public",
      volumes: { data: { size: 50, volumeType: "ssd", keep: true } },
      servers: { mon: { flavor: "m1.large", zone: "az-2" } },
    }),
  );
  const made = cloud(resources);
  expect(made).toMatchObject({
    network: { name: "podwatch-test", adminStateUp: true },
    subnet: {
      name: "podwatch-test",
      networkId: "id-of-podwatch-machines-network",
      cidr: "10.20.0.0/24",
      ipVersion: 4,
      dnsNameservers: ["9.9.9.9"],
    },
    router: { name: "podwatch-test", externalNetworkId: "id-of-the-network-public" },
    "router-interface": {
      routerId: "id-of-podwatch-machines-router",
      subnetId: "id-of-podwatch-machines-subnet",
    },
    "mon-port": { networkId: "id-of-podwatch-machines-network" },
    "mon-server": { flavorName: "m1.large", availabilityZone: "az-2" },
    "mon-data-volume": { name: "podwatch-test-mon-data", size: 50, volumeType: "ssd" },
    "mon-data-attached": {
      instanceId: "id-of-podwatch-machines-mon-server",
      volumeId: "id-of-podwatch-machines-mon-data-volume",
    },
    "mon-floating-ip": { pool: "public" },
    "mon-floating-ip-associated": {
      floatingIp: expect.stringMatching(/^203\.0\.113\.\d+$/),
      portId: "id-of-podwatch-machines-mon-port",
    },
  });
  const associated = resources.find(({ name }) => name.endsWith("floating-ip-associated"));
  expect(associated?.dependsOn).toContain("podwatch-machines-router-interface");
});

test("hosts are reached by what the machines are given, and disks are their volumes", async () => {
  const resources = await deployed(
    settings(
      { floatingIps: "public", volumes: { data: { size: 50 } } },
      {},
      { node: { ...login, role: "target" } },
    ),
  );
  const { floatingIp } = cloud(resources)["mon-floating-ip-associated"] as { floatingIp: string };
  const commands = resources.filter(({ type, name }) => type === COMMAND && name.startsWith("podwatch-mon"));
  expect(commands.length).toBeGreaterThan(5);
  for (const { inputs } of commands)
    expect((inputs.connection as Secret).value).toMatchObject({ host: floatingIp, hostKey: HOST_KEY.public });
  const storage = commands.find(({ name }) => name.endsWith("storage-service"));
  expect(storage?.inputs.stdin).toContain(
    `disk data format ext4 /dev/disk/by-id/virtio-${"id-of-podwatch-machines-mon-data-volume".slice(0, 20)} /var/lib`,
  );
  // Nothing is done on the machine before its volumes are attached.
  expect(commands.find(({ name }) => name.endsWith("runner-gate"))?.dependsOn).toContain(
    "podwatch-machines-mon-data-attached",
  );
  expect(plainText(resources)).not.toContain(".unknown.invalid");
  expect(plainText(resources)).not.toContain("kept by the mock");
});

test("who may reach a machine is what its firewall says, also by another machine of the stack", async () => {
  const firewall = { sshFrom: ["10.7.0.7"], allow: [{ port: "6000-6010", protocol: "udp" }] };
  const resources = await deployed(settings({}, { firewall }, { node: { ...login, role: "target" } }));
  const made = cloud(resources);
  expect(Object.keys(made).filter((name) => /^mon-tcp-22|^mon-udp/.test(name))).toEqual([
    "mon-tcp-22-22-from-10.7.0.7/32",
    "mon-udp-6000-6010-from-0.0.0.0/0",
    "mon-udp-6000-6010-from-::/0",
  ]);
  const exporter = Object.entries(made).filter(([name]) => name.startsWith("node-tcp-9100"));
  expect(exporter.map(([name]) => name)).toEqual(["node-tcp-9100-9100-from-mon"]);
  expect(exporter[0]?.[1].remoteIpPrefix).toMatch(/^10\.20\.0\.\d+\/32$/);
});

test("over IPv6 a machine is reached by ranges of its own kind, also from another machine", async () => {
  const firewall = { sshFrom: ["fd00:7::7", "fd00:8::/48", "10.7.0.7"] };
  const target = { node: { ...login, role: "target" } };
  const rulesOf = async (monitor: string) => {
    const { resources } = await deploy(
      () =>
        new MonitoringStack(
          "podwatch",
          settingsOf({
            machines: { openstack: OPENSTACK_SETTINGS },
            front: { bind: "0.0.0.0", insecure: "a test", tls: false },
            hosts: { [monitor]: { ...login, firewall }, ...target },
          }),
        ),
    );
    return Object.entries(cloud(resources))
      .filter(([name]) => /-tcp-(22|9100)-/.test(name) && !name.startsWith("node-tcp-22"))
      .map(([name, { ethertype, remoteIpPrefix }]) => [name, ethertype, remoteIpPrefix]);
  };
  expect(await rulesOf("six")).toEqual([
    ["node-tcp-9100-9100-from-six", "IPv6", expect.stringMatching(/^2001:db8::\d+\/128$/)],
    ["six-tcp-22-22-from-10.7.0.7/32", "IPv4", "10.7.0.7/32"],
    ["six-tcp-22-22-from-fd00:7::7/128", "IPv6", "fd00:7::7/128"],
    ["six-tcp-22-22-from-fd00:8::/48", "IPv6", "fd00:8::/48"],
  ]);
  expect((await rulesOf("both")).filter(([name]) => name === "node-tcp-9100-9100-from-both")).toEqual([
    [expect.any(String), "IPv4", expect.stringMatching(/^10\.20\.0\.\d+\/32$/)],
  ]);
});

test("machines and volumes are protected unless the stack file says otherwise; what is told at the first boot makes no other machine", async () => {
  const requests = async (openstack: object) =>
    (
      await deploy(
        () =>
          new MonitoringStack(
            "podwatch",
            settings({ volumes: { data: { size: 5, keep: true } }, ...openstack }),
          ),
      )
    ).requests.filter((request) => request.getType().startsWith("openstack:"));
  const guarded = (await requests({})).filter((request) => request.getProtect());
  expect(guarded.map((request) => request.getName())).toEqual([
    "podwatch-machines-mon-data-volume",
    "podwatch-machines-mon-server",
  ]);
  const free = await requests({ protect: false });
  expect(free.filter((request) => request.getProtect())).toEqual([]);
  expect(free.filter((request) => request.getRetainondelete()).map((request) => request.getName())).toEqual([
    "podwatch-machines-mon-data-volume",
  ]);
  const server = free.find((request) => request.getName().endsWith("-server"));
  expect(server?.getIgnorechangesList()).toEqual(["userData"]);
});

test("the engine is asked for the plugin by a stack that makes machines, and by no other", async () => {
  const versions = async (given: Parameters<typeof deployed>[0]) =>
    (await deploy(() => new MonitoringStack("podwatch", given as ReturnType<typeof settings>))).requests
      .filter((request) => /openstack/.test(request.getType()))
      .map((request) => request.getVersion());
  expect(new Set(await versions(settings()))).toEqual(new Set([OPENSTACK]));
  const { privateKey } = SECRETS;
  expect(
    await versions(settingsOf({ host: { address: "10.1.2.3", privateKey, hostKey: HOST_KEY.public } })),
  ).toEqual([]);
  // The engine asks for what stands beside the program, too.
  expect(Object.keys({ ...podwatch.dependencies, ...podwatch.devDependencies })).not.toContain(
    "@pulumi/openstack",
  );
});

test("all that the plugin is asked for are inputs that it has", async () => {
  const resources = await deployed(
    settings({
      network: { cidr: "10.20.0.0/24", external: "public" },
      floatingIps: "public",
      volumes: { data: { size: 50, volumeType: "ssd" } },
      servers: { mon: { zone: "az-2" } },
    }),
  );
  const asked = resources.filter(({ type }) => /openstack/.test(type));
  expect(new Set(asked.map(({ type }) => type))).toEqual(new Set(Object.keys(sdk)));
  const known: Readonly<Record<string, readonly string[]>> = sdk;
  const strange = asked.flatMap(({ type, inputs }) =>
    Object.keys(inputs).filter((name) => known[type]?.includes(name) !== true),
  );
  expect(strange).toEqual([]);
});
