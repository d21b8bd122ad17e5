// Machines in an OpenStack cloud. Resources are registered by their types, without @pulumi/openstack: the engine asks for a plugin when
// a stack has a resource of it, and for every package that it finds beside the program, whether a stack uses it or not.
import { isIPv4 } from "node:net";
import { local } from "@pulumi/command";
import * as pulumi from "@pulumi/pulumi";
import { type Ingress, type KeyPair, userData } from "./render";
import type { OpenstackSettings, VolumeSettings } from "./schema";

/** Version of the plugin `openstack`. */
export const OPENSTACK = "3.15.2";

export interface Machine {
  readonly host: string;
  readonly user: string;
  readonly image: string;
  readonly flavor: string;
  readonly zone?: string | undefined;
  readonly volumes: Readonly<Record<string, VolumeSettings>>;
}

export interface MachinesArgs {
  readonly settings: OpenstackSettings;
  readonly machines: readonly Machine[];
}

/** What the program gets to know of a machine while it is made. */
export interface Made {
  /** Known once its volumes are attached, too. */
  readonly address: pulumi.Output<string>;
  readonly hostKey: pulumi.Output<string>;
  /** Their ids, by name. */
  readonly volumes: Readonly<Record<string, pulumi.Output<string>>>;
}

export interface Source {
  readonly name: string;
  readonly range: pulumi.Input<string>;
}

class Cloud extends pulumi.ProviderResource {}

class Thing extends pulumi.CustomResource {
  [output: string]: unknown;
}

export class Machines extends pulumi.ComponentResource {
  /** By host. */
  readonly made: Readonly<Record<string, Made>>;
  private readonly settings: OpenstackSettings;
  private readonly provider: Cloud;
  /** The name of each thing in the cloud begins with that of the stack. */
  private readonly prefix = `podwatch-${pulumi.getStack()}`;
  private readonly groups: Record<string, Thing> = {};

  constructor(
    private readonly named: string,
    args: MachinesArgs,
    opts?: pulumi.ComponentResourceOptions,
  ) {
    super("podwatch:index:Machines", named, {}, opts);
    this.settings = args.settings;
    const { cloud, region } = args.settings;
    this.provider = new Cloud(
      "openstack",
      `${named}-cloud`,
      { ...given({ cloud, region }), useOctavia: "true" },
      {
        parent: this,
        version: OPENSTACK,
      },
    );
    const { networkId, ready } = this.network();
    const keypair = this.thing("compute/keypair:Keypair", "keypair", {
      name: this.prefix,
      publicKey: args.settings.publicKey,
    });
    this.made = Object.fromEntries(
      args.machines.map((machine) => [machine.host, this.machine(machine, networkId, keypair, ready)]),
    );
    this.registerOutputs({});
  }

  private network(): { networkId: pulumi.Input<string>; ready: pulumi.Resource[] } {
    const { name, cidr, external, nameServers } = this.settings.network;
    if (name !== undefined) return { networkId: this.networkOf(name), ready: [] };
    const network = this.thing("networking/network:Network", "network", {
      name: this.prefix,
      adminStateUp: true,
    });
    const subnet = this.thing("networking/subnet:Subnet", "subnet", {
      name: this.prefix,
      networkId: network.id,
      cidr,
      ipVersion: 4,
      dnsNameservers: nameServers,
    });
    if (external === undefined) return { networkId: network.id, ready: [subnet] };
    const router = this.thing("networking/router:Router", "router", {
      name: this.prefix,
      externalNetworkId: this.networkOf(external),
    });
    const joined = this.thing("networking/routerInterface:RouterInterface", "router-interface", {
      routerId: router.id,
      subnetId: subnet.id,
    });
    return { networkId: network.id, ready: [subnet, joined] };
  }

  private networkOf(name: string): pulumi.Output<string> {
    const found = pulumi.runtime.invoke(
      "openstack:networking/getNetwork:getNetwork",
      { name },
      { parent: this, provider: this.provider },
    );
    return pulumi.output(found as Promise<{ id: string }>).apply(({ id }) => id);
  }

  private machine(
    { host, user, image, flavor, zone, volumes }: Machine,
    networkId: pulumi.Input<string>,
    keypair: Thing,
    ready: readonly pulumi.Resource[],
  ): Made {
    const { protect, publicKey, floatingIps } = this.settings;
    const name = `${this.prefix}-${host}`;
    const key = this.hostKey(host);
    const group = this.securityGroup(host, name);
    const port = this.thing(
      "networking/port:Port",
      `${host}-port`,
      { name, networkId, adminStateUp: true, securityGroupIds: [group.id] },
      { dependsOn: [...ready] },
    );
    const server = this.thing(
      "compute/instance:Instance",
      `${host}-server`,
      {
        name,
        imageName: image,
        flavorName: flavor,
        keyPair: keypair.name,
        networks: [{ port: port.id }],
        userData: pulumi.secret(key.apply((hostKey) => userData({ user, publicKey, hostKey }))),
        ...given({ availabilityZone: zone }),
      },
      {
        protect,
        // Another log-in key, for instance, must not make another machine: what is told at the first boot is told once.
        ignoreChanges: ["userData"],
        additionalSecretOutputs: ["userData"],
        // The one that comes in its place has the same port.
        deleteBeforeReplace: true,
      },
    );
    const running = pulumi
      .all([server.id, server.powerState, server.urn])
      .apply(([id, state, urn]) => usable(host, id, state, urn));
    const ids = Object.entries(volumes).map(([volume, settings]) => {
      const id = this.volume(`${host}-${volume}`, `${name}-${volume}`, settings);
      const attached = this.thing("compute/volumeAttach:VolumeAttach", `${host}-${volume}-attached`, {
        instanceId: running,
        volumeId: id,
      });
      return { volume, id, attached };
    });
    const address =
      floatingIps === undefined
        ? pulumi.all([port.allFixedIps as pulumi.Output<string[]>, running]).apply(([own]) => preferred(own))
        : this.floatingIp(host, floatingIps, port, server, ready);
    return {
      address: pulumi
        .all([address, running, ...ids.map(({ attached }) => attached.id)])
        .apply(([known]) => known as string),
      hostKey: pulumi.unsecret(key.apply((pair) => pair.public)),
      volumes: Object.fromEntries(ids.map(({ volume, id }) => [volume, pulumi.output(id)])),
    };
  }

  private floatingIp(
    host: string,
    pool: string,
    port: Thing,
    server: Thing,
    ready: readonly pulumi.Resource[],
  ): pulumi.Output<string> {
    const floating = this.thing("networking/floatingIp:FloatingIp", `${host}-floating-ip`, { pool });
    const associated = this.thing(
      "networking/floatingIpAssociate:FloatingIpAssociate",
      `${host}-floating-ip-associated`,
      { floatingIp: floating.address, portId: port.id },
      { dependsOn: [server, ...ready] },
    );
    return associated.floatingIp as pulumi.Output<string>;
  }

  private volume(resource: string, name: string, settings: VolumeSettings): pulumi.Input<string> {
    const { id, size, volumeType, keep } = settings;
    if (id !== undefined) return id;
    const { protect } = this.settings;
    return this.thing(
      "blockstorage/volume:Volume",
      `${resource}-volume`,
      { name, size, ...given({ volumeType }) },
      { protect, retainOnDelete: keep },
    ).id;
  }

  private securityGroup(host: string, name: string): Thing {
    const group = this.thing("networking/secGroup:SecGroup", `${host}-security-group`, {
      name,
      description: `What may be reached on ${host}, by Podwatch`,
    });
    this.groups[host] = group;
    return group;
  }

  /**
   * Lets in what a host is to be reached by.
   *
   * @param source gives the name of a source for people, and its address, which for another machine is known once that is made
   */
  admit(host: string, rules: readonly Ingress[], source: (from: string) => Source): void {
    for (const { protocol, ports, from } of rules) {
      const to = ports === undefined ? protocol : `${protocol}-${ports.join("-")}`;
      const { name, range } = source(from);
      this.thing("networking/secGroupRule:SecGroupRule", `${host}-${to}-from-${name}`, {
        securityGroupId: this.groups[host]?.id,
        direction: "ingress",
        ethertype: pulumi.output(range).apply((text) => (text.includes(":") ? "IPv6" : "IPv4")),
        protocol,
        remoteIpPrefix: range,
        ...(ports === undefined ? {} : { portRangeMin: ports[0], portRangeMax: ports[1] }),
      });
    }
  }

  /** Made once, and kept in the state, encrypted. */
  private hostKey(host: string): pulumi.Output<KeyPair> {
    const command = new local.Command(
      `${this.named}-${host}-host-key`,
      {
        interpreter: ["node", "-e"],
        create: "require('podwatch/certificates/hostKey').run()",
        addPreviousOutputInEnv: false,
        logging: local.Logging.None,
      },
      { parent: this, additionalSecretOutputs: ["stdout"] },
    );
    return pulumi.secret(command.stdout).apply((text) => JSON.parse(text) as KeyPair);
  }

  private thing(
    type: string,
    name: string,
    inputs: Record<string, unknown>,
    opts: pulumi.CustomResourceOptions = {},
  ): Thing {
    const known = { ...OUTPUTS[type], ...inputs };
    return new Thing(`openstack:${type}`, `${this.named}-${name}`, known as pulumi.Inputs, {
      parent: this,
      provider: this.provider,
      version: OPENSTACK,
      ...opts,
    });
  }
}

/** The address by which a machine is reached that has some of both kinds; their order is the cloud's. */
function preferred(addresses: readonly string[]): string {
  return addresses.find((address) => isIPv4(address)) ?? (addresses[0] as string);
}

/** A machine that the cloud could not start counts as made, and the next `pulumi up` would go on with it. */
function usable(host: string, id: string, state: unknown, urn: string): string {
  if (state !== "error") return id;
  throw new pulumi.RunError(
    `host ${host}: its machine ${id} is in ERROR in the cloud, and was never of use (openstack server show ${id} says why); have another one made in its place: pulumi up --target-replace '${urn}', after pulumi state unprotect '${urn}' if it is protected`,
  );
}

/** What the cloud gives back, and the program reads: the SDK fills in only what it is asked for. */
const OUTPUTS: Readonly<Record<string, Record<string, undefined>>> = {
  "compute/instance:Instance": { powerState: undefined },
  "networking/port:Port": { allFixedIps: undefined },
  "networking/floatingIp:FloatingIp": { address: undefined },
  "networking/floatingIpAssociate:FloatingIpAssociate": { floatingIp: undefined },
  "compute/keypair:Keypair": { name: undefined },
};

function given<T extends object>(inputs: T): Partial<T> {
  return Object.fromEntries(Object.entries(inputs).filter(([, value]) => value !== undefined)) as Partial<T>;
}
