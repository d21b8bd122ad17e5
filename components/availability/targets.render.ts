// What sites are to reach in a month.
import type { Recording } from "../../lib/rules/record";

interface Target {
  readonly availability: number;
  readonly reliability: number;
}

export interface TargetsInput {
  readonly targets: Target & {
    /** Those that differ, by site. */
    readonly sites: Readonly<Record<string, { readonly [Name in keyof Target]?: number | undefined }>>;
  };
}

export function targets({ targets: { sites, ...usual } }: TargetsInput): Recording[] {
  return (["availability", "reliability"] as const).map((name) => {
    const own = Object.entries(sites).flatMap(([site, target]) => {
      const value = target[name];
      return value === undefined
        ? []
        : [`availability:site_state{site=${JSON.stringify(site)}} * 0 + ${value}`];
    });
    const all = [...own, `availability:site_state * 0 + ${usual[name]}`];
    return { record: `availability:site_${name}_target`, expr: all.join("\nor ") };
  });
}
