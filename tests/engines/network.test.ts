import fc from "fast-check";
import { gatewayOf } from "../../engines/network";
import { inRange } from "../../lib/address";

test("the gateway is the first address after the network's own", () => {
  const octet = fc.integer({ min: 0, max: 255 });
  fc.assert(
    fc.property(octet, octet, octet, fc.constantFrom(16, 20, 24, 28), (b, c, d, prefix) => {
      const mask = (0xffffffff << (32 - prefix)) >>> 0;
      const base = (((10 << 24) | (b << 16) | (c << 8) | d) & mask) >>> 0;
      expect(gatewayOf(`${dotted(base)}/${prefix}`)).toBe(dotted(base + 1));
    }),
  );
});

function dotted(address: number): string {
  return [24, 16, 8, 0].map((shift) => (address >>> shift) & 255).join(".");
}

test.each([
  ["fdb6:93f8:2e1d::/64", "fdb6:93f8:2e1d::1"],
  ["FD00:0:0:0:1:2:3:0/112", "fd00::1:2:3:1"],
  ["fd00:1:2:3:4:5:6:7700/120", "fd00:1:2:3:4:5:6:7701"],
])("of %s it is %s", (subnet, gateway) => expect(gatewayOf(subnet)).toBe(gateway));

test.each(["10.0.0.0", "10.0.0/24", "10.0.0.256/24", "fd00::", "fd00::1::/64", "", "10.0.x.0/24"])(
  "%j is refused",
  (subnet) => {
    expect(() => gatewayOf(subnet)).toThrow(`${JSON.stringify(subnet)} is not a subnet`);
  },
);

test.each([
  ["10.1.2.3", "10.0.0.0/8", true],
  ["11.1.2.3", "10.0.0.0/8", false],
  ["255.255.255.255", "0.0.0.0/0", true],
  ["fd00:1::5", "fd00:1::/64", true],
  ["FD00:1:0:0:0:0:0:5", "fd00:1::/64", true],
  ["fd00:1:0:1::5", "fd00:1::/64", false],
  ["::ffff:10.0.0.1", "::ffff:0:0/96", true],
  ["fe80::1%eth0", "fe80::/10", true],
  ["::a01:203", "10.0.0.0/8", false],
])("whether %s lies in %s: %j", (ip, range, lies) => expect(inRange(ip, range)).toBe(lies));
