// The stand-in of the cloud's API refuses what the real one refuses.
import { LOG_IN, OpenStack } from "../../lab/openstack/openstack";

let cloud: OpenStack;
let token: string;

interface Reply {
  readonly status: number;
  // biome-ignore lint/suspicious/noExplicitAny: as free as JSON is
  readonly body: any;
}

async function ask(method: string, path: string, body?: unknown, as = token): Promise<Reply> {
  const response = await fetch(`${cloud.url}${path}`, {
    method,
    headers: { "X-Auth-Token": as },
    ...(body === undefined ? {} : { body: typeof body === "string" ? body : JSON.stringify(body) }),
  });
  const text = await response.text();
  return { status: response.status, body: text === "" ? undefined : JSON.parse(text) };
}

const domain = { name: "Default" };

async function logIn(password = LOG_IN.password, project = LOG_IN.project) {
  const user = { name: LOG_IN.username, password, domain };
  const auth = {
    identity: { methods: ["password"], password: { user } },
    scope: { project: { name: project, domain } },
  };
  const response = await fetch(`${cloud.url}/identity/v3/auth/tokens`, {
    method: "POST",
    body: JSON.stringify({ auth }),
  });
  token = response.headers.get("X-Subject-Token") ?? "";
  return { status: response.status, body: JSON.parse(await response.text()) };
}

const net = (path: string) => `/network/v2.0/${path}`;
const nova = (path: string) => `/compute/v2.1/${path}`;
const cinder = (path: string) => `/volume/v3/${cloud.identity.projectId}/${path}`;

/** Makes one of Neutron's things; its id. */
async function made(path: string, kind: string, body: object): Promise<string> {
  const { status, body: answer } = await ask("POST", net(path), { [kind]: body });
  expect({ path, status, answer }).toMatchObject({ status: 201 });
  return answer[kind].id;
}

const idOf = async (name: string) =>
  (await ask("GET", net(`networks?name=${name}`))).body.networks[0].id as string;

beforeEach(async () => {
  cloud = await OpenStack.start({
    networks: {
      internal: { cidr: "10.0.0.0/28", external: false },
      public: { cidr: "192.0.2.0/29", external: true },
    },
    images: ["debian-13"],
    flavors: ["m1.small"],
  });
  await logIn();
});

afterEach(() => cloud.stop());

/** A server with all it needs. */
async function server(more: object = {}): Promise<Reply> {
  const port = await made("ports", "port", { network_id: await idOf("internal") });
  const [image] = (await ask("GET", "/image/v2/images?name=debian-13")).body.images;
  const [flavor] = (await ask("GET", nova("flavors/detail"))).body.flavors;
  const given = { name: "one", imageRef: image.id, flavorRef: flavor.id, networks: [{ port }] };
  return ask("POST", nova("servers"), { server: { ...given, ...more } });
}

/** Asks until the answer is so; what takes longer than a busy machine needs hangs. */
async function until<T>(question: () => Promise<T>, wanted: T): Promise<void> {
  const end = Date.now() + 30_000;
  let answer = await question();
  while (answer !== wanted && Date.now() < end) {
    await new Promise((resolve) => setTimeout(resolve, 20));
    answer = await question();
  }
  expect(answer).toBe(wanted);
}

const status = (path: string, kind: string, wanted: string) =>
  until(async () => (await ask("GET", path)).body[kind]?.status, wanted);

test("a log-in needs user, password and project, and everything else a token that is valid", async () => {
  expect((await logIn("another")).status).toBe(401);
  expect((await logIn(LOG_IN.password, "another")).status).toBe(401);
  const { status, body } = await logIn();
  expect(status).toBe(201);
  expect(body.token.catalog.map(({ type }: { type: string }) => type)).toContain("network");
  for (const path of [
    net("networks"),
    nova("servers/detail"),
    cinder("volumes/detail"),
    "/image/v2/images",
  ]) {
    expect((await ask("GET", path, undefined, "none")).status).toBe(401);
    expect((await ask("GET", path)).status).toBe(200);
  }
  cloud.identity.revoke();
  expect((await ask("GET", net("networks"))).status).toBe(401);
});

test("what is not there, and bodies that are no good", async () => {
  const nobody = "00000000-0000-4000-8000-000000000000";
  for (const path of ["networks", "subnets", "ports", "routers", "security-groups", "floatingips"])
    expect((await ask("DELETE", net(`${path}/${nobody}`))).status).toBe(404);
  expect((await ask("GET", nova(`servers/${nobody}`))).body).toEqual({
    itemNotFound: { code: 404, message: `Instance ${nobody} could not be found.` },
  });
  expect((await ask("DELETE", cinder(`volumes/${nobody}`))).status).toBe(404);
  expect((await ask("PATCH", net("networks"))).status).toBe(405);
  expect((await ask("POST", net("networks"), "{")).status).toBe(400);
  const unknown = await ask("POST", net("networks"), { network: { name: "one", colour: "red" } });
  expect(unknown.body.NeutronError.message).toBe("Unrecognized attribute(s) 'colour'");
  expect((await ask("POST", net("ports"), { port: {} })).status).toBe(400);
  expect((await ask("POST", net("ports"), { port: { network_id: nobody } })).status).toBe(404);
  expect((await ask("POST", cinder("volumes"), { volume: { size: "1" } })).status).toBe(400);
  expect((await ask("POST", cinder("volumes"), { volume: { size: 1, volume_type: "gold" } })).status).toBe(
    404,
  );
});

test("subnets do not overlap, and what is in use stays", async () => {
  const network = await made("networks", "network", { name: "own" });
  const given = { network_id: network, cidr: "10.1.0.0/24", ip_version: 4 };
  const subnet = await made("subnets", "subnet", given);
  for (const cidr of ["10.1.0.128/25", "10.1.0.1/24", "10.1.0.0"])
    expect((await ask("POST", net("subnets"), { subnet: { ...given, cidr } })).status).toBe(400);
  const group = await made("security-groups", "security_group", { name: "one" });
  const port = await made("ports", "port", { network_id: network, security_groups: [group] });
  for (const path of [`networks/${network}`, `subnets/${subnet}`, `security-groups/${group}`])
    expect({ path, status: (await ask("DELETE", net(path))).status }).toEqual({ path, status: 409 });
  for (const path of [
    `ports/${port}`,
    `security-groups/${group}`,
    `subnets/${subnet}`,
    `networks/${network}`,
  ])
    expect({ path, status: (await ask("DELETE", net(path))).status }).toEqual({ path, status: 204 });
});

test("a floating IP needs a way from the outside, and the router cannot go before it", async () => {
  const outside = await idOf("public");
  const inside = await idOf("internal");
  expect(
    (await ask("POST", net("floatingips"), { floatingip: { floating_network_id: inside } })).status,
  ).toBe(400);
  const ip = await made("floatingips", "floatingip", { floating_network_id: outside });
  const port = await made("ports", "port", { network_id: inside });
  const lead = () => ask("PUT", net(`floatingips/${ip}`), { floatingip: { port_id: port } });
  expect((await lead()).status).toBe(404);
  const router = await made("routers", "router", { external_gateway_info: { network_id: outside } });
  const [subnet] = (await ask("GET", net(`subnets?network_id=${inside}`))).body.subnets;
  const through = (what: string) => ask("PUT", net(`routers/${router}/${what}`), { subnet_id: subnet.id });
  const added = await through("add_router_interface");
  expect(added.status).toBe(200);
  expect((await lead()).body.floatingip).toMatchObject({ port_id: port, status: "ACTIVE" });
  expect((await through("remove_router_interface")).status).toBe(409);
  expect((await ask("DELETE", net(`ports/${added.body.port_id}`))).status).toBe(409);
  expect((await ask("DELETE", net(`routers/${router}`))).status).toBe(409);
  await ask("DELETE", net(`floatingips/${ip}`));
  expect((await through("remove_router_interface")).status).toBe(200);
  expect((await ask("DELETE", net(`routers/${router}`))).status).toBe(204);
});

test("rules whose parts do not fit, and twins", async () => {
  const security_group_id = await made("security-groups", "security_group", { name: "one" });
  const rule = (more: object) =>
    ask("POST", net("security-group-rules"), {
      security_group_rule: { security_group_id, direction: "ingress", ...more },
    });
  const ssh = { protocol: "tcp", port_range_min: 22, port_range_max: 22 };
  expect((await rule({ ...ssh, remote_ip_prefix: "::/0" })).status).toBe(400);
  expect((await rule({ ...ssh, ethertype: "IPv6", remote_ip_prefix: "0.0.0.0/0" })).status).toBe(400);
  expect((await rule({ protocol: "ipv6-icmp" })).status).toBe(400);
  expect((await rule({ port_range_min: 22, port_range_max: 22 })).status).toBe(400);
  expect((await rule({ ...ssh, port_range_max: 21 })).status).toBe(400);
  expect((await rule({ ...ssh, remote_ip_prefix: "mon1" })).status).toBe(400);
  expect((await rule({ ...ssh, remote_ip_prefix: "0.0.0.0/0" })).status).toBe(201);
  expect((await rule({ ...ssh, remote_ip_prefix: "0.0.0.0/0" })).status).toBe(409);
  expect((await rule({ ...ssh, ethertype: "IPv6", remote_ip_prefix: "::/0" })).status).toBe(201);
});

test("a server needs an image, a flavor, a key pair and a free port; its volumes are free and go with it", async () => {
  expect((await server({ key_name: "nobody" })).status).toBe(400);
  expect((await server({ imageRef: "none" })).status).toBe(400);
  expect((await server({ availability_zone: "moon" })).status).toBe(400);
  expect((await server({ user_data: "not base64!" })).status).toBe(400);
  const keypair = { name: "one", public_key: "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIBq9EEWeyEyPPqpTDhNpKVyA" };
  expect((await ask("POST", nova("os-keypairs"), { keypair })).status).toBe(200);
  expect((await ask("POST", nova("os-keypairs"), { keypair })).status).toBe(409);
  const { status: accepted, body } = await server({ key_name: "one" });
  expect(accepted).toBe(202);
  const { id } = body.server;
  await status(nova(`servers/${id}`), "server", "ACTIVE");
  const [used] = (await ask("GET", net(`ports?device_id=${id}`))).body.ports;
  expect((await server({ networks: [{ port: used.id }] })).status).toBe(409);
  const volume = (await ask("POST", cinder("volumes"), { volume: { size: 1 } })).body.volume.id;
  const attach = () =>
    ask("POST", nova(`servers/${id}/os-volume_attachments`), { volumeAttachment: { volumeId: volume } });
  expect((await attach()).status).toBe(400); // still being made
  await status(cinder(`volumes/${volume}`), "volume", "available");
  expect((await attach()).status).toBe(200);
  await status(cinder(`volumes/${volume}`), "volume", "in-use");
  expect((await attach()).status).toBe(400);
  expect((await ask("DELETE", cinder(`volumes/${volume}`))).status).toBe(400);
  expect((await ask("DELETE", nova(`servers/${id}`))).status).toBe(204);
  await until(async () => (await ask("GET", nova(`servers/${id}`))).status, 404);
  await status(cinder(`volumes/${volume}`), "volume", "available");
  expect((await ask("DELETE", cinder(`volumes/${volume}`))).status).toBe(202);
  expect((await ask("DELETE", net(`ports/${used.id}`))).status).toBe(204);
});

test("quotas, addresses that run out, and what fails behind the API", async () => {
  Object.assign(cloud.quota, { instances: 0, volumes: 0, floatingIps: 1 });
  expect((await server()).body).toMatchObject({ forbidden: { code: 403 } });
  expect((await ask("POST", cinder("volumes"), { volume: { size: 1 } })).body).toMatchObject({
    overLimit: { code: 413 },
  });
  const floatingip = { floating_network_id: await idOf("public") };
  await made("floatingips", "floatingip", floatingip);
  const over = await ask("POST", net("floatingips"), { floatingip });
  expect(over).toMatchObject({ status: 409, body: { NeutronError: { type: "OverQuota" } } });
  const inside = await idOf("internal");
  for (let port = 0; port < 12; port++) await made("ports", "port", { network_id: inside });
  const last = await ask("POST", net("ports"), { port: { network_id: inside } });
  expect(last).toMatchObject({ status: 409, body: { NeutronError: { type: "IpAddressGenerationFailure" } } });
  cloud.quota.instances = 1;
  cloud.compute.failing = 1;
  const [free] = (await ask("GET", net(`ports?network_id=${inside}`))).body.ports;
  const { body } = await ask("POST", nova("servers"), {
    server: {
      name: "one",
      imageRef: (await ask("GET", "/image/v2/images")).body.images[0].id,
      flavorRef: (await ask("GET", nova("flavors/detail"))).body.flavors[0].id,
      networks: [{ port: free.id }],
    },
  });
  await status(nova(`servers/${body.server.id}`), "server", "ERROR");
});
