import { Problem } from '@maskwatch/platform/problem';
import { type Graph, ints, type Value } from './graph.ts';
import { type OnnxClassifier, onnxClassifier } from './onnx-classifier.ts';
import { type PictureNetwork, pictureNetwork } from './onnx-picture.ts';
import { short } from './onnx-tensor.ts';
import { withOutputs } from './prune.ts';
import { withPrefix } from './rename-values.ts';

/** Output by name: its shape for one picture of `width` x `height`. */
export type Shapes = ReadonlyMap<string, readonly number[]>;

export interface OnnxDetector {
  /** As DetectorModel.layout of the contracts says. */
  kind: 'yolov8' | 'yunet';
  /** `picture` float [n, 3, height, width] in, the outputs of the layout out. */
  graph: Graph;
  classes: number;
}

/** Of other makers' files every name gets it, so that none meets ours. */
const PREFIX = 'network/';
const strides = [8, 16, 32];
const known =
  'a classifier has one output [n, classes]; YOLOv8 has one [1, 4 + classes, cells]; ' +
  'YuNet has cls_S, obj_S and bbox_S for the strides S = 8, 16, 32';

/** A graph that `readOnnx` gave as one with the input `picture`, still with its own outputs. */
export function foreignNetwork(graph: Graph): PictureNetwork {
  return pictureNetwork(withPrefix(graph, PREFIX));
}

/** The name of an output of the file in that graph. */
export function foreignName(name: string): string {
  return `${PREFIX}${name}`;
}

/**
 * Which of the layouts a network has, by the shapes of its outputs for one picture. Problem
 * onnx-layout where it has none of them.
 */
export function recognise(
  graph: Graph,
  shapes: Shapes,
  size: { width: number; height: number },
): OnnxClassifier | OnnxDetector {
  const yunet = asYunet(graph, shapes, size);
  if (yunet !== undefined) return yunet;
  const [output, ...more] = graph.outputs;
  if (output === undefined || more.length > 0)
    throw layoutProblem(graph, shapes, twoOutputs(shapes));
  const shape = shapes.get(output.name) ?? [];
  if (isRow(shape)) return onnxClassifier(graph, shape);
  const cells = cellsOf(size).reduce((sum, count) => sum + count, 0);
  if (shape.length === 3 && shape[0] === 1) {
    if (shape[2] === cells && shape[1]! > 4)
      return yolov8(graph, output, { classes: shape[1]! - 4 });
    if (shape[1] === cells && shape[2]! > 4) {
      return yolov8(graph, output, { classes: shape[2]! - 4, turned: true });
    }
    if (shape.includes(3 * cells)) {
      throw layoutProblem(
        graph,
        shapes,
        'three anchors a cell and an objectness are those of YOLOv5',
      );
    }
    if (shape[2] === 6) {
      throw layoutProblem(graph, shapes, 'boxes of six numbers are past suppression already');
    }
  }
  throw layoutProblem(graph, shapes);
}

/** [n, classes], also with sides of one behind it. */
function isRow(shape: readonly number[]): boolean {
  return (
    shape.length >= 2 &&
    shape[0] === 1 &&
    shape[1]! > 0 &&
    shape.slice(2).every((side) => side === 1)
  );
}

function cellsOf({ width, height }: { width: number; height: number }): number[] {
  return strides.map((stride) => Math.ceil(width / stride) * Math.ceil(height / stride));
}

function yolov8(
  graph: Graph,
  output: Value,
  { classes, turned = false }: { classes: number; turned?: boolean },
): OnnxDetector {
  const name = 'predictions';
  const make = turned
    ? { op: 'Transpose', attributes: { perm: ints([0, 2, 1]) } }
    : { op: 'Identity', attributes: {} };
  const nodes = [...graph.nodes, { ...make, name, inputs: [output.name], outputs: [name] }];
  const shape = [1, 4 + classes, 'cells'];
  return {
    kind: 'yolov8',
    graph: withOutputs({ ...graph, nodes }, [{ name, type: 'float', shape }]),
    classes,
  };
}

/** Landmarks (kps) are dropped; a network that lacks one of the others is none. */
function asYunet(
  graph: Graph,
  shapes: Shapes,
  size: { width: number; height: number },
): OnnxDetector | undefined {
  const cells = cellsOf(size);
  const wanted = [
    ['cls', 1],
    ['obj', 1],
    ['bbox', 4],
  ] as const;
  const outputs = wanted.flatMap(([what, values]) =>
    strides.map((stride, n) => ({ name: `${what}_${stride}`, cells: cells[n]!, values })),
  );
  const fits = outputs.every(({ name, cells, values }) => {
    return shapes.get(foreignName(name))?.join() === [1, cells, values].join();
  });
  if (!fits) return undefined;
  const passes = outputs.map(({ name }) => {
    return { op: 'Identity', name, inputs: [foreignName(name)], outputs: [name], attributes: {} };
  });
  const values = outputs.map(({ name, values }): Value => {
    return { name, type: 'float', shape: [1, `${name}/cells`, values] };
  });
  const whole = { ...graph, nodes: [...graph.nodes, ...passes] };
  return { kind: 'yunet', graph: withOutputs(whole, values), classes: 1 };
}

function twoOutputs(shapes: Shapes): string | undefined {
  const sides = [...shapes.values()];
  const boxes = sides.find((shape) => shape.length === 3 && shape[2] === 4);
  const apart = sides.some((shape) => shape !== boxes && shape[1] === boxes?.[1]);
  if (sides.length !== 2 || boxes === undefined || !apart) return undefined;
  return 'scores and boxes of anchors apart are those of an SSD, such as UltraFace';
}

function layoutProblem(graph: Graph, shapes: Shapes, why?: string): Problem {
  const outputs = graph.outputs.slice(0, 12).map(({ name }) => {
    const shape = shapes.get(name)?.join(', ') ?? '?';
    return `${short(name.startsWith(PREFIX) ? name.slice(PREFIX.length) : name)} [${shape}]`;
  });
  const reason = why === undefined ? '' : ` (${why})`;
  return new Problem(
    'onnx-layout',
    `The outputs ${outputs.join(', ') || '(none)'} fit no layout that is known here${reason}: ${known}.`,
    {
      action: 'Export the network with one of these layouts, or use one that has it.',
      status: 422,
    },
  );
}
