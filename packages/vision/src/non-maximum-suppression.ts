import type { Detection } from '@maskwatch/contracts/detection';
import { iou } from './iou.ts';

/** Sorting is cheap, comparing pairs is not: only the surest of this many take part. */
const mostCandidates = 1000;

export interface SuppressionOptions {
  /** Of two boxes that overlap by more than this only the surer one stays; default 0.45. */
  iou?: number;
  /** At most this many stay; default 300. */
  most?: number;
}

/** Greedy non-maximum suppression: most confident first, equal ones in the order given. */
export function suppress(
  candidates: readonly Detection[],
  { iou: overlap = 0.45, most = 300 }: SuppressionOptions = {},
): Detection[] {
  const sorted = [...candidates]
    .sort((a, b) => b.confidence - a.confidence)
    .slice(0, mostCandidates);
  const kept: Detection[] = [];
  for (const candidate of sorted) {
    if (kept.length >= most) break;
    if (!kept.some((other) => iou(candidate.box, other.box) > overlap)) kept.push(candidate);
  }
  return kept;
}
