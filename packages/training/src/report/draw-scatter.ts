import { drawPlot, type PlotLine } from './plot.ts';
import { roundAxis } from './round-ticks.ts';
import type { Scatter } from './section.ts';

/** Points over x, joined or not: precision over recall, right over stated. */
export function drawScatter(title: string, scatter: Scatter): string {
  const { x, y, lines, join = 'line', diagonal } = scatter;
  const drawn: PlotLine[] = lines.map(({ name, points }) => {
    const run = points.filter((point) => point.every(Number.isFinite));
    if (join === 'step') return { name, runs: [stepped(run)], dots: 'none' };
    return { name, runs: [run], joined: join === 'line', ...(join === 'none' && { dots: 'all' }) };
  });
  if (diagonal !== undefined) {
    const least = Math.max(x.least, y.least);
    const most = Math.min(x.most, y.most);
    const ends: PlotLine['runs'][number] = [
      [least, least],
      [most, most],
    ];
    drawn.push({ name: diagonal, runs: [ends], dots: 'none', aid: true });
  }
  return drawPlot({
    title,
    x: { label: x.label, axis: roundAxis([], x) },
    y: { label: y.label, axis: roundAxis([], y) },
    lines: drawn,
  });
}

/** Each value holds until the next x. */
function stepped(points: [x: number, y: number][]): [x: number, y: number][] {
  return points.flatMap((point, index): [x: number, y: number][] => {
    const before = points[index - 1];
    return before === undefined ? [point] : [[point[0], before[1]], point];
  });
}
