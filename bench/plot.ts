// Plots as plain SVG, readable on a light and on a dark page.

export interface Bar {
  readonly label: string;
  /** Name of the series: decides the colour. */
  readonly series: string;
  readonly value: number;
}

const COLOURS: Readonly<Record<string, string>> = {
  podwatch: "#3b82f6",
  ansible: "#e0663f",
  pyinfra: "#8e6bbf",
  floor: "#8a8f98",
};
const STYLE = `<style>
  text { font: 13px sans-serif; fill: #24292f } .axis { stroke: #8a8f98; stroke-width: 1 }
  @media (prefers-color-scheme: dark) { text { fill: #e6edf3 } }
</style>`;

/** Groups of horizontal bars, one group for each label, seconds at the end of each bar. */
export function barPlot(title: string, bars: readonly Bar[]): string {
  const left = 150;
  const width = 720;
  const scale = (width - left - 70) / Math.max(...bars.map(({ value }) => value));
  let y = 34;
  let label = "";
  const shapes: string[] = [];
  for (const bar of bars) {
    if (bar.label !== label) {
      y += 12;
      shapes.push(text(left - 10, y + 14, bar.label, "end"));
      label = bar.label;
    }
    const length = Math.max(1, bar.value * scale);
    shapes.push(
      `<rect x="${left}" y="${y}" width="${length.toFixed(1)}" height="17" fill="${COLOURS[bar.series]}"/>`,
      text(left + length + 6, y + 13, `${bar.value.toFixed(1)} s  ${bar.series}`),
    );
    y += 20;
  }
  return document(width + 60, y + 12, [text(10, 20, title), ...shapes]);
}

export interface Line {
  readonly label: string;
  readonly series: string;
  readonly points: ReadonlyArray<readonly [x: number, y: number]>;
}

/** Lines over the number of hosts. */
export function linePlot(title: string, lines: readonly Line[]): string {
  const [left, top, width, height] = [50, 40, 520, 260];
  const points = lines.flatMap((line) => line.points);
  const maxX = Math.max(...points.map(([x]) => x));
  const maxY = Math.max(...points.map(([, y]) => y)) * 1.05;
  const x = (value: number) => left + (value / maxX) * width;
  const y = (value: number) => top + height - (value / maxY) * height;
  const step = [1, 2, 5, 10, 20, 50, 100, 200].find((size) => maxY / size <= 6) ?? 500;
  const shapes = [text(10, 20, title)];
  for (let tick = 0; tick <= maxY; tick += step) {
    shapes.push(
      `<line class="axis" opacity="0.3" x1="${left}" x2="${left + width}" y1="${y(tick)}" y2="${y(tick)}"/>`,
      text(left - 6, y(tick) + 4, `${tick} s`, "end"),
    );
  }
  for (const size of new Set(points.map(([hosts]) => hosts))) {
    shapes.push(text(x(size), top + height + 18, size === 1 ? "1 host" : `${size}`, "middle"));
  }
  let lowest = Number.POSITIVE_INFINITY;
  for (const line of [...lines].sort((a, b) => end(a) - end(b))) {
    const path = line.points.map(([px, py]) => `${x(px).toFixed(1)},${y(py).toFixed(1)}`).join(" ");
    // Names beside the ends of the lines, never one over the other.
    lowest = Math.min(y(end(line)) + 4, lowest - 15);
    const colour = COLOURS[line.series];
    shapes.push(`<polyline points="${path}" fill="none" stroke="${colour}" stroke-width="2"/>`);
    for (const [px, py] of line.points)
      shapes.push(`<circle cx="${x(px)}" cy="${y(py)}" r="3" fill="${colour}"/>`);
    shapes.push(text(left + width + 8, lowest, `${line.label} ${end(line).toFixed(1)} s`));
  }
  return document(left + width + 200, top + height + 30, shapes);
}

function end(line: Line): number {
  return line.points.at(-1)?.[1] ?? 0;
}

function text(x: number, y: number, content: string, anchor = "start"): string {
  return `<text x="${x.toFixed(1)}" y="${y.toFixed(1)}" text-anchor="${anchor}">${content}</text>`;
}

function document(width: number, height: number, shapes: readonly string[]): string {
  const head = `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}">`;
  return `${[head, STYLE, ...shapes].join("\n")}\n</svg>\n`;
}
