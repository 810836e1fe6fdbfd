import uPlot from 'uplot';
import { button, element } from '../../page/browser/elements.js';
import type { ChartAxis, ChartData } from '../page-data.js';
import { chartKeys } from './keys.js';
import { legendOf } from './legend.js';
import { type Columns, columnsOfChart, groupedNumber, nearestIndex, shortNumber } from './series.js';
import type { Theme } from './theme.js';

/** A part of the horizontal axis. */
export interface StepRange {
  readonly min: number;
  readonly max: number;
}

export interface ChartOptions {
  readonly data: ChartData;
  readonly place: HTMLElement;
  readonly theme: () => Theme;
  /** Called when a person zooms this chart; the whole axis is undefined. */
  readonly onZoom: (range: StepRange | undefined) => void;
}

export interface Chart {
  /** The name of the horizontal axis; undefined for the steps of training. */
  readonly axis: string | undefined;
  /** Shows a part of the horizontal axis, or all of it. */
  zoom(range: StepRange | undefined): void;
  showRun(run: number, isShown: boolean): void;
  /** Draws again with the present colours and in the present width. */
  redraw(): void;
}

const HEIGHT = 300;
const FONT = '12px system-ui, sans-serif';
/** The most values of a line whose values are marked. */
const MOST_MARKS = 60;
/** All charts of the steps have one cursor: a step that is pointed to in one is marked in all. */
const STEPS = 'Steps';

/** Draws a chart with its legend and controls into an element. */
export function createChart({ data, place, theme, onZoom }: ChartOptions): Chart {
  const columns = columnsOfChart(data);
  const steps = columns[0];
  const { axis } = data;
  const at = (step: number) => (axis === undefined ? `Step ${groupedNumber(step)}` : `${axis.name} ${shortNumber(step)}`);
  const whole = { min: steps[0] ?? 0, max: steps.at(-1) ?? 1 };
  const shape = axis?.logarithmic ? Math.log : (value: number) => value;
  // The ends of the axis are values of it, also after rounding.
  const unshape = axis?.logarithmic ? (value: number) => Number(Math.exp(value).toPrecision(9)) : (value: number) => value;
  let isLogarithmic = data.logarithmic;
  const frame = element('div', { class: 'plot' });
  const readout = element('p', { class: 'readout' });
  const legend = legendOf(data, theme, (series, isShown) => plot.setSeries(series + 1, { show: isShown }));
  const controls = element('div', { class: 'controls' });
  place.replaceChildren(controls, frame, readout, legend.element);

  let plot = drawn();
  const focus = chartKeys(frame, data, {
    stepCount: () => steps.length,
    visible: () => visibleIndices(plot, steps),
    moveTo: (index) => plot.setCursor({ left: plot.valToPos(steps[index]!, 'x'), top: plot.over.clientHeight / 2 }),
    zoomBy,
    reset: () => onZoom(undefined),
  });
  const scale = button('Logarithmic', () => {
    isLogarithmic = !isLogarithmic;
    scale.setAttribute('aria-pressed', String(isLogarithmic));
    rebuild();
  });
  scale.setAttribute('aria-pressed', String(isLogarithmic));
  const named = (name: string) => ({ 'aria-label': `${data.title}: ${name}`, title: name });
  controls.append(
    button('+', () => zoomBy(0.5), named('zoom in')),
    button('−', () => zoomBy(2), named('zoom out')),
    button('‹', () => move(-1), named('earlier steps')),
    button('›', () => move(1), named('later steps')),
    button('All', () => onZoom(undefined), named('show all steps')),
    scale,
  );

  function drawn(): uPlot {
    const isOn = (series: number) => legend.isShown(series);
    const options = plotOptions({ data, columns, theme, isLogarithmic, isOn, width: widthOf(place) });
    return new uPlot(
      {
        ...options,
        hooks: {
          setCursor: [(self) => showValues(self.cursor.idx)],
          setSelect: [selected],
          draw: [(self) => drawMarks(self, axis?.marks ?? [], theme())],
        },
      },
      (isLogarithmic ? positive(columns) : columns) as uPlot.AlignedData,
      frame,
    );
  }

  function rebuild(): void {
    const { min = whole.min, max = whole.max } = plot.scales.x as StepRange;
    plot.destroy();
    plot = drawn();
    plot.setScale('x', { min, max });
  }

  function showValues(index: number | null | undefined): void {
    legend.clear();
    if (index == null) {
      const [from, to] = [plot?.scales.x?.min ?? whole.min, plot?.scales.x?.max ?? whole.max];
      const number = axis === undefined ? groupedNumber : shortNumber;
      readout.textContent = `${axis?.name ?? STEPS} ${number(from)} to ${number(to)}`;
      return;
    }
    const values = data.series.flatMap(({ name }, i) => {
      const at = legend.isShown(i) ? nearestIndex(columns, i, index) : null;
      if (at === null) return [];
      const value = shortNumber(columns[i + 1]![at] as number);
      legend.show(i, value);
      return [`${name} ${value}`];
    });
    const place = at(steps[index]!);
    readout.textContent = place;
    focus.announce(index, `${place[0]!.toLowerCase()}${place.slice(1)}: ${values.join(', ')}`);
  }

  /** A part of the axis that was marked with a pointer. */
  function selected(self: uPlot): void {
    const { left, width } = self.select;
    if (width < 4) return;
    self.setSelect({ left: 0, width: 0, top: 0, height: 0 }, false);
    onZoom({ min: self.posToVal(left, 'x'), max: self.posToVal(left + width, 'x') });
  }

  /** The visible part of the axis, as lengths on the screen. */
  function visible(): StepRange {
    const { min, max } = plot.scales.x as StepRange;
    return { min: shape(min), max: shape(max) };
  }

  function zoomBy(factor: number): void {
    const { min, max } = visible();
    const middle = plot.cursor.idx == null ? (min + max) / 2 : shape(steps[plot.cursor.idx]!);
    const all = { min: shape(whole.min), max: shape(whole.max) };
    const width = Math.min((max - min) * factor, all.max - all.min);
    const start = clamp(middle - width / 2, all.min, all.max - width);
    onZoom(width >= all.max - all.min ? undefined : { min: unshape(start), max: unshape(start + width) });
  }

  function move(direction: number): void {
    const { min, max } = visible();
    const start = clamp(min + (direction * (max - min)) / 2, shape(whole.min), shape(whole.max) - (max - min));
    onZoom({ min: unshape(start), max: unshape(start + max - min) });
  }

  showValues(null);
  return {
    axis: axis?.name,
    zoom(range) {
      plot.setScale('x', range ?? whole);
      if (plot.cursor.idx == null) showValues(null);
    },
    showRun(run, isShown) {
      data.series.forEach((series, i) => {
        if (series.run === run) legend.set(i, isShown);
      });
    },
    redraw() {
      plot.setSize({ width: widthOf(place), height: HEIGHT });
      legend.redraw();
    },
  };
}

interface PlotContext {
  readonly data: ChartData;
  readonly columns: Columns;
  readonly theme: () => Theme;
  readonly isLogarithmic: boolean;
  readonly isOn: (series: number) => boolean;
  readonly width: number;
}

function plotOptions({ data, columns, theme, isLogarithmic, isOn, width }: PlotContext): uPlot.Options {
  const axis = (values: (value: number) => string, size: uPlot.Axis.Size): uPlot.Axis => ({
    stroke: () => theme().text,
    grid: { stroke: () => theme().grid, width: 1 },
    ticks: { show: false },
    font: FONT,
    gap: 6,
    size,
    values: (_, splits) => splits.map((value) => (value == null ? null : values(value))),
  });
  // Marked lines are in front of dense ones, which would hide them.
  const hasMarks = data.series.some(({ kind }) => kind === 'points');
  return {
    width,
    height: HEIGHT,
    padding: [12, 20, 0, 0],
    legend: { show: false },
    cursor: {
      y: false,
      drag: { x: true, y: false, setScale: false },
      sync: { key: data.axis?.name ?? STEPS, scales: ['x', null] },
      points: { size: 7, width: 2 },
      dataIdx: (_, series, hovered) =>
        data.series[series - 1]?.kind === 'level' || series === 0 ? hovered : nearestIndex(columns, series - 1, hovered),
    },
    scales: {
      x: { time: false, distr: data.axis?.logarithmic ? 3 : 1, ...(data.axis && { range: (_, min, max) => [min, max] }) },
      y: { distr: isLogarithmic ? 3 : 1 },
    },
    axes: [
      { ...axis(shortStep, 30), ...(data.axis && { label: data.axis.name, labelSize: 20, labelFont: FONT }) },
      axis(shortNumber, 56),
    ],
    series: [
      {},
      ...data.series.map(
        ({ run, colour = run, kind }, i): uPlot.Series => ({
          show: isOn(i),
          spanGaps: true,
          stroke: () => (colour === undefined ? theme().level : theme().series(colour)),
          width: data.axis && kind === 'line' ? 2 : kind === 'line' ? 1.25 : kind === 'points' ? 2 : 1.5,
          ...(kind !== 'line' && { dash: kind === 'level' ? levelDash(i) : kind === 'dashed' ? [3, 3] : [7, 4] }),
          ...(hasMarks && kind === 'line' && { alpha: 0.55 }),
          points: { show: kind === 'points' && (data.series[i]?.steps.length ?? 0) <= MOST_MARKS, size: 6 },
        }),
      ),
    ],
  };
}

/** A logarithmic axis has no place for 0 and negative values. */
const positive = ([steps, ...columns]: Columns): Columns => [
  steps,
  ...columns.map((values) => values.map((value) => (value !== null && value > 0 ? value : null))),
];

/** Vertical lines with their names, each in its own line of text, on the side where there is more room. */
function drawMarks(plot: uPlot, marks: ChartAxis['marks'], { level, text }: Theme): void {
  const { ctx, bbox } = plot;
  const unit = uPlot.pxRatio;
  for (const [line, { at, name }] of marks.entries()) {
    const x = plot.valToPos(at, 'x', true);
    if (x < bbox.left || x > bbox.left + bbox.width) continue;
    const isRight = x > bbox.left + bbox.width / 2;
    ctx.save();
    ctx.strokeStyle = level;
    ctx.lineWidth = 1.5 * unit;
    ctx.setLineDash([4 * unit, 3 * unit]);
    ctx.beginPath();
    ctx.moveTo(x, bbox.top);
    ctx.lineTo(x, bbox.top + bbox.height);
    ctx.stroke();
    ctx.fillStyle = text;
    ctx.font = FONT.replace('12px', `${12 * unit}px`);
    ctx.textAlign = isRight ? 'right' : 'left';
    ctx.textBaseline = 'top';
    ctx.fillText(name, x + (isRight ? -6 : 6) * unit, bbox.top + (4 + 16 * line) * unit);
    ctx.restore();
  }
}

/** Levels have one colour; neighbours differ in their dashes. */
const levelDash = (series: number) => (series % 2 === 0 ? [2, 4] : [10, 3, 2, 3]);

const shortStep = (step: number) => (step >= 1e6 ? `${step / 1e6}M` : step >= 10_000 ? `${step / 1000}k` : String(step));
const clamp = (value: number, low: number, high: number) => Math.min(Math.max(value, low), Math.max(low, high));
const widthOf = (place: HTMLElement) => Math.max(240, place.clientWidth);

/** The first and last index of a step within the visible part of the axis. */
function visibleIndices({ scales }: uPlot, steps: readonly number[]): [number, number] {
  const { min = 0, max = 0 } = scales.x as Partial<StepRange>;
  const first = steps.findIndex((step) => step >= min);
  const last = steps.findLastIndex((step) => step <= max);
  return [Math.max(0, first), Math.max(0, last)];
}
