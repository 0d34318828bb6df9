import type { Box } from '@maskwatch/contracts/box';

/** [second, ...values]: between two steps the values ease from one to the other. */
export type Step = readonly [number, ...number[]];

/** The values at a second; undefined before the first step and after the last. */
export function along(steps: readonly Step[], second: number): number[] | undefined {
  const next = steps.findIndex(([at]) => at >= second);
  if (next === -1 || second < steps[0]![0]) return undefined;
  if (next === 0) return steps[0]!.slice(1);
  const [from, to] = [steps[next - 1]!, steps[next]!];
  const share = (second - from[0]) / (to[0] - from[0]);
  const eased = share * share * (3 - 2 * share);
  return from.slice(1).map((value, i) => value + (to[i + 1]! - value) * eased);
}

/** Share of a box that lies inside the picture, 0 to 1. */
export function shareInside([x, y, width, height]: Box, frame: { width: number; height: number }) {
  const across = Math.min(x + width, frame.width) - Math.max(x, 0);
  const down = Math.min(y + height, frame.height) - Math.max(y, 0);
  return (Math.max(0, across) * Math.max(0, down)) / (width * height);
}
