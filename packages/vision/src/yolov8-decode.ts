import type { Detection } from '@maskwatch/contracts/detection';
import { asScore, type DecodeOptions, readClasses } from './class-scores.ts';

/**
 * Candidates of a YOLOv8 head whose boxes are decoded already (Jocher 2023): float32
 * [4 + classes, cells], rows centre x, centre y, width, height in pixels of the detector's input,
 * then a score of 0 to 1 a class. In no order, before suppression; values that are not finite are
 * dropped. RangeError where the values do not fill the rows.
 */
export function decodeYolov8(
  data: Float32Array,
  { classes, minConfidence }: DecodeOptions,
): Detection[] {
  const cells = data.length / (4 + classes.length);
  if (!Number.isInteger(cells)) {
    throw new RangeError(`${data.length} values are not boxes of ${classes.length} classes`);
  }
  const found: Detection[] = [];
  const scores = new Float32Array(classes.length);
  for (let cell = 0; cell < cells; cell += 1) {
    let best = -Infinity;
    for (let n = 0; n < classes.length; n += 1) {
      const score = asScore(data[(4 + n) * cells + cell]!);
      scores[n] = score;
      if (score > best) best = score;
    }
    if (!(best >= minConfidence)) continue;
    const verdict = readClasses(scores, classes);
    const x = data[cell]!;
    const y = data[cells + cell]!;
    const w = data[2 * cells + cell]!;
    const h = data[3 * cells + cell]!;
    if (verdict === undefined || !Number.isFinite(x + y + w + h)) continue;
    const { score: confidence, ...looks } = verdict;
    found.push({ box: [x - w / 2, y - h / 2, w, h], confidence, ...looks });
  }
  return found;
}
