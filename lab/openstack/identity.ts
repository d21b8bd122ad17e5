// Keystone: log-ins by password, tokens that end, and the catalogue of the services.
import { randomUUID } from "node:crypto";
import { bodyOf, isGroup, isList, Refused, Service } from "./service";

export interface LogIn {
  readonly username: string;
  readonly password: string;
  readonly project: string;
}

export const DOMAIN = "Default";
export const REGION = "RegionOne";
const HOUR = 3_600_000;

interface Named {
  readonly id?: string;
  readonly name?: string;
}

interface Auth {
  readonly identity: {
    readonly methods?: readonly string[];
    readonly password?: { readonly user?: Named & { readonly password?: string; readonly domain?: Named } };
  };
  readonly scope?: { readonly project?: Named & { readonly domain?: Named } };
}

export class Identity {
  readonly projectId = randomUUID().replaceAll("-", "");
  private readonly userId = randomUUID().replaceAll("-", "");
  private readonly tokens = new Map<string, number>();
  readonly service = new Service(({ status, message }) => ({
    error: { code: status, message, title: status === 401 ? "Unauthorized" : "Bad Request" },
  }));
  /** The token of the answer that is being made: it goes into a header. */
  issued = "";

  constructor(
    private readonly logIn: LogIn,
    private readonly url: () => string,
  ) {
    const version = () => ({
      id: "v3.14",
      status: "stable",
      updated: "2020-04-07T00:00:00Z",
      links: [{ rel: "self", href: `${this.url()}/identity/v3/` }],
      "media-types": [{ base: "application/json", type: "application/vnd.openstack.identity-v3+json" }],
    });
    this.service.on("GET", "/", () => ({ status: 300, body: { versions: { values: [version()] } } }));
    this.service.on("GET", "/v3", () => ({ status: 200, body: { version: version() } }));
    this.service.on("POST", "/v3/auth/tokens", ({ body }) => ({ status: 201, body: this.issue(body) }));
  }

  /** @throws Refused with 401 */
  check(token: string | undefined): void {
    const until = token === undefined ? undefined : this.tokens.get(token);
    if (until === undefined || until < Date.now())
      throw new Refused(401, "The request you have made requires authentication.");
  }

  /** As when the lifetime of all tokens ends. */
  revoke(): void {
    this.tokens.clear();
  }

  private issue(body: unknown): unknown {
    const { identity, scope } = bodyOf<Auth>(body, "auth", { "identity!": isGroup, scope: isGroup });
    if (!isList(identity.methods) || !identity.methods?.includes("password"))
      throw new Refused(401, "Attempted to authenticate with an unsupported method.");
    const { user } = identity.password ?? {};
    const domains = [user?.domain, scope?.project?.domain];
    const right =
      user?.name === this.logIn.username &&
      user.password === this.logIn.password &&
      scope?.project?.name === this.logIn.project &&
      domains.every((domain) => domain?.name === DOMAIN || domain?.id === DOMAIN.toLowerCase());
    if (!right) throw new Refused(401, "The request you have made requires authentication.");
    this.issued = `gAAAAA${randomUUID()}${randomUUID()}`;
    this.tokens.set(this.issued, Date.now() + HOUR);
    const domain = { id: DOMAIN.toLowerCase(), name: DOMAIN };
    return {
      token: {
        methods: ["password"],
        user: { domain, id: this.userId, name: this.logIn.username, password_expires_at: null },
        audit_ids: [randomUUID().slice(0, 22)],
        expires_at: new Date(Date.now() + HOUR).toISOString(),
        issued_at: new Date().toISOString(),
        project: { domain, id: this.projectId, name: this.logIn.project },
        is_domain: false,
        roles: [{ id: randomUUID().replaceAll("-", ""), name: "member" }],
        catalog: this.catalogue(),
      },
    };
  }

  private catalogue() {
    const paths: Array<[type: string, name: string, path: string]> = [
      ["identity", "keystone", "/identity"],
      ["network", "neutron", "/network"],
      ["compute", "nova", "/compute/v2.1"],
      ["image", "glance", "/image"],
      ["volumev3", "cinderv3", `/volume/v3/${this.projectId}`],
      ["block-storage", "cinder", `/volume/v3/${this.projectId}`],
    ];
    return paths.map(([type, name, path]) => ({
      type,
      name,
      id: name,
      endpoints: [
        {
          id: `${name}-public`,
          interface: "public",
          region: REGION,
          region_id: REGION,
          url: `${this.url()}${path}`,
        },
      ],
    }));
  }
}
