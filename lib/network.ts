/** The first usable address of an IPv4 subnet such as `10.89.77.0/24`: its gateway and DNS server. */
export function gatewayOf(subnet: string): string {
  const [base = "", prefix] = subnet.split("/");
  const octets = base.split(".").map(Number);
  if (octets.length !== 4 || prefix === undefined || octets.some((octet) => !(octet >= 0 && octet <= 255))) {
    throw new Error(`${JSON.stringify(subnet)} is not an IPv4 subnet`);
  }
  const [a = 0, b = 0, c = 0, d = 0] = octets;
  return `${a}.${b}.${c}.${d + 1}`;
}
