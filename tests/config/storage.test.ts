// Disks for data.
import { problemsOf, settingsOf, stack } from "./support";

const DEVICE = "/dev/disk/by-id/virtio-1a2b3c";
const disks = (found: object, host: Record<string, unknown> = {}) =>
  stack({ storage: { disks: found } }, host);

test("a disk needs a device only", () => {
  expect(settingsOf(disks({ data: { device: DEVICE } })).storage.disks).toEqual({
    data: { device: DEVICE, at: "/var/lib/containers/storage/volumes", format: true, type: "ext4" },
  });
  expect(settingsOf(stack({})).storage.disks).toEqual({});
});

test.each([
  ["/sdb", /^podwatch:storage\.disks\.data\.device: "\/sdb" is not the path of a device; write one that/],
  ["/dev/../etc/x", /is not the path of a device/],
  ["/dev/disk/a b", /is not the path of a device/],
])("the device %s is refused", (device, problem) => {
  expect(problemsOf(disks({ data: { device } }))).toEqual([expect.stringMatching(problem)]);
});

// systemd escapes other characters in the unit's name.
test.each(["srv/data", "/srv/my-data", "/srv/..", "/srv/../etc", "/", "/srv/data/"])(
  "the directory %s is refused",
  (at) => {
    expect(problemsOf(disks({ data: { device: DEVICE, at } }))).toEqual([
      expect.stringMatching(/^podwatch:storage\.disks\.data\.at: .* is not a directory for a disk; write/),
    ]);
  },
);

test("each disk and directory has one entry", () => {
  expect(
    problemsOf(
      disks({
        one: { device: DEVICE, at: "/srv/one" },
        two: { device: DEVICE, at: "/srv/two" },
        three: { device: `${DEVICE}3`, at: "/srv/one/more" },
        four: { device: `${DEVICE}4`, at: "/srv/one1" },
      }),
    ),
  ).toEqual([
    'podwatch:storage.disks.three.at: "/srv/one/more" and "/srv/one", where the disk one is, are not beside each other; write another directory for one of the two',
    `podwatch:storage.disks.two.device: "${DEVICE}" is also the disk one; remove one of the two`,
  ]);
});

test("only root mounts disks", () => {
  expect(problemsOf(disks({ data: { device: DEVICE } }, { become: false, user: "pi" }))).toEqual([
    expect.stringMatching(/^podwatch:storage\.disks: needs become: true/),
  ]);
});
