import fc from "fast-check";
import { gatewayOf } from "../../lib/network";

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

test.each(["10.0.0.0", "10.0.0/24", "10.0.0.256/24", "fd00::/64", "", "10.0.x.0/24"])(
  "%j is refused",
  (subnet) => {
    expect(() => gatewayOf(subnet)).toThrow(`${JSON.stringify(subnet)} is not an IPv4 subnet`);
  },
);
