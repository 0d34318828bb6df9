export interface Axis {
  least: number;
  most: number;
  ticks: number[];
  /** All with as many digits as the step between them needs. */
  words(value: number): string;
}

/**
 * An axis with ticks at 1, 2 or 5 times a power of ten, about `wanted` of them.
 * @param range fixed ends stay where they are; the others move out to the next tick
 */
export function roundAxis(
  values: readonly number[],
  range: { least?: number | undefined; most?: number | undefined } = {},
  wanted = 5,
): Axis {
  const known = values.filter(Number.isFinite);
  let least = range.least ?? Math.min(...known);
  let most = range.most ?? Math.max(...known);
  if (!Number.isFinite(least) || !Number.isFinite(most)) [least, most] = [0, 1];
  if (most <= least) {
    const room = Math.abs(least) * 0.1 || 1;
    if (range.least === undefined) least -= room;
    most = Math.max(most, least) + room;
  }
  const step = roundStep((most - least) / wanted);
  if (range.least === undefined) least = Math.floor(least / step + 1e-9) * step;
  if (range.most === undefined) most = Math.ceil(most / step - 1e-9) * step;
  return { least, most, ticks: ticksOf(least, most, step), words: wordsFor(step) };
}

/** Ticks inside the given ends, at whole numbers where all values are whole. */
export function stepAxis(values: readonly number[], wanted = 6): Axis {
  const known = values.filter(Number.isFinite);
  if (known.length === 0) return roundAxis([], {}, wanted);
  let [least, most] = [Math.min(...known), Math.max(...known)];
  if (least === most) [least, most] = [least - 1, most + 1];
  let step = roundStep((most - least) / wanted);
  if (known.every(Number.isInteger)) step = Math.max(1, step);
  const ticks = ticksOf(least, most, step);
  // "1, 5, 10" says where it starts.
  if (ticks[0] === undefined || ticks[0] - least >= step / 2) ticks.unshift(least);
  return { least, most, ticks, words: wordsFor(step) };
}

function roundStep(least: number): number {
  const power = 10 ** Math.floor(Math.log10(least));
  const factor = [1, 2, 5, 10].find((one) => one * power >= least * 0.999) ?? 10;
  return factor * power;
}

function ticksOf(least: number, most: number, step: number): number[] {
  const ticks: number[] = [];
  for (let n = Math.ceil(least / step - 1e-9); n * step <= most + step * 1e-9; n += 1) {
    ticks.push(n * step);
  }
  return ticks;
}

function wordsFor(step: number): (value: number) => string {
  const digits = Math.max(0, -Math.floor(Math.log10(step) + 1e-9));
  return (value) => {
    if (digits > 6 || Math.abs(value) >= 1e6) return value.toExponential(1);
    // No "-0.0".
    return (value === 0 ? 0 : value).toFixed(digits).replace(/^-(?=0(\.0+)?$)/, '');
  };
}
