import { foreignName, type OnnxDetector } from '@maskwatch/onnx/onnx-network';
import { Problem } from '@maskwatch/platform/problem';
import { checkCount, detectorMeanings } from './class-meanings.ts';
import { asItIs, type Imported } from './imported.ts';
import { newDetector } from './new-model.ts';
import type { OnnxAsked, OpenedOnnx } from './onnx-file.ts';
import { originalOnnx } from './original-onnx.ts';
import type { Reading } from './picture-feeds.ts';
import { scalings } from './scaling.ts';

/** The coarsest stride of both layouts. */
const multiple = 32;

/** Problems: import-names, names-unknown, onnx-layout where the scores are no probabilities. */
export function importOnnxDetector(
  asked: OnnxAsked,
  opened: OpenedOnnx,
  found: OnnxDetector,
): Imported {
  return found.kind === 'yolov8' ? yolov8(asked, opened, found) : yunet(asked, opened, found);
}

function yolov8(
  { name, options, source }: OnnxAsked,
  opened: OpenedOnnx,
  found: OnnxDetector,
): Imported {
  const { file, size, fixed, sample } = opened;
  const scores = sample.get(file.outputs[0]!) ?? new Float32Array();
  const classes = detectorMeanings(checkCount(options.names, found.classes), options.map);
  checkScores(scores, { classes: found.classes, turned: isTurned(opened, found) });
  const reading: Reading = {
    ...scalings[options.scaling ?? 'zero-to-one'],
    colourOrder: options.colourOrder,
  };
  const own = { size, multiple, square: fixed, heads: [], classes };
  const model = newDetector(
    { name, options, sources: [source], reading },
    { layout: 'yolov8', ...own },
  );
  const turned = isTurned(opened, found);
  return {
    ...{ network: found.graph, model, sources: [source], originalReading: reading },
    outputs: ['predictions'],
    compared: {
      ours: asItIs,
      theirs: turned ? (values) => turn(values, 4 + found.classes) : asItIs,
    },
    original: originalOnnx(file),
    origin: `ONNX detector with YOLOv8's head, ${found.classes} classes`,
    notes: [],
  };
}

function isTurned({ shapes, file }: OpenedOnnx, { classes }: OnnxDetector): boolean {
  return shapes.get(foreignName(file.outputs[0]!))?.[2] === 4 + classes;
}

/** [cells, values] to [values, cells] */
function turn(values: Float32Array, each: number): Float32Array {
  const cells = values.length / each;
  return values.map((_, n) => values[(n % cells) * each + Math.floor(n / cells)]!);
}

/** Scores past a sigmoid are 0 to 1; raw ones would be believed everywhere. */
function checkScores(
  values: Float32Array,
  { classes, turned }: { classes: number; turned: boolean },
): void {
  const each = 4 + classes;
  const cells = values.length / each;
  const isScore = (n: number) => (turned ? n % each >= 4 : n >= 4 * cells);
  if (values.every((value, n) => !isScore(n) || (value >= 0 && value <= 1))) return;
  throw new Problem('onnx-layout', 'The scores of this head are no probabilities of 0 to 1.', {
    action: 'Export the network with the sigmoid of its scores inside, as YOLOv8 does.',
    status: 422,
  });
}

/** One class, and the way that its makers feed it: blue first, bytes as they are. */
function yunet(
  { name, options, source }: OnnxAsked,
  opened: OpenedOnnx,
  found: OnnxDetector,
): Imported {
  const { file, size, fixed } = opened;
  const reading: Reading = { ...scalings[options.scaling ?? 'raw'], colourOrder: 'bgr' };
  const classes = detectorMeanings(checkCount(options.names ?? ['face'], 1), options.map);
  const own = { size, multiple, square: fixed, heads: [], classes };
  const model = newDetector(
    { name, options, sources: [source], reading },
    { layout: 'yunet', ...own },
  );
  const outputs = found.graph.outputs.map((output) => output.name);
  return {
    ...{ network: found.graph, model, sources: [source], originalReading: reading, outputs },
    compared: { ours: asItIs, theirs: asItIs },
    original: originalOnnx({ ...file, outputs }),
    origin: 'ONNX detector with the outputs of YuNet; its landmarks are not used',
    notes: [],
  };
}
