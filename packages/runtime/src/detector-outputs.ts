import type { Detection } from '@maskwatch/contracts/detection';
import type { DetectorModel } from '@maskwatch/contracts/model';
import { Problem } from '@maskwatch/platform/problem';
import { decodeHead } from '@maskwatch/vision/yolo-decode';
import { decodeYolov8 } from '@maskwatch/vision/yolov8-decode';
import { decodeYunet } from '@maskwatch/vision/yunet-decode';
import { outputOf, type RawOutput } from './onnx-results.ts';

export interface OutputsOptions {
  model: DetectorModel;
  /** Of the padded input that was looked at. */
  width: number;
  height: number;
  minConfidence: number;
}

type Outputs = Record<string, RawOutput>;

const yunetStrides = [8, 16, 32];

/**
 * Raw outputs, as the model's `layout` names them, to candidates in pixels of the detector's
 * input, before suppression. Problems: model-output where an output is absent, inference-output
 * where it has another shape than the layout says.
 */
export function candidatesOf(outputs: Outputs, options: OutputsOptions): Detection[] {
  switch (options.model.layout) {
    case 'yolo':
      return yolo(outputs, options);
    case 'yolov8':
      return yolov8(outputs, options);
    case 'yunet':
      return yunet(outputs, options);
  }
}

function yolo(outputs: Outputs, { model, width, height, minConfidence }: OutputsOptions) {
  const { classes } = model;
  return model.heads.flatMap((head) => {
    const size = { width: Math.ceil(width / head.stride), height: Math.ceil(height / head.stride) };
    const channels = head.anchors.length * (5 + classes.length);
    const shape = [1, channels, size.height, size.width];
    const data = shaped(outputs, { model, name: head.output, shape });
    return decodeHead({ data, ...size }, head, { classes, minConfidence });
  });
}

function yolov8(outputs: Outputs, { model, minConfidence }: OutputsOptions) {
  const { classes } = model;
  const shape = [1, 4 + classes.length, undefined];
  const data = shaped(outputs, { model, name: 'predictions', shape });
  return decodeYolov8(data, { classes, minConfidence });
}

function yunet(outputs: Outputs, { model, width, height, minConfidence }: OutputsOptions) {
  const { classes } = model;
  return yunetStrides.flatMap((stride) => {
    const columns = Math.floor(width / stride);
    const cells = columns * Math.floor(height / stride);
    const of = (name: string, each: number) =>
      shaped(outputs, { model, name: `${name}_${stride}`, shape: [1, cells, each] });
    const map = { cls: of('cls', classes.length), obj: of('obj', 1), bbox: of('bbox', 4) };
    return decodeYunet({ stride, columns, ...map }, { classes, minConfidence });
  });
}

/** The values of an output of that shape; undefined stands for any length. */
function shaped(
  outputs: Outputs,
  wanted: { model: DetectorModel; name: string; shape: (number | undefined)[] },
): Float32Array {
  const { model, name, shape } = wanted;
  const { data, shape: found } = outputOf(outputs, name, model);
  const fits =
    found.length === shape.length &&
    shape.every((length, n) => length === undefined || length === found[n]);
  if (fits) return data;
  const expected = shape.map((length) => length ?? 'n').join('x');
  throw new Problem(
    'inference-output',
    `${name} of ${model.name} has the shape ${found.join('x')}, not ${expected}.`,
    { action: 'Correct layout, heads, classes and input of its model.json.' },
  );
}
