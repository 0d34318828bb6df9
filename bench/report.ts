/** The lines that a run of the bench ends its measurements with. */

export interface Ratio {
  name: string;
  value: number;
  target: number;
  /** Whether a larger or a smaller value is the better one. */
  better: 'more' | 'less';
}

/** NAME VALUE TARGET ok|short */
export function printRatio({ name, value, target, better }: Ratio): void {
  const reached = better === 'more' ? value >= target : value <= target;
  const shown = Math.abs(value) < 0.001 ? value.toExponential(1) : value.toFixed(3);
  console.log(`${name} ${shown} ${target} ${reached ? 'ok' : 'short'}`);
}

/** NAME VALUE BUDGET, without a verdict: milliseconds and megabytes belong to the machine. */
export function printBudget(name: string, value: number, budget: number): void {
  console.log(`${name} ${round(value)} ${round(budget)}`);
}

/** What a line rests on; starts with spaces, so that the lines themselves stand out. */
export function note(text: string): void {
  console.log(`  ${text}`);
}

export function round(value: number): string {
  return Math.abs(value) >= 100 ? value.toFixed(0) : String(Number(value.toPrecision(3)));
}
