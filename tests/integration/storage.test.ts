// Disks for data, through the whole life of a host.
import { eventually, LabHost, must, provideImages } from "./support/lab";
import { nightly } from "./support/nightly";
import { operate } from "./support/operate";
import { healthy, small, startedAt } from "./support/smallStack";
import { connection, Stack } from "./support/stack";

jest.setTimeout(600_000);

const DISK = "/dev/disk/by-id/virtio-first";
const OTHER = "/dev/disk/by-id/virtio-other";
const THIRD = "/dev/disk/by-id/virtio-third";
const VOLUMES = "/var/lib/containers/storage/volumes";
const DATA = `${VOLUMES}/podwatch-prometheus/_data`;

let host: LabHost;
let stack: Stack;

const settings = (device = DISK, more: object = {}) =>
  small(connection("operator", host), {
    prometheus: { data: "keep", scrapeInterval: "2s" },
    storage: { disks: { data: { device, ...more } } },
  });
const lend = (device: string) => must("lab/lab", ["disk", host.name, device]);
const mounted = () => host.exec(`findmnt --noheadings --output SOURCE ${VOLUMES} || echo nothing`);
/** The file system on a disk, and nothing of what is in it. */
const uuid = () => host.exec(`blkid -p -s UUID -o value ${DISK}`);

beforeAll(async () => {
  host = await LabHost.boot("test-storage");
  await must("lab/lab", ["install", host.name, "e2fsprogs"]);
  await lend(DISK);
  await lend(OTHER);
  await lend(THIRD);
  stack = await Stack.create("storage", settings());
});

afterAll(async () => {
  await stack?.destroy();
  await stack?.dispose();
  await host?.down();
});

test("a disk that holds something, or would hide something, is left as it is, and nothing is deployed", async () => {
  const refused = async (reason: RegExp) => {
    expect(await stack.failingUp()).toMatch(reason);
    expect(await mounted()).toBe("nothing\n");
    expect(await host.exec("ls /etc/systemd/system /etc/containers/systemd")).not.toContain("podwatch");
  };
  await host.exec(`head -c 4096 /dev/urandom | dd of=${DISK} bs=512 seek=100 conv=notrunc 2>/dev/null`);
  const before = await host.exec(`sha256sum <${DISK}`);
  await refused(
    /virtio-first is not empty \(what is there is unknown\); nothing was changed, and it is not formatted: .*storage\.disks\.data\.device/,
  );
  await host.exec(`mkfs.ext4 -q -L photos ${DISK}`);
  await refused(/virtio-first is not empty \(LABEL=photos TYPE=ext4\); .* set .*\.format to false/);
  expect(await host.exec(`sha256sum <${DISK}`)).not.toBe(before);
  await host.exec(`wipefs --quiet --all ${DISK} && dd if=/dev/zero of=${DISK} bs=1M count=1 2>/dev/null`);
  await host.exec(`mkdir -p ${VOLUMES}/of-others`);
  await refused(/storage\/volumes is not empty \(it has of-others\), and a disk would hide what it has/);
  await host.exec(`rmdir ${VOLUMES}/of-others`);
});

test("an empty disk is formatted, and has the data of the services", async () => {
  const { code, stdout } = await stack.run("up", "--yes", "--skip-preview");
  expect(code).toBe(0);
  expect(stdout).toContain(`${DISK} was empty and has been formatted, for the disk data`);
  await healthy(host);
  expect(await mounted()).toBe(`${DISK}\n`);
  expect(await host.exec(`findmnt --noheadings --output SOURCE --target ${DATA}/wal`)).toBe(`${DISK}\n`);
  expect(await host.exec(`stat -c %a ${VOLUMES}`)).toBe("700\n");
  expect((await stack.up()).updated).toBeUndefined();
  expect(await operate(stack, "drift")).toMatchObject({ code: 0 });
});

nightly("InfluxDB's lines are on the disk, too, and there again after a boot", async () => {
  await provideImages("influxdb");
  const influxdb = { influxdb: { databases: { lines: {} }, data: "delete" } };
  await stack.configure({ ...settings(), ...influxdb });
  await stack.up();
  const [{ influxdb: logIn } = {}] = Object.values(
    await stack.output<Record<string, { influxdb?: { user: string; password: string } }>>("installations"),
  );
  const asked = (path: string, ...more: string[]) =>
    host.exec(
      `podman exec -i podwatch-influxdb curl --silent --fail --user '${logIn?.user}:${logIn?.password}' ${more.join(" ")} 'http://127.0.0.1:8086/${path}'`,
    );
  await asked("write?db=lines", "--data-binary 'kept value=7'");
  const data = `${VOLUMES}/podwatch-influxdb/_data`;
  expect(await host.exec(`findmnt --noheadings --output SOURCE --target ${data}/wal`)).toBe(`${DISK}\n`);
  await host.reboot();
  for (const device of [DISK, OTHER, THIRD]) await lend(device);
  expect(await operate(stack, "repair")).toHaveExited(0);
  const counted = () => asked("query?db=lines&q=SELECT%20COUNT(value)%20FROM%20kept");
  await eventually(120, counted, (body) => body.includes(",1]"));
  await stack.configure(settings());
  await stack.up();
  expect(await host.exec(`ls ${VOLUMES}`)).not.toContain("influxdb");
});

describe("a disk that is taken out of the stack file", () => {
  const MORE = "/srv/more";
  const both = (probes: object, more: object = { more: { device: THIRD, at: MORE } }) =>
    small(connection("operator", host), {
      prometheus: { data: "keep", scrapeInterval: "2s" },
      storage: { disks: { data: { device: DISK }, ...more } },
      blackboxExporter: probes,
    });
  const reading = { enabled: true, volumes: [`${MORE}:/etc/lists:ro`] };
  const none = { enabled: false };
  const mountedAt = (directory: string) =>
    host.exec(`findmnt --noheadings --output SOURCE ${directory} || echo nothing`);
  /** Both are as they were, and nothing has been restarted. */
  const refused = async (settings: object, reason: RegExp) => {
    const before = await startedAt(host);
    await stack.configure(settings as Record<string, unknown>);
    expect(await stack.failingUp()).toMatch(reason);
    expect(await startedAt(host)).toBe(before);
    expect(await mounted()).toBe(`${DISK}\n`);
  };

  test("stays where the data of a service are that stays, and nothing is changed", async () => {
    const reason =
      /podwatch:storage\.disks\.data takes the disk at \/var\/lib\/containers\/storage\/volumes away, where prometheus keeps data; nothing was changed: put podwatch:storage\.disks\.data back as it was, or /;
    await refused(small(connection("operator", host), { prometheus: { data: "keep" } }), reason);
    await refused(settings(DISK, { at: "/srv/elsewhere" }), reason);
    await stack.configure(both(reading));
    await stack.up();
    await refused(
      both(reading, {}),
      /storage\.disks\.more takes the disk at \/srv\/more away, where blackbox-exporter keeps data/,
    );
    expect(await mountedAt(MORE)).toBe(`${THIRD}\n`);
  });

  test("stays where somebody else uses it, by name", async () => {
    await host.exec(`echo here >${MORE}/file && systemd-run --quiet --unit reader tail -f ${MORE}/file`);
    await host.exec(`until ls -l /proc/[0-9]*/fd | grep -q ${MORE}/file; do sleep 0.1; done`);
    await refused(
      both(none, {}),
      /takes the disk at \/srv\/more away, which tail \(process \d+\) uses; nothing was changed: end that/,
    );
    expect(await host.exec("systemctl is-active podwatch-blackbox-exporter")).toBe("active\n");
    await host.exec("systemctl stop reader");
  });

  test("stays mounted while a service of before runs, and may be put back", async () => {
    await stack.configure(both(reading, {}));
    // As if the deployment had been interrupted after that.
    await stack.up("--target", "**storage-service");
    expect(await mountedAt(MORE)).toBe(`${THIRD}\n`);
    await stack.configure(both(reading));
    await stack.up("--target", "**storage-service");
    expect(await host.exec(`cat ${MORE}/file; cat /var/lib/podwatch/services/storage/leaving`)).toBe(
      "here\n",
    );
  });

  test("is unmounted once the services that used it are gone, and no other is restarted", async () => {
    const before = await startedAt(host);
    await stack.configure(both(none, {}));
    await stack.up();
    expect(await mountedAt(MORE)).toBe("nothing\n");
    expect(await startedAt(host)).toBe(before);
    expect(await operate(stack, "drift")).toMatchObject({ code: 0 });
  });

  test("returns with what it has, at another place, too", async () => {
    const at = "/srv/other";
    await stack.configure(both(none, { more: { device: THIRD, at } }));
    await stack.up();
    expect(await host.exec(`cat ${at}/file`)).toBe("here\n");
    await stack.configure(both(none));
    await stack.up();
    expect(await mountedAt(at)).toBe("nothing\n");
    expect(await host.exec(`cat ${MORE}/file`)).toBe("here\n");
    await stack.configure(settings());
    await stack.up();
    expect(await mountedAt(MORE)).toBe("nothing\n");
  });
});

test("a boot without the disk starts nothing that would begin anew; with it, everything is there", async () => {
  await host.exec(`touch ${DATA}/kept`);
  const before = await uuid();
  await host.reboot();
  expect(await host.exec("systemctl is-active podwatch-prometheus.service || :")).toBe("inactive\n");
  expect(await host.exec(`ls -A ${VOLUMES}`)).toBe("");
  const drift = await operate(stack, "drift");
  expect(drift.code).toBe(2);
  expect(drift.stdout).toMatch(/storage +disk +unmounted +\/var\/lib\/containers/);
  // As after a change of the address of a disk: the same disk at another place is another one.
  await lend(OTHER);
  await stack.configure(settings(OTHER));
  expect(await stack.failingUp()).toMatch(
    /virtio-other is not the disk data that this host had \(file system none, then [0-9a-f-]{36}\); nothing was changed/,
  );
  await stack.configure(settings());
  await lend(DISK);
  expect(await operate(stack, "repair")).toHaveExited(0);
  await healthy(host);
  expect(await uuid()).toBe(before);
  expect(await host.exec(`ls ${DATA}/kept`)).toContain("kept");
});

test("destroy leaves a disk mounted that somebody else uses, and says who does", async () => {
  await host.exec(`systemd-run --quiet --unit reader tail -f ${DATA}/kept`);
  await host.exec(`until ls -l /proc/[0-9]*/fd | grep -q ${DATA}/kept; do sleep 0.1; done`);
  expect(await stack.failingDestroy()).toMatch(
    /the disk at \/var\/lib\/containers\/storage\/volumes cannot be taken away, since tail \(process \d+\) uses it/,
  );
  expect(await mounted()).toBe(`${DISK}\n`);
  await host.exec("systemctl stop reader");
});

test("destroy leaves the data, also for a host that knows nothing of them", async () => {
  const before = await uuid();
  await stack.destroy();
  expect(await mounted()).toBe("nothing\n");
  expect(await host.exec("ls /etc/systemd/system")).not.toMatch(/podwatch|volumes/);
  // As on a machine that is new.
  await host.exec("podman system reset --force >/dev/null 2>&1; rm -rf /var/lib/podwatch");
  await stack.up();
  await healthy(host);
  expect(await uuid()).toBe(before);
  expect(await host.exec(`ls ${DATA}/kept`)).toContain("kept");
});
