// Cinder: volumes. One that is attached is neither deleted nor attached again.
import { randomUUID } from "node:crypto";
import {
  bodyOf,
  filtered,
  found,
  isFlag,
  isGroup,
  isText,
  isWhole,
  orNull,
  Refused,
  Service,
} from "./service";

export interface Volume {
  readonly id: string;
  readonly name: string;
  readonly size: number;
  status: "creating" | "available" | "attaching" | "in-use" | "detaching" | "deleting" | "error";
  attachments: Array<{
    id: string;
    attachment_id: string;
    server_id: string;
    volume_id: string;
    device: string;
  }>;
  readonly [other: string]: unknown;
}

export interface Quota {
  volumes: number;
}

/** What a volume is called on the wire when one of these is refused. */
export const CODES: Readonly<Record<number, string>> = {
  400: "badRequest",
  401: "unauthorized",
  403: "forbidden",
  404: "itemNotFound",
  405: "badMethod",
  409: "conflictingRequest",
  413: "overLimit",
};

export const TYPES = ["standard", "ssd"];

export class Volumes {
  readonly all = new Map<string, Volume>();
  /** How many of the next volumes end as `error`. */
  failing = 0;
  readonly service = new Service(({ status, message }) => ({
    [CODES[status] ?? "computeFault"]: { code: status, message },
  }));

  constructor(
    projectId: string,
    private readonly quota: Quota,
    private readonly zones: readonly string[],
    /** Forgets what is on a volume. */
    private readonly forget: (id: string) => Promise<void>,
  ) {
    const { service, all } = this;
    service.on("GET", `/v3/${projectId}/volumes/detail`, ({ query }) => ({
      status: 200,
      body: { volumes: filtered(all.values(), query) },
    }));
    service.on("GET", `/v3/${projectId}/volumes/:id`, (_, id) => ({
      status: 200,
      body: { volume: found(all, id as string, "Volume") },
    }));
    service.on("POST", `/v3/${projectId}/volumes`, ({ body }) => ({
      status: 202,
      body: { volume: this.make(body) },
    }));
    service.on("DELETE", `/v3/${projectId}/volumes/:id`, async (_, id) => {
      const volume = found(all, id as string, "Volume");
      if (!["available", "error"].includes(volume.status) || volume.attachments.length > 0)
        throw new Refused(
          400,
          "Invalid volume: Volume status must be available or error or error_restoring or error_extending or error_managing and must not be migrating, attached, belong to a group, have snapshots or be disassociated from snapshots after volume transfer.",
        );
      volume.status = "deleting";
      await this.forget(volume.id);
      all.delete(volume.id);
      return { status: 202 };
    });
  }

  private make(body: unknown): Volume {
    const given = bodyOf<{
      size: number;
      name?: string;
      volume_type?: string | null;
      availability_zone?: string;
    }>(
      body,
      "volume",
      {
        "size!": (value) => isWhole(value) && (value as number) > 0,
        name: orNull(isText),
        description: orNull(isText),
        volume_type: orNull(isText),
        availability_zone: orNull(isText),
        metadata: isGroup,
        multiattach: isFlag,
      },
      { "OS-SCH-HNT:scheduler_hints": isGroup },
    );
    const { volume_type: type, availability_zone: zone } = given;
    if (type != null && !TYPES.includes(type))
      throw new Refused(404, `Volume type with name ${type} could not be found.`);
    if (zone != null && !this.zones.includes(zone))
      throw new Refused(400, `Invalid input received: Availability zone '${zone}' is invalid.`);
    if (this.all.size >= this.quota.volumes)
      throw new Refused(
        413,
        `VolumeLimitExceeded: Maximum number of volumes allowed (${this.quota.volumes}) exceeded for quota 'volumes'.`,
      );
    const volume: Volume = {
      id: randomUUID(),
      name: given.name ?? "",
      size: given.size,
      status: "creating",
      attachments: [],
      volume_type: type ?? TYPES[0],
      availability_zone: zone ?? this.zones[0],
      description: "",
      metadata: {},
      bootable: "false",
      encrypted: false,
      multiattach: false,
      snapshot_id: null,
      source_volid: null,
      consistencygroup_id: null,
      created_at: new Date().toISOString().replace("Z", "000"),
      updated_at: null,
    };
    this.all.set(volume.id, volume);
    const fails = this.failing > 0;
    if (fails) this.failing--;
    setTimeout(() => {
      volume.status = fails ? "error" : "available";
    }, 200);
    return { ...volume };
  }
}
