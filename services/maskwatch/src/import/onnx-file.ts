import type { Graph } from '@maskwatch/onnx/graph';
import { foreignName, foreignNetwork, type Shapes } from '@maskwatch/onnx/onnx-network';
import { readOnnx } from '@maskwatch/onnx/onnx-reader';
import { Problem } from '@maskwatch/platform/problem';
import { goldenPattern } from '@maskwatch/vision/golden-pattern';
import type { ImportOptions } from './import-options.ts';
import type { OnnxFile } from './original-onnx.ts';
import { openTrial } from './run-trial.ts';
import type { SourceFile } from './sources.ts';

const mostSize = 2048;

export interface OnnxAsked {
  name: string;
  options: ImportOptions;
  source: SourceFile;
}

/** What is known of the file before its kind is. */
export interface OpenedOnnx {
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

/** Reads the file and runs it once as it is. Problems: onnx-damaged, onnx-unknown, onnx-input, import-size, those of a trial. */
export async function openOnnxFile({ options, source }: OnnxAsked): Promise<OpenedOnnx> {
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
): Promise<Pick<OpenedOnnx, 'shapes' | 'sample'>> {
  const dims = file.turned ? [1, height, width, 3] : [1, 3, height, width];
  const data = Float32Array.from(goldenPattern(width, height), (value) => value / 255);
  const found = await file.trial.run({ [file.input]: { data, dims } });
  const outputs = Object.entries(found);
  return {
    shapes: new Map(outputs.map(([name, { shape }]) => [foreignName(name), shape])),
    sample: new Map(outputs.map(([name, { data }]) => [name, data])),
  };
}

export function sizeProblem(what: string): Problem {
  return new Problem('import-size', `The size of the input does not fit: ${what}.`, {
    action:
      'Give --size N, the side that the network was trained with, or export it with a square input.',
    status: 400,
  });
}
