import { escapeHtml } from './html-text.ts';
import { drawPlot, type PlotLine } from './plot.ts';
import { roundAxis, stepAxis } from './round-ticks.ts';
import { scrollPlace } from './scroll-place.ts';
import type { Curves } from './section.ts';

/** Longer runs are drawn without their table: log.csv has the figures. */
const mostRows = 500;

/** Lines over steps, and under them the same as a table that opens. */
export function drawCurves(title: string, curves: Curves): string {
  const { x, y, lines, marks = [] } = curves;
  const values = lines.flatMap((line) => line.values.filter((value) => value !== undefined));
  const plot = drawPlot({
    title,
    x: { label: x.label, axis: stepAxis(x.values) },
    y: { label: y.label, axis: roundAxis(values, y) },
    lines: lines.map((line) => ({ name: line.name, runs: runsOf(x.values, line.values) })),
    marks,
  });
  return x.values.length > mostRows ? plot : `${plot}\n${figures(title, curves)}`;
}

function runsOf(xs: readonly number[], ys: readonly (number | undefined)[]): PlotLine['runs'] {
  const runs: PlotLine['runs'] = [];
  let open = false;
  xs.forEach((x, index) => {
    const y = ys[index];
    const known = y !== undefined && Number.isFinite(y);
    if (known && open) runs.at(-1)!.push([x, y]);
    else if (known) runs.push([[x, y]]);
    open = known;
  });
  return runs;
}

function figures(title: string, { x, lines }: Curves): string {
  const cell = (value: number | undefined) =>
    value === undefined || !Number.isFinite(value) ? '–' : String(Number(value.toPrecision(4)));
  const head = [x.label, ...lines.map(({ name }) => name)]
    .map((name) => `<th scope="col" class="figure">${escapeHtml(name)}</th>`)
    .join('');
  const rows = x.values.map(
    (value, index) =>
      `<tr><th scope="row" class="figure">${cell(value)}</th>${lines
        .map((line) => `<td class="figure">${cell(line.values[index])}</td>`)
        .join('')}</tr>`,
  );
  const table = `<table><thead><tr>${head}</tr></thead><tbody>${rows.join('')}</tbody></table>`;
  return `<details><summary>The figures</summary>${scrollPlace(`${title}, figures`, table)}</details>`;
}
