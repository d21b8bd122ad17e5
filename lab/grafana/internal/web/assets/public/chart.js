// A plain line chart, or one number where there is one point only.
const colours = ["#73bf69", "#f2cc0c", "#5794f2", "#ff9830", "#f2495c", "#b877d9", "#8ab8ff", "#ffa6b0"];

function seriesOf(results) {
  const all = [];
  for (const { frames = [] } of Object.values(results)) {
    for (const { schema, data } of frames) {
      const value = schema.fields[1];
      if (!value) continue;
      const labels = Object.entries(value.labels ?? {}).filter(([name]) => name !== "__name__");
      const name = value.config?.displayNameFromDS ?? labels.map((pair) => pair.join("=")).join(" ");
      const points = data.values[0].map((time, i) => [time, data.values[1][i]]).filter(([, y]) => y !== null);
      if (points.length > 0) all.push({ name, points });
    }
  }
  return all;
}

export function element(tag, className, text) {
  const made = document.createElement(tag);
  made.className = className;
  made.textContent = text;
  return made;
}

function short(number) {
  const size = Math.abs(number);
  for (const [unit, limit] of [
    ["G", 1e9],
    ["M", 1e6],
    ["k", 1e3],
  ]) {
    if (size >= limit) return `${+(number / limit).toPrecision(3)}${unit}`;
  }
  return String(+number.toPrecision(3));
}

export function draw(into, results) {
  const all = seriesOf(results);
  if (all.length === 0) return into.append(element("p", "none", "No data"));
  const longest = Math.max(...all.map(({ points }) => points.length));
  if (longest === 1) {
    for (const { name, points } of all.slice(0, 20)) {
      into.append(element("p", "big", short(points[0][1])), element("p", "none", name));
    }
    return;
  }
  into.append(lines(all), legendOf(all));
}

function lines(all) {
  const xs = all.flatMap(({ points }) => points.map(([x]) => x));
  const ys = all.flatMap(({ points }) => points.map(([, y]) => y));
  const range = (list) =>
    list.reduce(([low, high], v) => [Math.min(low, v), Math.max(high, v)], [Infinity, -Infinity]);
  const [left, right] = range(xs);
  const [low, high] = range(ys);
  const x = (value) => 50 + ((value - left) / (right - left || 1)) * 540;
  const y = (value) => 130 - ((value - low) / (high - low || 1)) * 120;
  const make = (tag, attributes) => {
    const made = document.createElementNS("http://www.w3.org/2000/svg", tag);
    for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, value);
    return made;
  };
  const svg = make("svg", { viewBox: "0 0 600 150", preserveAspectRatio: "none" });
  for (const [value, at] of [
    [high, 14],
    [low, 130],
  ]) {
    const label = make("text", { x: 0, y: at });
    label.textContent = short(value);
    svg.append(label);
  }
  all.forEach(({ points }, i) => {
    const path = points.map(([time, value]) => `${x(time).toFixed(1)},${y(value).toFixed(1)}`).join(" ");
    svg.append(
      make("polyline", {
        points: path,
        fill: "none",
        stroke: colours[i % colours.length],
        "stroke-width": 1.5,
      }),
    );
  });
  return svg;
}

function legendOf(all) {
  const legend = element("div", "legend", "");
  all.forEach(({ name }, i) => {
    const item = element("span", "", name);
    item.style.color = colours[i % colours.length];
    legend.append(item);
  });
  return legend;
}
