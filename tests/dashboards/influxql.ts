// What is wrong with a query in InfluxQL, as far as its text shows; a real InfluxDB judges the rest (tests/grafana/influxql.test.ts).

/** What the executor and Telegraf write: tags and fields by measurement. */
const KNOWN: Readonly<Record<string, readonly string[]>> = {
  openstack_api: [
    ...["zone", "job_name", "service", "method", "resource", "status"],
    ...["attempted", "duration", "error"],
  ],
  executor_run: [
    ...["zone", "job_name", "result"],
    ...["duration", "late", "result_code", "failed", "status", "text"],
  ],
};

export function influxqlProblems(query: string): string[] {
  const measurements = [...query.matchAll(/FROM "(\w+)"/g)].map(([, name = ""]) => name);
  const unknown = measurements
    .filter((name) => !(name in KNOWN))
    .map((name) => `unknown measurement ${name}`);
  const known = measurements.flatMap((name) => [name, ...(KNOWN[name] ?? [])]);
  // Of a subquery, functions are columns.
  const columns = [...query.matchAll(/\((?:SELECT )?([A-Z]+)\(/g)].map(([, name = ""]) => name.toLowerCase());
  const named = [...query.replaceAll(/ AS "[^"]*"/g, "").matchAll(/"([^"]*)"/g)].map(([, name = ""]) => name);
  return [
    ...unknown,
    ...(measurements.length === 0 ? ["asks no measurement"] : []),
    ...named
      .filter((name) => ![...known, ...columns].includes(name))
      .map((name) => `unknown field or tag ${JSON.stringify(name)}`),
    ...(query.includes("$timeFilter") ? [] : ["asks for all times"]),
  ];
}

/** The tags that are left. */
export function tagsLeft(query: string): string[] {
  const [, grouped = ""] = /GROUP BY (.*)$/.exec(query) ?? [];
  return [...grouped.matchAll(/"(\w+)"/g)].map(([, name = ""]) => name);
}
