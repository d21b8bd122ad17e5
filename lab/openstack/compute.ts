// Nova and Glance: servers, their keys, what they are made of, and the volumes that are attached to them.
import { randomUUID } from "node:crypto";
import type { Machines } from "./machines";
import type { Networks, Port } from "./network";
import {
  bodyOf,
  filtered,
  found,
  isFlag,
  isGroup,
  isList,
  isLongText,
  isText,
  orNull,
  Refused,
  Service,
} from "./service";
import { CODES, type Volume, type Volumes } from "./volume";

export interface Server {
  readonly id: string;
  readonly name: string;
  status: "BUILD" | "ACTIVE" | "ERROR";
  fault?: string;
  deleting: boolean;
  readonly ports: readonly string[];
  readonly image: string;
  readonly flavor: string;
  readonly keyName: string | null;
  readonly zone: string;
  readonly created: string;
  readonly metadata: Readonly<Record<string, string>>;
}

export interface Quota {
  instances: number;
}

interface Keypair {
  readonly name: string;
  readonly public_key: string;
  readonly fingerprint: string;
  readonly type: "ssh";
}

interface Flavor {
  readonly id: string;
  readonly name: string;
  readonly [other: string]: unknown;
}

const USER_DATA = 65_535;

export class Compute {
  readonly servers = new Map<string, Server>();
  readonly keypairs = new Map<string, Keypair>();
  readonly service = new Service(({ status, message }) => ({
    [CODES[status] ?? "computeFault"]: { code: status, message },
  }));
  readonly images = new Service(({ status, message }) => ({ code: `${status}`, title: message, message }));
  /** How many of the next servers end as `ERROR`. */
  failing = 0;
  private readonly flavors: readonly Flavor[];
  private readonly known: ReadonlyArray<{ readonly id: string; readonly name: string }>;

  constructor(
    private readonly projectId: string,
    private readonly quota: Quota,
    private readonly zones: readonly string[],
    offered: { readonly images: readonly string[]; readonly flavors: readonly string[] },
    private readonly networks: Networks,
    private readonly volumes: Volumes,
    private readonly machines: Machines,
  ) {
    this.known = offered.images.map((name) => ({
      id: randomUUID(),
      name,
      status: "active",
      visibility: "public",
      owner: projectId,
      disk_format: "qcow2",
      container_format: "bare",
      min_disk: 0,
      min_ram: 0,
      protected: false,
      tags: [],
      created_at: "2026-01-01T00:00:00Z",
      updated_at: "2026-01-01T00:00:00Z",
      file: "",
      schema: "/v2/schemas/image",
    }));
    this.flavors = offered.flavors.map((name) => ({
      id: randomUUID(),
      name,
      ram: 2048,
      vcpus: 1,
      disk: 20,
      swap: "",
      rxtx_factor: 1,
      "OS-FLV-EXT-DATA:ephemeral": 0,
      "os-flavor-access:is_public": true,
      links: [],
    }));
    this.imageRoutes();
    this.flavorRoutes();
    this.keypairRoutes();
    this.serverRoutes();
    this.attachmentRoutes();
  }

  /** The server that a port belongs to, when there is a machine. */
  at(port: string): Server | undefined {
    return [...this.servers.values()].find(
      ({ ports, status }) => ports.includes(port) && status === "ACTIVE",
    );
  }

  private imageRoutes(): void {
    this.images.on("GET", "/v2/images", ({ query }) => ({
      status: 200,
      body: { images: filtered(this.known, query), first: "/v2/images", schema: "/v2/schemas/images" },
    }));
    this.images.on("GET", "/v2/images/:id", (_, id) => ({
      status: 200,
      body: found(new Map(this.known.map((image) => [image.id, image])), id as string, "Image"),
    }));
  }

  private flavorRoutes(): void {
    const { service, flavors } = this;
    service.on("GET", "/v2.1/flavors/detail", () => ({ status: 200, body: { flavors } }));
    service.on("GET", "/v2.1/flavors/:id", (_, id) => ({
      status: 200,
      body: { flavor: found(new Map(flavors.map((flavor) => [flavor.id, flavor])), id as string, "Flavor") },
    }));
  }

  private keypairRoutes(): void {
    const { service, keypairs } = this;
    service.on("GET", "/v2.1/os-keypairs/:id", (_, name) => ({
      status: 200,
      body: { keypair: found(keypairs, decodeURIComponent(name as string), "Keypair") },
    }));
    service.on("POST", "/v2.1/os-keypairs", ({ body }) => {
      const given = bodyOf<{ name: string; public_key: string }>(body, "keypair", {
        "name!": isText,
        "public_key!": isLongText,
      });
      if (!/^(ssh|ecdsa)-\S+ [A-Za-z0-9+/]+=* ?.*$/.test(given.public_key))
        throw new Refused(400, "Keypair data is invalid: failed to generate fingerprint");
      if (keypairs.has(given.name)) throw new Refused(409, `Key pair '${given.name}' already exists.`);
      const fingerprint = randomUUID()
        .replaceAll("-", "")
        .replace(/..(?=.)/g, "$&:");
      const keypair: Keypair = { ...given, fingerprint, type: "ssh" };
      keypairs.set(given.name, keypair);
      return { status: 200, body: { keypair: { ...keypair, user_id: this.projectId } } };
    });
    service.on("DELETE", "/v2.1/os-keypairs/:id", (_, name) => {
      const { name: known } = found(keypairs, decodeURIComponent(name as string), "Keypair");
      keypairs.delete(known);
      return { status: 202 };
    });
  }

  private serverRoutes(): void {
    const { service, servers } = this;
    service.on("GET", "/v2.1/servers/detail", () => ({
      status: 200,
      body: { servers: [...servers.values()].map((server) => this.shown(server)) },
    }));
    service.on("GET", "/v2.1/servers/:id", (_, id) => ({
      status: 200,
      body: { server: this.shown(this.server(id)) },
    }));
    service.on("GET", "/v2.1/servers/:id/tags", (_, id) => {
      this.server(id);
      return { status: 200, body: { tags: [] } };
    });
    service.on("POST", "/v2.1/servers", ({ body }) => {
      const server = this.make(body);
      return {
        status: 202,
        body: {
          server: {
            id: server.id,
            links: [],
            adminPass: randomUUID().slice(0, 12),
            "OS-DCF:diskConfig": "MANUAL",
          },
        },
      };
    });
    service.on("DELETE", "/v2.1/servers/:id", (_, id) => {
      const server = this.server(id);
      if (!server.deleting) void this.remove(server);
      return { status: 204 };
    });
  }

  private server(id = ""): Server {
    const server = this.servers.get(id);
    if (server === undefined) throw new Refused(404, `Instance ${id} could not be found.`);
    return server;
  }

  private make(body: unknown): Server {
    const given = bodyOf<{
      name: string;
      imageRef: string;
      flavorRef: string;
      key_name?: string;
      user_data?: string;
      availability_zone?: string;
      networks: ReadonlyArray<{ port?: string }>;
      metadata?: Record<string, string>;
    }>(body, "server", {
      "name!": (value) => isText(value) && value !== "",
      "imageRef!": isText,
      "flavorRef!": isText,
      // Required since version 2.37 of the API, and here: what a cloud would choose by itself is no stack file's.
      "networks!": isList,
      key_name: isText,
      user_data: orNull(isLongText),
      availability_zone: isText,
      metadata: isGroup,
      config_drive: isFlag,
      security_groups: isList,
    });
    if (!this.known.some(({ id }) => id === given.imageRef))
      throw new Refused(400, "Can not find requested image");
    if (!this.flavors.some(({ id }) => id === given.flavorRef))
      throw new Refused(400, `Flavor ${given.flavorRef} could not be found.`);
    const keypair = given.key_name === undefined ? undefined : this.keypairs.get(given.key_name);
    if (given.key_name !== undefined && keypair === undefined)
      throw new Refused(400, "Invalid key_name provided.");
    const { availability_zone: zone = this.zones[0] as string } = given;
    if (!this.zones.includes(zone))
      throw new Refused(400, "The requested availability zone is not available");
    const ports = given.networks.map(({ port }) => this.freePort(port));
    const userData = decoded(given.user_data ?? "");
    if (this.servers.size >= this.quota.instances)
      throw new Refused(
        403,
        `Quota exceeded for instances: Requested 1, but already used ${this.servers.size} of ${this.quota.instances} instances`,
      );
    const server: Server = {
      id: randomUUID(),
      name: given.name,
      status: "BUILD",
      deleting: false,
      ports: ports.map(({ id }) => id),
      image: given.imageRef,
      flavor: given.flavorRef,
      keyName: given.key_name ?? null,
      zone,
      created: new Date().toISOString().replace(/\.\d+/, ""),
      metadata: given.metadata ?? {},
    };
    this.servers.set(server.id, server);
    for (const port of ports) Object.assign(port, { device_id: server.id, device_owner: `compute:${zone}` });
    void this.build(server, userData, keypair?.public_key);
    return server;
  }

  private freePort(id = ""): Port {
    const port = this.networks.ports.get(id);
    if (port === undefined) throw new Refused(400, `Port id ${id} could not be found.`);
    if (port.device_id !== "") throw new Refused(409, `Port ${id} is still in use.`);
    if (port.fixed_ips.length === 0)
      throw new Refused(400, `Port ${id} requires a FixedIP in order to be used.`);
    return port;
  }

  private async build(server: Server, userData: string, publicKey: string | undefined): Promise<void> {
    try {
      if (this.failing > 0) {
        this.failing--;
        await new Promise((resolve) => setTimeout(resolve, 500));
        throw new Error("No valid host was found. There are not enough hosts available.");
      }
      await this.machines.boot(server.id, { name: server.name, userData, publicKey });
      server.status = "ACTIVE";
      for (const port of server.ports) {
        Object.assign(this.networks.ports.get(port) ?? {}, { status: "ACTIVE" });
        await this.networks.changed(port);
      }
      this.machines.firstBoot(server.id);
    } catch (error) {
      server.status = "ERROR";
      server.fault = (error as Error).message;
    }
  }

  private async remove(server: Server): Promise<void> {
    server.deleting = true;
    await this.machines.remove(server.id);
    for (const volume of this.volumes.all.values()) {
      if (volume.attachments.some(({ server_id }) => server_id === server.id))
        Object.assign(volume, { attachments: [], status: "available" });
    }
    // Ports that were made apart stay.
    for (const port of server.ports)
      Object.assign(this.networks.ports.get(port) ?? {}, { device_id: "", device_owner: "", status: "DOWN" });
    this.servers.delete(server.id);
  }

  private shown(server: Server) {
    const ports = server.ports.flatMap((id) => this.networks.ports.get(id) ?? []);
    const addresses: Record<string, unknown[]> = {};
    for (const port of ports) {
      const common = { version: 4, "OS-EXT-IPS-MAC:mac_addr": port.mac_address };
      addresses[this.networks.networks.get(port.network_id)?.name ?? ""] = [
        ...port.fixed_ips.map((ip) => ({ ...common, addr: ip.ip_address, "OS-EXT-IPS:type": "fixed" })),
        ...this.networks.floating
          .of(port.id)
          .map((addr) => ({ ...common, addr, "OS-EXT-IPS:type": "floating" })),
      ];
    }
    const groups = new Set(ports.flatMap((port) => port.security_groups));
    return {
      id: server.id,
      name: server.name,
      status: server.status,
      ...(server.fault === undefined
        ? {}
        : { fault: { code: 500, message: server.fault, created: server.created } }),
      addresses: server.status === "ACTIVE" ? addresses : {},
      accessIPv4: "",
      accessIPv6: "",
      image: { id: server.image, links: [] },
      flavor: { id: server.flavor, links: [] },
      key_name: server.keyName,
      metadata: server.metadata,
      security_groups: [...groups].map((id) => ({ name: this.networks.groups.all.get(id)?.name })),
      created: server.created,
      updated: server.created,
      tenant_id: this.projectId,
      user_id: this.projectId,
      hostId: "",
      progress: 0,
      config_drive: "",
      links: [],
      "OS-DCF:diskConfig": "MANUAL",
      "OS-EXT-AZ:availability_zone": server.zone,
      "OS-EXT-STS:power_state": server.status === "ACTIVE" ? 1 : 0,
      "OS-EXT-STS:task_state": server.deleting ? "deleting" : null,
      "OS-EXT-STS:vm_state": server.status.toLowerCase(),
      "os-extended-volumes:volumes_attached": this.attachments(server).map(({ id }) => ({ id })),
    };
  }

  private attachments({ id }: Server) {
    return [...this.volumes.all.values()].flatMap(({ attachments }) =>
      attachments.filter(({ server_id }) => server_id === id),
    );
  }

  private attachmentRoutes(): void {
    const { service } = this;
    const path = "/v2.1/servers/:id/os-volume_attachments";
    const one = (id: string | undefined, volume: string | undefined) => {
      const attachment = this.attachments(this.server(id)).find(({ volume_id }) => volume_id === volume);
      if (attachment === undefined) throw new Refused(404, `volume_id not found: ${volume}`);
      return attachment;
    };
    const shown = ({ device, server_id, volume_id }: Volume["attachments"][number]) => ({
      volumeAttachment: { id: volume_id, volumeId: volume_id, serverId: server_id, device },
    });
    service.on("GET", path, (_, id) => ({
      status: 200,
      body: {
        volumeAttachments: this.attachments(this.server(id)).map((each) => shown(each).volumeAttachment),
      },
    }));
    service.on("GET", `${path}/:id`, (_, id, volume) => ({ status: 200, body: shown(one(id, volume)) }));
    service.on("POST", path, ({ body }, id) => {
      const server = this.server(id);
      const given = bodyOf<{ volumeId: string }>(body, "volumeAttachment", {
        "volumeId!": isText,
        device: isText,
      });
      const volume = found(this.volumes.all, given.volumeId, "Volume");
      if (server.status !== "ACTIVE" || server.deleting)
        throw new Refused(
          409,
          `Cannot 'attach_volume' instance ${id} while it is in vm_state ${server.status.toLowerCase()}`,
        );
      if (volume.status !== "available")
        throw new Refused(
          400,
          `Invalid input received: Invalid volume: Volume ${volume.id} status must be available or downloading to reserve, but the current status is ${volume.status}.`,
        );
      const attachment = {
        id: volume.id,
        attachment_id: randomUUID(),
        server_id: server.id,
        volume_id: volume.id,
        device: `/dev/vd${"bcdefgh"[this.attachments(server).length] ?? "z"}`,
      };
      Object.assign(volume, { status: "attaching", attachments: [attachment] });
      void this.machines.attach(server.id, volume.id).then(
        () => Object.assign(volume, { status: "in-use" }),
        () => Object.assign(volume, { status: "error", attachments: [] }),
      );
      return { status: 200, body: shown(attachment) };
    });
    service.on("DELETE", `${path}/:id`, (_, id, given) => {
      const volume = found(this.volumes.all, one(id, given).volume_id, "Volume");
      if (volume.status === "in-use") {
        volume.status = "detaching";
        void this.machines.detach(id as string, volume.id).then(
          () => Object.assign(volume, { status: "available", attachments: [] }),
          () => Object.assign(volume, { status: "in-use" }),
        );
      } else if (volume.status !== "detaching")
        throw new Refused(
          400,
          `Invalid volume: Invalid input received: Volume ${volume.id} is ${volume.status}.`,
        );
      return { status: 202 };
    });
  }
}

function decoded(userData: string): string {
  if (!/^[A-Za-z0-9+/=\s]*$/.test(userData) || userData.length > USER_DATA)
    throw new Refused(
      400,
      `Invalid input for field/attribute user_data. Value: it is not base64 of at most ${USER_DATA} characters`,
    );
  return Buffer.from(userData, "base64").toString();
}
