// What `make scale` measures, from the environment.

export const PARTS = ["one", "several", "beside"] as const;
export type Part = (typeof PARTS)[number];

export interface Plan {
  /** Numbers of targets, growing. */
  readonly sizes: readonly number[];
  /** Those for Ansible and pyinfra. */
  readonly besideSizes: readonly number[];
  /** How often everything is measured; absent: as {@link runsOf} says. */
  readonly runs: number | undefined;
  /** Targets of each of several stacks. */
  readonly hostsPerStack: number;
  /** How many of these are deployed at once. */
  readonly parallel: number;
  readonly parts: readonly Part[];
}

/** @throws Error that names the setting that cannot be read */
export function planOf(env: Readonly<Record<string, string | undefined>>): Plan {
  const numbers = (name: string, usual: string) => {
    const given = (env[name] ?? usual).split(/\s+/).filter(Boolean).map(Number);
    if (given.some((one) => !Number.isInteger(one) || one < 1))
      throw new Error(
        `${name} ${JSON.stringify(env[name])} are not whole numbers from 1, such as "${usual}"`,
      );
    return [...new Set(given)].sort((a, b) => a - b);
  };
  const number = (name: string, usual: string) => {
    const [found, ...more] = numbers(name, usual);
    if (found === undefined || more.length > 0)
      throw new Error(`${name} is one whole number, such as ${usual}`);
    return found;
  };
  const parts = (env.PARTS ?? PARTS.join(" ")).split(/\s+/).filter(Boolean);
  const strange = parts.find((part) => !(PARTS as readonly string[]).includes(part));
  if (strange !== undefined)
    throw new Error(`PARTS has no ${JSON.stringify(strange)}: use ${PARTS.join(", ")}`);
  const sizes = numbers("SIZES", "1 10 30 60");
  if (sizes.length === 0) throw new Error("SIZES is empty: write at least one number of targets");
  return {
    sizes,
    besideSizes: numbers("BESIDE_SIZES", "10 30"),
    runs: env.RUNS === undefined ? undefined : number("RUNS", "2"),
    hostsPerStack: number("STACK", "10"),
    parallel: number("PARALLEL", "4"),
    parts: parts as Part[],
  };
}

/** How often something is measured with so many hosts. */
export function runsOf({ runs }: Plan, hosts: number, slow = false): number {
  if (runs !== undefined) return runs;
  if (slow) return 1;
  return hosts <= 10 ? 3 : 2;
}

/** How many targets several stacks have together: the most; absent: they would be one stack. */
export function severalSize({ sizes, hostsPerStack, parts }: Plan): number | undefined {
  const most = Math.max(...sizes);
  return parts.includes("several") && most > hostsPerStack ? most : undefined;
}

/** The most targets that are needed at once. */
export function mostTargets({ sizes, besideSizes, parts }: Plan): number {
  return Math.max(...sizes, ...(parts.includes("beside") ? besideSizes : []));
}

/** How long everything takes about, in minutes, by what was seen on two cores. */
export function minutes(plan: Plan): number {
  const { sizes, besideSizes, parts } = plan;
  const most = Math.max(...sizes);
  const sum = (of: readonly number[], cost: (hosts: number) => number) =>
    of.reduce((seconds, hosts) => seconds + cost(hosts), 0);
  const line = (hosts: number) => 8 + 1.35 * hosts;
  const seconds = {
    one:
      sum(sizes, (hosts) => 20 + 1.2 * hosts + runsOf(plan, hosts) * (6 + 0.2 * hosts + line(hosts))) +
      2.5 * most,
    several: severalSize(plan) === undefined ? 0 : 30 + 3.5 * most + runsOf(plan, most) * (15 + 2 * most),
    beside:
      sum(sizes, (hosts) => 3 + hosts * (0.8 + 0.4 * runsOf(plan, hosts))) +
      sum(besideSizes, (hosts) => 10 + hosts * (5 + 5.5 * runsOf(plan, hosts, true))),
  };
  return Math.ceil(
    (60 +
      1.2 * mostTargets(plan) +
      sum(
        parts.map((part) => seconds[part]),
        Number,
      )) /
      60,
  );
}
