/**
 * A chart's frame: grid, ticks, legend, marks. Lines are SVG that is stretched to the room there is;
 * words are HTML beside it, so that they keep their size on a telephone as on a wall.
 */
import { MaskState } from '@maskwatch/contracts/mask-state';
import { escapeHtml } from './html-text.ts';
import type { Axis } from './round-ticks.ts';

/** Lines are drawn on a square of this many units, whatever its shape on the screen. */
const units = 1000;

export interface PlotLine {
  name: string;
  /** Runs of points in the axes' values; gaps lie between the runs. */
  runs: [x: number, y: number][][];
  /** Dots at the points: always, never, or where they are few enough to be told apart. */
  dots?: 'all' | 'none';
  joined?: boolean;
  /** Beside the figures: thin and grey. */
  aid?: boolean;
}

export interface Plot {
  title: string;
  x: { label: string; axis: Axis };
  y: { label: string; axis: Axis };
  lines: PlotLine[];
  marks?: { x: number; words: string }[];
}

const dashes = ['', '9 4', '2 4', '12 4 2 4', '5 2', '14 6'];
const fewDots = 25;

export function drawPlot(plot: Plot): string {
  const { x, y, lines } = plot;
  const left = (value: number) => share(value, x.axis);
  const bottom = (value: number) => share(value, y.axis);
  const grid = [
    ...y.axis.ticks.map((tick) => straight([0, 1 - bottom(tick)], [1, 1 - bottom(tick)])),
    ...x.axis.ticks.map((tick) => straight([left(tick), 0], [left(tick), 1])),
  ].join('');
  const xTicks = x.axis.ticks.map(
    (tick) =>
      `<span class="x-tick" style="left:${percent(left(tick))}">${x.axis.words(tick)}</span>`,
  );
  const yTicks = y.axis.ticks.map(
    (tick) =>
      `<span class="y-tick" style="bottom:${percent(bottom(tick))}">${y.axis.words(tick)}</span>`,
  );
  return `<figure class="plot">
${legend(plot)}
<p class="y-label">${escapeHtml(y.label)}</p>
<div class="area">
<svg viewBox="0 0 ${units} ${units}" preserveAspectRatio="none" role="img" aria-label="${escapeHtml(
    `${plot.title}: ${y.label} over ${x.label}`,
  )}">
<g class="grid">${grid}</g>
<g class="marks">${(plot.marks ?? []).map((mark) => straight([left(mark.x), 0], [left(mark.x), 1])).join('')}</g>
${lines.map((line, index) => drawLine(plot, line, index)).join('\n')}
</svg>
${[...xTicks, ...yTicks].join('\n')}
</div>
<p class="x-label">${escapeHtml(x.label)}</p>
</figure>`;
}

function drawLine({ x, y }: Plot, line: PlotLine, index: number): string {
  const point = ([px, py]: [number, number]) =>
    `${round(share(px, x.axis) * units)},${round((1 - share(py, y.axis)) * units)}`;
  const all = line.runs.flat();
  const dotted = line.dots === 'all' || (line.dots !== 'none' && all.length <= fewDots);
  const alone = line.runs.filter((run) => run.length === 1).flat();
  const joined =
    line.joined === false
      ? ''
      : line.runs
          .filter((run) => run.length > 1)
          .map((run) => `<polyline points="${run.map(point).join(' ')}"${dashOf(line, index)}/>`)
          .join('');
  // A line without length and with round ends is a dot that no stretching deforms.
  const dots = (dotted ? all : alone)
    .map((one) => `<path class="dot" d="M${point(one)}h0"/>`)
    .join('');
  return `<g class="line ${lookOf(line, index)}">${joined}${dots}</g>`;
}

function legend({ x, lines, marks = [] }: Plot): string {
  const items = lines.map(({ name, ...line }, index) => {
    const drawn = line.joined === false ? '<path class="dot" d="M14,6h0"/>' : '';
    const stroke = line.joined === false ? '' : `<path d="M1,6h26"${dashOf(line, index)}/>`;
    return `<li><svg class="line ${lookOf({ name, ...line }, index)}" width="28" height="12" aria-hidden="true">${stroke}${drawn}</svg>${escapeHtml(stateWord(name))}</li>`;
  });
  const marked = marks.map(
    (mark) =>
      `<li><svg class="marks" width="10" height="14" aria-hidden="true"><line x1="5" y1="0" x2="5" y2="14"/></svg>${escapeHtml(`${mark.words} (${x.label} ${mark.x})`)}</li>`,
  );
  return `<ul class="legend">${[...items, ...marked].join('')}</ul>`;
}

/** A mask state has the colour that it has on pictures; other lines take turns. */
function lookOf({ name, aid }: Pick<PlotLine, 'name' | 'aid'>, index: number): string {
  if (aid === true) return 'aid';
  const state = MaskState.safeParse(name.replace(' ', '_'));
  return state.success ? `of-${state.data}` : `number-${(index % 6) + 1}`;
}

function dashOf({ aid }: Pick<PlotLine, 'aid'>, index: number): string {
  const dash = aid === true ? '3 4' : dashes[index % dashes.length];
  return dash === '' ? '' : ` stroke-dasharray="${dash}"`;
}

function stateWord(name: string): string {
  return MaskState.safeParse(name).success ? name.replace('_', ' ') : name;
}

function straight([x1, y1]: [number, number], [x2, y2]: [number, number]): string {
  const at = (value: number) => round(value * units);
  return `<line x1="${at(x1)}" y1="${at(y1)}" x2="${at(x2)}" y2="${at(y2)}"/>`;
}

/** Where a value lies on its axis; what is outside stays at the edge. */
function share(value: number, { least, most }: Axis): number {
  return Math.min(1, Math.max(0, (value - least) / (most - least)));
}

function percent(part: number): string {
  return `${round(part * 100)}%`;
}

function round(value: number): number {
  return Math.round(value * 10) / 10;
}
