import type { Detection } from '@maskwatch/contracts/detection';
import { asScore, type DecodeOptions, readClasses } from './class-scores.ts';

/** Outputs of one stride, row by row of its cells. */
export interface YunetMap {
  /** Pixels of the detector's input per cell. */
  stride: number;
  /** Cells of a row. */
  columns: number;
  /** float32 [cells, classes], [cells, 1] and [cells, 4]: dx, dy, dw, dh. */
  cls: Float32Array;
  obj: Float32Array;
  bbox: Float32Array;
}

/**
 * Candidates of one stride of YuNet (Wu, Peng and Yu 2023; decoded as OpenCV's FaceDetectorYN
 * does): confidence is the square root of class times objectness, the centre is shifted from the
 * cell's corner by (dx, dy) cells, a side is exp(d) cells. In pixels of the detector's input, in no
 * order, before suppression; values that are not finite are dropped. RangeError where the outputs
 * are not of one size.
 */
export function decodeYunet(
  { stride, columns, cls, obj, bbox }: YunetMap,
  { classes, minConfidence }: DecodeOptions,
): Detection[] {
  const cells = obj.length;
  if (cls.length !== cells * classes.length || bbox.length !== 4 * cells) {
    throw new RangeError(
      `${cls.length} scores and ${bbox.length} sides are not of ${cells} cells and ${classes.length} classes`,
    );
  }
  const least = minConfidence ** 2;
  const found: Detection[] = [];
  for (let cell = 0; cell < cells; cell += 1) {
    const objectness = asScore(obj[cell]!);
    // Written so that NaN fails, too. No class makes more of a cell than its objectness allows.
    if (!(objectness >= least)) continue;
    const scores = cls.subarray(cell * classes.length, (cell + 1) * classes.length);
    const verdict = readClasses(scores.map(asScore), classes);
    if (verdict === undefined) continue;
    const { score, ...looks } = verdict;
    const confidence = Math.sqrt(score * objectness);
    if (!(confidence >= minConfidence)) continue;
    const x = ((cell % columns) + bbox[4 * cell]!) * stride;
    const y = (Math.floor(cell / columns) + bbox[4 * cell + 1]!) * stride;
    const w = Math.exp(bbox[4 * cell + 2]!) * stride;
    const h = Math.exp(bbox[4 * cell + 3]!) * stride;
    if (!Number.isFinite(x + y + w + h)) continue;
    found.push({ box: [x - w / 2, y - h / 2, w, h], confidence, ...looks });
  }
  return found;
}
