import type { Graph } from '@maskwatch/onnx/graph';
import { withLogarithm } from '@maskwatch/onnx/onnx-classifier';
import {
  foreignName,
  foreignNetwork,
  type OnnxDetector,
  recognise,
  type Shapes,
} from '@maskwatch/onnx/onnx-network';
import { readOnnx } from '@maskwatch/onnx/onnx-reader';
import { Problem } from '@maskwatch/platform/problem';
import { goldenPattern } from '@maskwatch/vision/golden-pattern';
import { checkCount, meaningsOf, statesOf } from './class-meanings.ts';
import type { ImportOptions } from './import-options.ts';
import { asItIs, type Comparable, type Imported, softmax } from './imported.ts';
import { newClassifier, newDetector } from './new-model.ts';
import { type OnnxFile, originalOnnx } from './original-onnx.ts';
import type { Reading } from './picture-feeds.ts';
import { chooseScaling } from './probe-scaling.ts';
import { openTrial } from './run-trial.ts';
import { scalings } from './scaling.ts';
import type { SourceFile } from './sources.ts';

const mostSize = 2048;
const strideOfAll = 32;

interface Asked {
  name: string;
  options: ImportOptions;
  source: SourceFile;
}

/** What is known of the file before its kind is. */
interface Opened {
  file: OnnxFile;
  graph: Graph;
  width: number;
  height: number;
  /** The longer side of the input, and whether the file fixes it. */
  size: number;
  fixed: boolean;
  shapes: Shapes;
  /** Its outputs for one generated picture, by their names in the file. */
  sample: Map<string, Float32Array>;
}

/**
 * A classifier, or a detector with YOLOv8's or YuNet's head. Problems: onnx-damaged, onnx-unknown,
 * onnx-input, onnx-layout, import-size, import-scale, import-names, names-unknown, those of a trial.
 */
export async function importOnnx(asked: Asked): Promise<Imported> {
  const opened = await openFile(asked);
  try {
    const { graph, shapes, width, height } = opened;
    const found = recognise(graph, shapes, { width, height });
    if (width !== height) {
      throw sizeProblem(`it takes pictures of ${width}x${height}, and the input must be square`);
    }
    if (found.kind === 'classifier') return await classifier(asked, opened, found);
    return found.kind === 'yolov8' ? yolov8(asked, opened, found) : yunet(asked, opened, found);
  } catch (thrown) {
    await opened.file.trial.close();
    throw thrown;
  }
}

async function openFile({ options, source }: Asked): Promise<Opened> {
  const read = readOnnx(source.bytes);
  const { graph, width, height } = foreignNetwork(read);
  const own = Math.max(width ?? 0, height ?? 0) || undefined;
  if (own !== undefined && options.size !== undefined && own !== options.size) {
    throw sizeProblem(`it takes ${own} pixels, not --size ${options.size}`);
  }
  const size = own ?? options.size;
  if (size === undefined) throw sizeProblem('it takes any size, and --size is not there');
  if (size > mostSize) throw sizeProblem(`${size} pixels are too many (${mostSize})`);
  const trial = await openTrial(source.bytes);
  try {
    const turned = graph.nodes[0]?.op === 'Transpose';
    const outputs = read.outputs.map(({ name }) => name);
    const file = { trial, turned, input: read.inputs[0]!.name, outputs };
    const sides = { width: width ?? size, height: height ?? size };
    const { shapes, sample } = await sampleOf(file, sides);
    return { file, graph, ...sides, size, fixed: own !== undefined, shapes, sample };
  } catch (thrown) {
    await trial.close();
    throw thrown;
  }
}

/** The shapes of all outputs are looked at, not believed. */
async function sampleOf(
  file: OnnxFile,
  { width, height }: { width: number; height: number },
): Promise<Pick<Opened, 'shapes' | 'sample'>> {
  const dims = file.turned ? [1, height, width, 3] : [1, 3, height, width];
  const data = Float32Array.from(goldenPattern(width, height), (value) => value / 255);
  const found = await file.trial.run({ [file.input]: { data, dims } });
  const outputs = Object.entries(found);
  return {
    shapes: new Map(outputs.map(([name, { shape }]) => [foreignName(name), shape])),
    sample: new Map(outputs.map(([name, { data }]) => [name, data])),
  };
}

async function classifier(
  { name, options, source }: Asked,
  { file, size, sample }: Opened,
  found: { graph: Graph; classes: number; last: 'softmax' | 'sigmoid' | 'none' },
): Promise<Imported> {
  const states = statesOf(checkCount(options.names, found.classes), options.map);
  const row = sample.get(file.outputs[0]!) ?? new Float32Array();
  const probable = found.last === 'none' && areProbabilities(row);
  const graph = probable ? withLogarithm(found.graph) : found.graph;
  const { name: scaling, probing } = await chooseScaling(graph, { size, classes: states, options });
  const reading: Reading = { ...scalings[scaling], colourOrder: options.colourOrder };
  const model = newClassifier(
    { name, options, sources: [source], reading },
    { size, classes: states },
  );
  const theirs = probable ? asItIs : comparableOf(found.last, row.length);
  return {
    ...{ graph, model, sources: [source], originalReading: reading, outputs: ['logits'] },
    compared: { ours: softmax, theirs },
    original: originalOnnx(file),
    origin: `ONNX classifier, ${lastStep(found.last, probable)}`,
    notes: probing === undefined ? [] : [`The scaling ${scaling} was found by trying all.`],
    ...(probing === undefined ? {} : { probing }),
  };
}

/** Not negative, and summing to one. */
function areProbabilities(row: Float32Array): boolean {
  const sum = row.reduce((a, b) => a + b, 0);
  return row.length > 1 && row.every((value) => value >= 0) && Math.abs(sum - 1) < 1e-3;
}

/** The original's row as probabilities of our classes. */
function comparableOf(last: 'softmax' | 'sigmoid' | 'none', values: number): Comparable {
  if (last === 'softmax') return asItIs;
  if (values === 1) {
    const second: Comparable = ([score = 0]) => {
      const share = last === 'sigmoid' ? score : 1 / (1 + Math.exp(-score));
      return Float32Array.of(1 - share, share);
    };
    return second;
  }
  if (last === 'none') return softmax;
  return (row) => {
    const sum = row.reduce((a, b) => a + b, 0);
    return row.map((value) => value / sum);
  };
}

function lastStep(last: string, probable: boolean): string {
  if (probable) return 'its probabilities made logits again';
  return last === 'none' ? 'logits as they are' : `without its last ${last}`;
}

function yolov8({ name, options, source }: Asked, opened: Opened, found: OnnxDetector): Imported {
  const { file, size, fixed, sample } = opened;
  const scores = sample.get(file.outputs[0]!) ?? new Float32Array();
  const classes = meaningsOf(checkCount(options.names, found.classes), options.map);
  checkScores(scores, { classes: found.classes, turned: isTurned(opened, found) });
  const reading: Reading = {
    ...scalings[options.scaling ?? 'zero-to-one'],
    colourOrder: options.colourOrder,
  };
  const own = { size, multiple: strideOfAll, square: fixed, heads: [], classes };
  const model = newDetector(
    { name, options, sources: [source], reading },
    { layout: 'yolov8', ...own },
  );
  const turned = isTurned(opened, found);
  return {
    ...{ graph: found.graph, model, sources: [source], originalReading: reading },
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

function isTurned({ shapes, file }: Opened, { classes }: OnnxDetector): boolean {
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
function yunet({ name, options, source }: Asked, opened: Opened, found: OnnxDetector): Imported {
  const { file, size, fixed } = opened;
  const reading: Reading = { ...scalings[options.scaling ?? 'raw'], colourOrder: 'bgr' };
  const classes = meaningsOf(checkCount(options.names ?? ['face'], 1), options.map);
  const own = { size, multiple: strideOfAll, square: fixed, heads: [], classes };
  const model = newDetector(
    { name, options, sources: [source], reading },
    { layout: 'yunet', ...own },
  );
  const outputs = found.graph.outputs.map((output) => output.name);
  return {
    ...{ graph: found.graph, model, sources: [source], originalReading: reading, outputs },
    compared: { ours: asItIs, theirs: asItIs },
    original: originalOnnx({ ...file, outputs }),
    origin: 'ONNX detector with the outputs of YuNet; its landmarks are not used',
    notes: [],
  };
}

function sizeProblem(what: string): Problem {
  return new Problem('import-size', `The size of the input does not fit: ${what}.`, {
    action:
      'Give --size N, the side that the network was trained with, or export it with a square input.',
    status: 400,
  });
}
