// The dashboard's variables: each takes its current value, else the values its query gives, else anything.
export const base = document.body.dataset.base;

// The uid of the data source an object refers to; undefined stands for the default one.
export function sourceUid(reference, values) {
  const given = typeof reference === "string" ? reference : reference?.uid;
  return given ? fill(given, values) : undefined;
}

export function fill(text, values) {
  return text.replace(/\$\{(\w+)(?::[^}]*)?\}|\[\[(\w+)\]\]|\$(\w+)/g, (match, braced, squared, plain) => {
    const name = braced ?? squared ?? plain;
    return name in values ? values[name] : match;
  });
}

export async function variableValues(list) {
  const values = {};
  for (const variable of list) values[variable.name] = await variableValue(variable, values);
  return values;
}

async function variableValue(variable, values) {
  const current = [variable.current?.value].flat().filter((value) => value !== undefined && value !== "");
  if (variable.type === "datasource") return current[0] ?? (await defaultSource());
  if (current.length > 0 && !current.includes("$__all")) return current.join("|");
  if (variable.allValue) return variable.allValue;
  if (variable.type === "query") return (await labelValues(variable, values)).join("|") || ".*";
  return variable.options?.[0]?.value ?? ".*";
}

async function labelValues(variable, values) {
  const query = typeof variable.query === "string" ? variable.query : (variable.query?.query ?? "");
  const parts = query.match(/^label_values\((?:(.+),)?\s*(\w+)\)$/);
  if (!parts) return [];
  const uid = sourceUid(variable.datasource, values) ?? (await defaultSource());
  const match = parts[1] ? `?match[]=${encodeURIComponent(fill(parts[1].trim(), values))}` : "";
  const response = await fetch(
    `${base}/api/datasources/uid/${uid}/resources/api/v1/label/${parts[2]}/values${match}`,
  );
  return response.ok ? ((await response.json()).data ?? []) : [];
}

let defaultUid;
export async function defaultSource() {
  if (defaultUid === undefined) {
    const sources = await (await fetch(`${base}/api/datasources`)).json();
    const chosen = Array.isArray(sources)
      ? (sources.find((source) => source.isDefault) ?? sources[0])
      : undefined;
    defaultUid = chosen?.uid ?? "";
  }
  return defaultUid;
}
