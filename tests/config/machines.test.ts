// Machines that the stack makes itself.
import { hasUnknown } from "../../lib/address";
import { problemsOf, settingsOf } from "./support";

const OPENSTACK = {
  image: "debian-13",
  flavor: "m1.small",
  publicKey: "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIBq9EEWeyEyPPqpTDhNpKVyAyJyJ3eLNFJRp2fJ2sX0h",
  network: { name: "internal" },
};

const login = { machine: "openstack", user: "operator", privateKeyFile: "~/.ssh/id_ed25519" };
const stack = (openstack: object = {}, host: object = {}) => ({
  machines: { openstack: { ...OPENSTACK, ...openstack } },
  hosts: { mon: { ...login, ...host } },
});

test("neither address nor host key is written, and the machine is waited for", () => {
  const { connection, waitForConnection, machine } = settingsOf(stack());
  expect(hasUnknown((connection as { host: string }).host)).toBe(true);
  expect((connection as { hostKey: string }).hostKey).toMatch(/^ssh-ed25519 /);
  expect(waitForConnection).toBe("5m");
  expect(machine).toEqual({ image: "debian-13", flavor: "m1.small", volumes: {} });
});

test("volumes are disks, by the names that the machine sees", () => {
  const id = "1a2b3c4d-5e6f-4711-8a9b-0c1d2e3f4a5b";
  const { storage } = settingsOf(
    stack({
      volumes: {
        data: { id },
        logs: { id: id.replace("1a", "2b"), bus: "scsi", at: "/srv/logs", type: "xfs" },
      },
    }),
  );
  expect(storage.disks).toMatchObject({
    data: { device: "/dev/disk/by-id/virtio-1a2b3c4d-5e6f-4711-8", format: true },
    logs: {
      device: "/dev/disk/by-id/scsi-0QEMU_QEMU_HARDDISK_2b2b3c4d-5e6f-4711-8a9b-0c1d2e3f4a5b",
      at: "/srv/logs",
      type: "xfs",
    },
  });
});

test.each([
  [
    stack({}, { address: "10.1.2.3", hostKey: OPENSTACK.publicKey }),
    [
      /^podwatch:hosts\.mon\.address: is what the cloud gives the machine \(machine: openstack\); remove one of the two$/,
      /^podwatch:hosts\.mon\.hostKey: is made for the machine/,
    ],
  ],
  [
    { hosts: { mon: login } },
    [/^podwatch:hosts\.mon\.machine: "openstack" needs to know the image, the flavor and the network; write/],
  ],
  [
    { ...stack(), hosts: { mon: { ...login, machine: undefined, address: "10.1.2.3", agent: false } } },
    [
      /^podwatch:hosts\.mon: .*host key|^podwatch:hosts/,
      /^podwatch:machines: makes no machine; write machine/,
    ],
  ],
  [
    stack({ network: {} }),
    [/^podwatch:machines\.openstack\.network: needs either name, .* or cidr, .*; write one of the two$/],
  ],
  [
    stack({ network: { name: "a", external: "b" } }),
    [/^podwatch:machines\.openstack\.network\.external: "b" is for a network of the stack's own/],
  ],
  [
    stack({ servers: { other: {} } }),
    [/^podwatch:machines\.openstack\.servers\.other: is no host with machine: openstack; write one of mon/],
  ],
  [
    stack({ volumes: { data: {} } }),
    [/^podwatch:machines\.openstack\.volumes\.data: needs either size, .* or id, .*; write one of the two$/],
  ],
  [
    stack({ publicKey: "no key" }),
    [/^podwatch:machines\.openstack\.publicKey: "no key" is not a public key for SSH; write what/],
  ],
  [stack({ flavor: undefined }), [/^podwatch:machines\.openstack\.flavor: is missing; /]],
])("%j is refused", (raw, problems) => {
  expect(problemsOf(raw as Record<string, unknown>)).toEqual(
    problems.map((problem) => expect.stringMatching(problem)),
  );
});
