// Machines that the stack makes itself, in an OpenStack cloud.
import { z } from "zod";
import {
  addressRange,
  choice,
  type DeepReadonly,
  flag,
  group,
  ipAddress,
  list,
  setting,
  text,
  whole,
} from "../../config/schema/words";
import { disk, diskName } from "../storage/schema";

const thing = (of: string) =>
  text(/^[^\p{Cc}]{1,255}$/u, `is not the name of ${of}; write it as the cloud lists it`);

const volume = group({
  size: setting(
    whole(1, 65_536, "is not a size of a volume; write a whole number of GB").optional(),
    "Size in GB. Required unless `id` is set.",
    { example: 50 },
  ),
  id: setting(
    text(
      /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/,
      "is not the id of a volume; write it as the cloud lists it",
    ).optional(),
    "A volume that is there already, such as one that `keep` has left. It is attached, never made or deleted.",
    { example: "1a2b3c4d-5e6f-4711-8a9b-0c1d2e3f4a5b" },
  ),
  volumeType: setting(thing("a type of volumes").optional(), "Type of the volume.", {
    example: "ssd",
    defaultText: "the cloud's",
  }),
  keep: setting(
    flag().default(false),
    "Whether `pulumi destroy` leaves the volume in the cloud. Its `id` attaches it to another machine.",
  ),
  bus: setting(
    choice(["virtio", "scsi"]).default("virtio"),
    "How the cloud shows volumes to machines: `scsi` for images with the property `hw_disk_bus=scsi`.",
  ),
  at: disk.shape.at,
  type: disk.shape.type,
}).meta({ id: "machineVolume", description: "A volume of each machine." });

const volumes = z.record(diskName, volume, {
  error: "is not a group of volumes; write one `name:` a line and the volume's settings below it",
});

const network = group({
  name: setting(thing("a network").optional(), "A network of the cloud that the machines are put into.", {
    example: "region-internal",
  }),
  cidr: setting(
    addressRange().optional(),
    "Instead of `name`: a network of the stack's own is made, with these IPv4 addresses.",
    { example: "10.20.0.0/24" },
  ),
  external: setting(
    thing("a network").optional(),
    "With `cidr`: the network outside that a router connects it to.",
    { example: "public" },
  ),
  nameServers: setting(
    list(ipAddress(), "addresses").default([]),
    "With `cidr`: name servers that the machines are told.",
    { example: ["9.9.9.9"] },
  ),
}).meta({ id: "machineNetwork", description: "The network of the machines." });

const kind = {
  image: setting(thing("an image"), "Image of the machines, with systemd and cloud-init.", {
    example: "debian-13",
  }),
  flavor: setting(thing("a flavor"), "Flavor of the machines.", { example: "m1.small" }),
};

const server = group({
  image: setting(kind.image.optional(), "Instead of `image` above.", { example: "debian-12" }),
  flavor: setting(kind.flavor.optional(), "Instead of `flavor` above.", { example: "m1.large" }),
  zone: setting(thing("an availability zone").optional(), "Availability zone.", {
    example: "az-2",
    defaultText: "any",
  }),
  volumes: setting(volumes.optional(), "Instead of `volumes` above.", { example: { data: { size: 200 } } }),
}).meta({ id: "machineServer", description: "What one machine has instead of what all have." });

export const openstack = group({
  cloud: setting(
    text(
      /^[A-Za-z0-9_.-]{1,64}$/,
      "is not the name of a cloud; write an entry of your clouds.yaml",
    ).optional(),
    "Entry of your file `clouds`, which has the address of the cloud and the log-in.",
    { example: "region-a", defaultText: "the environment, `OS_CLOUD` or `OS_AUTH_URL` and the rest" },
  ),
  region: setting(thing("a region").optional(), "Region of the cloud.", {
    defaultText: "that of the log-in",
  }),
  ...kind,
  publicKey: setting(
    text(
      /^(ssh-ed25519|ecdsa-sha2-nistp(256|384|521)|ssh-rsa) [A-Za-z0-9+/]{40,}={0,2}( [^\p{Cc}]*)?$/u,
      "is not a public key for SSH; write what the .pub file beside your private key has",
    ),
    "Public key of whom may log in: that of the private key by which the hosts are reached.",
    { example: "ssh-ed25519 AAAA..." },
  ),
  network: setting(network, "The network of the machines: `name`, or `cidr` and `external`."),
  floatingIps: setting(
    thing("a network").optional(),
    "Each machine gets a floating IP from this network, by which it is reached. Without it a machine is reached by its own address.",
    { example: "public" },
  ),
  volumes: setting(
    volumes.default({}),
    "Volumes of each machine, each under a name of your choice. They become [disks](storage.md) of the host.",
    { example: { data: { size: 50 } } },
  ),
  servers: setting(
    z
      .record(z.string(), server, {
        error: "is not a group of machines; write one host's name a line and its settings below it",
      })
      .default({}),
    "What single machines have instead, by the names of the hosts.",
    { example: { mon1: { flavor: "m1.large" } } },
  ),
  protect: setting(
    flag().default(true),
    "Whether machines and volumes are protected: `pulumi destroy` and whatever would replace one are refused. `false` for stacks that are made to be destroyed.",
  ),
}).meta({ id: "openstack", description: "Machines in an OpenStack cloud." });

export const machines = group({
  openstack: setting(
    openstack.optional(),
    "Where in an OpenStack cloud machines are made, and what they are like.",
  ),
}).meta({
  id: "machines",
  description:
    "Machines that the stack makes itself. A host with `machine: openstack` is one. [docs/machines.md](machines.md) explains them.",
});

export type OpenstackSettings = DeepReadonly<z.output<typeof openstack>>;
export type MachinesSettings = DeepReadonly<z.output<typeof machines>>;
export type VolumeSettings = OpenstackSettings["volumes"][string];
