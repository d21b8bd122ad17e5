// The kinds of panels, so that they look alike in all dashboards.
import type { Builder } from "@grafana/grafana-foundation-sdk/cog";
import {
  AxisPlacement,
  BigValueColorMode,
  BigValueGraphMode,
  BigValueTextMode,
  GraphDrawStyle,
  GraphThresholdsStyleConfigBuilder,
  GraphThresholdsStyleMode,
  HeatmapCellLayout,
  LegendDisplayMode,
  LegendPlacement,
  ScaleDistribution,
  ScaleDistributionConfigBuilder,
  SortOrder,
  StackingConfigBuilder,
  StackingMode,
  TooltipDisplayMode,
  VisibilityMode,
  VizLegendOptionsBuilder,
  VizTooltipOptionsBuilder,
} from "@grafana/grafana-foundation-sdk/common";
import {
  FieldColorBuilder,
  FieldColorModeId,
  type Panel,
  ThresholdsConfigBuilder,
  ThresholdsMode,
  type ValueMapping,
} from "@grafana/grafana-foundation-sdk/dashboard";
import * as heatmapPanel from "@grafana/grafana-foundation-sdk/heatmap";
import { PanelBuilder as StatBuilder } from "@grafana/grafana-foundation-sdk/stat";
import { PanelBuilder as TimelineBuilder } from "@grafana/grafana-foundation-sdk/statetimeline";
import { PanelBuilder as TableBuilder } from "@grafana/grafana-foundation-sdk/table";
import { PanelBuilder as TimeseriesBuilder } from "@grafana/grafana-foundation-sdk/timeseries";
import type { Query, Shape } from "./languages";

/** Properties of every panel. */
export interface PanelSpec {
  readonly title: string;
  /** What it shows, and what a bad value means. */
  readonly description: string;
  /** Grafana's name of the unit, e.g. `s`, `ns`, `bytes`, `short`. */
  readonly unit: string;
  readonly queries: readonly Query[];
  /** Columns, of the 24 that a dashboard has. */
  readonly width: number;
  /** Rows; one is about 30 pixels. */
  readonly height: number;
  /** Lower bounds of colours, ascending; green below the first. */
  readonly thresholds?: readonly (readonly [from: number, colour: Colour])[];
  readonly decimals?: number;
  readonly min?: number;
  readonly max?: number;
}

export type Colour = "green" | "orange" | "red" | "blue";

/** A panel before its dashboard sets id, position and data source, in whose language the queries are. */
export interface PanelSource extends Builder<Panel> {
  readonly queries: readonly Query[];
  readonly shape: Shape;
}

/** One number, the current value; with `trend` also its history. */
export function stat(
  spec: PanelSpec & { readonly trend?: boolean; readonly mappings?: ValueMapping[] },
): PanelSource {
  const panel = new StatBuilder()
    .graphMode(spec.trend ? BigValueGraphMode.Area : BigValueGraphMode.None)
    .colorMode(BigValueColorMode.Value);
  if (spec.mappings !== undefined) {
    panel.mappings(spec.mappings);
  }
  // Without any thresholds, Grafana would turn numbers red from 80 on.
  const coloured = { ...spec, thresholds: spec.thresholds ?? [] };
  const source = described(panel, coloured, spec.trend ? "range" : "instant");
  panel.colorScheme(byThresholds());
  return source;
}

/** A word from a label: shows the legend of the query. */
export function label(spec: PanelSpec): PanelSource {
  const panel = new StatBuilder()
    .graphMode(BigValueGraphMode.None)
    .colorMode(BigValueColorMode.None)
    .textMode(BigValueTextMode.Name);
  return described(panel, { ...spec, thresholds: [] }, "instant");
}

/** Lines over time, with a table of their last and highest values below. */
export function lines(spec: PanelSpec & { readonly stacked?: boolean }): PanelSource {
  const panel = curves(spec).fillOpacity(spec.stacked ? 40 : 8);
  if (spec.stacked) {
    panel.stacking(new StackingConfigBuilder().mode(StackingMode.Normal).group("A"));
  }
  return described(panel, spec, "range");
}

/** Lines on a logarithmic axis: for values that differ by powers of ten. */
export function logarithmic(spec: PanelSpec): PanelSource {
  const axis = new ScaleDistributionConfigBuilder().type(ScaleDistribution.Log).log(10);
  return described(curves(spec).fillOpacity(0).scaleDistribution(axis), spec, "range");
}

/** Bars over time, for things that happen now and then and are counted. */
export function bars(spec: PanelSpec): PanelSource {
  const panel = curves(spec)
    .drawStyle(GraphDrawStyle.Bars)
    .fillOpacity(60)
    .stacking(new StackingConfigBuilder().mode(StackingMode.Normal).group("A"));
  return described(panel, spec, "range");
}

/** One band for each series that changes its colour with its state. */
export function timeline(spec: PanelSpec & { readonly mappings: ValueMapping[] }): PanelSource {
  const panel = new TimelineBuilder()
    .mappings(spec.mappings)
    .mergeValues(true)
    .showValue(VisibilityMode.Never)
    .rowHeight(0.8)
    .fillOpacity(80)
    .lineWidth(0)
    .legend(new VizLegendOptionsBuilder().showLegend(false));
  const source = described(panel, spec, "range");
  panel.colorScheme(byThresholds());
  return source;
}

/** Rows with the columns of one query, which names them, with their units. */
export function table(spec: Omit<PanelSpec, "unit">): PanelSource {
  return described(new TableBuilder(), { ...spec, unit: "none" }, "table");
}

/** A heat map of a histogram over time; queries must keep the label `le`. */
export function heatmap(spec: PanelSpec): PanelSource {
  const panel = new heatmapPanel.PanelBuilder()
    .calculate(false)
    .color(new heatmapPanel.HeatmapColorOptionsBuilder().scheme("Oranges").steps(32))
    .rowsFrame(new heatmapPanel.RowsHeatmapOptionsBuilder().layout(HeatmapCellLayout.Auto))
    .yAxis(new heatmapPanel.YAxisConfigBuilder().unit(spec.unit).axisPlacement(AxisPlacement.Left))
    .cellValues(new heatmapPanel.CellValuesBuilder().unit("cps"))
    .filterValues(new heatmapPanel.FilterValueRangeBuilder().le(1e-9));
  return described(panel, spec, "heatmap");
}

/** Words and colours for values, e.g. `{ 0: ["down", "red"], 1: ["up", "green"] }`. */
export function valueNames(names: Readonly<Record<string, readonly [text: string, colour: Colour]>>) {
  const options = Object.entries(names).map(([value, [text, color]], index) => [
    value,
    { text, color, index },
  ]);
  return [{ type: "value", options: Object.fromEntries(options) }] as ValueMapping[];
}

function curves(spec: PanelSpec): TimeseriesBuilder {
  const panel = new TimeseriesBuilder()
    .showPoints(VisibilityMode.Never)
    .lineWidth(1)
    .legend(
      new VizLegendOptionsBuilder()
        .showLegend(true)
        .displayMode(LegendDisplayMode.Table)
        .placement(LegendPlacement.Bottom)
        .calcs(["lastNotNull", "max"]),
    )
    .tooltip(new VizTooltipOptionsBuilder().mode(TooltipDisplayMode.Multi).sort(SortOrder.Descending));
  if (spec.thresholds !== undefined) {
    panel.thresholdsStyle(new GraphThresholdsStyleConfigBuilder().mode(GraphThresholdsStyleMode.Dashed));
  }
  return panel;
}

function byThresholds() {
  return new FieldColorBuilder().mode(FieldColorModeId.Thresholds);
}

/** The part of the SDK's panel builders that all of them share. */
interface AnyPanelBuilder extends Builder<Panel> {
  title(text: string): this;
  description(text: string): this;
  unit(name: string): this;
  span(columns: number): this;
  height(rows: number): this;
  decimals(count: number): this;
  min(value: number): this;
  max(value: number): this;
  thresholds(thresholds: ThresholdsConfigBuilder): this;
}

function described(panel: AnyPanelBuilder, spec: PanelSpec, shape: Shape): PanelSource {
  panel.title(spec.title).description(spec.description).unit(spec.unit).span(spec.width).height(spec.height);
  if (spec.decimals !== undefined) panel.decimals(spec.decimals);
  if (spec.min !== undefined) panel.min(spec.min);
  if (spec.max !== undefined) panel.max(spec.max);
  if (spec.thresholds !== undefined) {
    panel.thresholds(steps(spec.thresholds));
  }
  return { build: () => panel.build(), queries: spec.queries, shape };
}

function steps(thresholds: NonNullable<PanelSpec["thresholds"]>): ThresholdsConfigBuilder {
  return new ThresholdsConfigBuilder()
    .mode(ThresholdsMode.Absolute)
    .steps([{ value: null, color: "green" }, ...thresholds.map(([value, color]) => ({ value, color }))]);
}
