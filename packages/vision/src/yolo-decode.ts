import type { Detection } from '@maskwatch/contracts/detection';
import { type ClassVerdict, type DecodeOptions, readClasses } from './class-scores.ts';

/** What the decoder has to know of one head: DetectorModel.heads of the contracts fits. */
export interface HeadGeometry {
  /** Pixels of the detector's input per cell. */
  stride: number;
  /** [width, height] in pixels of the detector's input. */
  anchors: readonly (readonly [number, number])[];
  /** How far a centre may leave its cell: darknet's scale_x_y. */
  scaleXY: number;
}

/** Raw output of one head: float32 [anchors * (5 + classes), height, width]. */
export interface HeadMap {
  data: Float32Array;
  width: number;
  height: number;
}

const sigmoid = (x: number) => 1 / (1 + Math.exp(-x));
const logit = (p: number) => Math.log(p / (1 - p));

/**
 * Candidates of one head in pixels of the detector's input, in no order, before suppression
 * (YOLOv3 and v4: Redmon 2018, Bochkovskiy 2020). Confidence is objectness times the likeliest
 * class. Raw objectness is compared with the logit of the threshold first, since nearly every cell
 * is empty and an exponential each would be the cost. Values that are not finite are dropped.
 * RangeError where the map has another size.
 */
export function decodeHead(
  { data, width, height }: HeadMap,
  head: HeadGeometry,
  { classes, minConfidence }: DecodeOptions,
): Detection[] {
  const cells = width * height;
  const channels = 5 + classes.length;
  if (data.length !== head.anchors.length * channels * cells) {
    throw new RangeError(
      `a head of ${data.length} values is not ${head.anchors.length} anchors on ${width}x${height} cells with ${classes.length} classes`,
    );
  }
  const least = minConfidence > 0 ? logit(Math.min(minConfidence, 1 - 1e-9)) : -Infinity;
  const found: Detection[] = [];
  head.anchors.forEach((anchor, n) => {
    const first = n * channels * cells;
    const objectness = first + 4 * cells;
    for (let cell = 0; cell < cells; cell += 1) {
      // Written so that NaN fails, too.
      if (!(data[objectness + cell]! >= least)) continue;
      const verdict = classesAt({ data, cells, first: first + cell }, classes);
      if (verdict === undefined) continue;
      const { score, probabilities } = verdict;
      const confidence = sigmoid(data[objectness + cell]!) * score;
      if (!(confidence >= minConfidence)) continue;
      const spread = head.scaleXY;
      const shift = (spread - 1) / 2;
      const x = sigmoid(data[first + cell]!) * spread - shift + (cell % width);
      const y = sigmoid(data[first + cells + cell]!) * spread - shift + Math.floor(cell / width);
      const w = Math.exp(data[first + 2 * cells + cell]!) * anchor[0];
      const h = Math.exp(data[first + 3 * cells + cell]!) * anchor[1];
      if (!Number.isFinite(x + y + w + h)) continue;
      const box = [x * head.stride - w / 2, y * head.stride - h / 2, w, h] as const;
      found.push(probabilities ? { box, confidence, probabilities } : { box, confidence });
    }
  });
  return found;
}

/** What a cell says besides its objectness; a network without classes says "surely". */
function classesAt(
  { data, cells, first }: { data: Float32Array; cells: number; first: number },
  classes: DecodeOptions['classes'],
): ClassVerdict | undefined {
  if (classes.length === 0) return { score: 1 };
  if (classes.length === 1 && classes[0] === 'face') {
    const score = sigmoid(data[first + 5 * cells]!);
    return Number.isFinite(score) ? { score } : undefined;
  }
  const scores = classes.map((_, n) => sigmoid(data[first + (5 + n) * cells]!));
  return readClasses(scores, classes);
}
