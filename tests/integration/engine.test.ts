// podman is installed where it is missing, from a repository of the distribution's packages on the host itself.
import { LabHost, must } from "./support/lab";
import { operate } from "./support/operate";
import { healthy, small } from "./support/smallStack";
import { connection, Stack } from "./support/stack";

jest.setTimeout(400_000);

/** What a host of the lab has for podman. */
const PACKAGES = [
  "podman",
  "crun",
  "netavark",
  "aardvark-dns",
  "conmon",
  "golang-github-containers-common",
  "golang-github-containers-image",
];

let host: LabHost;
let stack: Stack;

const settings = (more: object = {}) => small(connection("operator", host), more);
const packages = () => host.exec("dpkg-query -W -f '${db:Status-Abbrev} ${Package}\\n'");

beforeAll(async () => {
  host = await LabHost.boot("test-engine");
  await must("lab/lab", ["install", "--mirror", host.name, ...PACKAGES]);
  await host.exec(`apt-get -q -y purge ${PACKAGES.join(" ")} passt >/dev/null 2>&1; apt-get -q update 2>&1`);
  stack = await Stack.create("engine", settings());
});

afterAll(async () => {
  await stack?.dispose();
  await host?.down();
});

test("without the setting, a host without podman is refused", async () => {
  expect(await stack.failingUp()).toMatch(/podman is not installed on this host/);
});

test("a podman of the distribution that is too old is refused before anything is installed", async () => {
  const before = await packages();
  await host.exec(
    "cp /srv/mirror/Packages /srv/Packages && sed -i 's/^Version: 5.4.2.*/Version: 4.3.1+ds1-8/' /srv/mirror/Packages",
  );
  await stack.configure(settings({ engine: { install: true } }));
  expect(await stack.failingUp()).toMatch(
    /the podman of this host's distribution is 4\.3\.1\S*, and 4\.4 or newer is needed; nothing was changed: Debian GNU\/Linux 13 \(trixie\): upgrade to Debian 13 or later/,
  );
  expect(await packages()).toBe(before);
  await host.exec("mv /srv/Packages /srv/mirror/Packages");
});

test("it is installed before what needs it, and stays where the stack does not say otherwise", async () => {
  await stack.up();
  await healthy(host);
  expect((await stack.up()).created).toBeUndefined();
  expect(await operate(stack, "drift")).toMatchObject({ code: 0 });
  await stack.destroy();
  expect(await packages()).toMatch(/^ii {2}podman$/m);
});

test("with remove, destroy removes what was installed, unless others use it", async () => {
  await host.exec(
    `apt-get -q -y purge ${PACKAGES.join(" ")} >/dev/null 2>&1; rm -rf /var/lib/containers/storage/*`,
  );
  const before = await packages();
  await stack.configure(settings({ engine: { install: true, remove: true } }));
  await stack.up();
  await host.exec("podman volume create of-others");
  await stack.destroy();
  expect(await packages()).toMatch(/^ii {2}podman$/m);
  await host.exec(
    `podman volume rm of-others; apt-get -q -y purge ${PACKAGES.join(" ")} >/dev/null 2>&1; rm -rf /var/lib/containers/storage/*`,
  );
  await stack.up();
  await stack.destroy();
  expect(await packages()).toBe(before);
});
