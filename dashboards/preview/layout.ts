// Where the panels of a dashboard are: also those of folded rows, of rows from before Grafana 5, and those without a place.
import type { Dashboard, Panel } from "../../operate/dashboard";

export interface Place {
  readonly x: number;
  readonly y: number;
  readonly w: number;
  readonly h: number;
}

export interface Placed {
  readonly panel: Panel;
  readonly place: Place;
}

/** As far as a panel says where it is; in the oldest dashboards it has a width in twelfths. */
interface Given {
  readonly gridPos?: Partial<Place>;
  readonly span?: number;
}

const WIDTH = 24;
const HEIGHT = 8;

/** Every panel, rows too, from the top. Folded rows are drawn unfolded: what is below them moves down. */
export function layOut({ panels = [], rows = [] }: Dashboard): Placed[] {
  const found: Placed[] = [];
  let [moved, bottom, x, y] = [0, 0, 0, 0];
  const put = (panel: Panel) => {
    const { gridPos, span } = panel as Given;
    if (isWhole(gridPos)) {
      add(panel, { ...gridPos, y: gridPos.y + moved });
      return;
    }
    const w = Math.min(gridPos?.w ?? (span === undefined ? WIDTH / 2 : span * 2), WIDTH);
    if (x + w > WIDTH) beginLine();
    add(panel, { x, y, w, h: gridPos?.h ?? HEIGHT });
    x += w;
  };
  const add = (panel: Panel, place: Place) => {
    found.push({ panel, place });
    bottom = Math.max(bottom, place.y + place.h);
  };
  const beginLine = () => {
    [x, y] = [0, bottom];
  };
  for (const panel of [...panels].sort((a, b) => topOf(a) - topOf(b))) {
    put(panel);
    const inner = panel.panels ?? [];
    inner.forEach(put);
    moved += heightOf(inner);
  }
  for (const { title, panels: inner = [] } of rows) {
    add({ type: "row", title: title ?? "" }, { x: 0, y: bottom, w: WIDTH, h: 1 });
    beginLine();
    inner.forEach(put);
  }
  return found;
}

function topOf(panel: Panel): number {
  return (panel as Given).gridPos?.y ?? Number.MAX_SAFE_INTEGER;
}

function heightOf(panels: readonly Panel[]): number {
  const places = panels.map((panel) => (panel as Given).gridPos).filter(isWhole);
  if (places.length === 0) return 0;
  return Math.max(...places.map(({ y, h }) => y + h)) - Math.min(...places.map(({ y }) => y));
}

function isWhole(place: Partial<Place> | undefined): place is Place {
  return [place?.x, place?.y, place?.w, place?.h].every((number) => typeof number === "number");
}
