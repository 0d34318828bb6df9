import type { PerChannel } from '@maskwatch/contracts/model';
import type { Graph } from '../graph.ts';
import { foldBatchNorm } from './fold-batch-norm.ts';
import { runModel } from './layer-calls-in-order.ts';
import { isObject } from './layer-config.ts';
import { layerProblem } from './layer-problem.ts';
import { WeightIndex } from './layer-weights.ts';
import { LayersGraph, type LayerValue, LOGITS, PICTURE } from './layers-graph.ts';
import type { LayersNetwork } from './layers-network.ts';
import { inputShape, type ModelSpec, readTopology } from './layers-topology.ts';
import { logitsOf } from './logits.ts';
import { pruneGraph } from './prune-graph.ts';

export interface ConvertedClassifier {
  /** `picture` float [n, 3, height, width] to `logits` [n, classes]; their softmax is the answer. */
  graph: Graph;
  inputSize: { width: number; height: number };
  classes: number;
  /** The graph wants the picture of 0 to 255, times scale, plus offset; undefined: no layer says. */
  rescaling: { scale: PerChannel; offset: PerChannel } | undefined;
}

const MOST_SIDE = 2048;

/**
 * Converts a classifier of Keras or TensorFlow.js layers. The last softmax is taken off; a single
 * unit behind a sigmoid becomes the logits [0, x] of class 0 and class 1; several units behind a
 * sigmoid give what went into it. A network whose input has no size takes `size` pixels, or 224.
 * Throws a Problem that names the layer for all that is not known.
 */
export function convertLayers(
  network: LayersNetwork,
  { size = 224 }: { size?: number } = {},
): ConvertedClassifier {
  const model = readTopology(network.topology);
  const { width, height } = sizeOf(model, size);
  const graph = new LayersGraph();
  const picture: LayerValue = { value: PICTURE, shape: [height, width, 3], scaled: 0 };
  const weights = new WeightIndex(network.weights);
  const [output, ...more] = runModel({ graph, weights }, model, [picture]);
  if (output === undefined || more.length > 0) {
    throw layerProblem('the model', `has ${more.length + 1} outputs; a classifier has one`);
  }
  const classes = logitsOf(graph, output);
  graph.graph.inputs = [{ name: PICTURE, type: 'float', shape: ['n', 3, height, width] }];
  graph.graph.outputs = [{ name: LOGITS, type: 'float', shape: ['n', classes] }];
  return {
    graph: pruneGraph(foldBatchNorm(pruneGraph(graph.graph))),
    inputSize: { width, height },
    classes,
    rescaling: rescalingOf(graph),
  };
}

function sizeOf(model: ModelSpec, size: number): { width: number; height: number } {
  if (model.inputs.length !== 1) {
    throw layerProblem('the model', `has ${model.inputs.length} inputs; a classifier has one`);
  }
  const given = inputShape(model);
  const shape = isObject(given) ? given.config : given;
  if (!Array.isArray(shape) || shape.length !== 4) {
    const what = `its input is ${JSON.stringify(shape) ?? 'not described'}`;
    throw layerProblem('the model', `${what}, not [batch, height, width, 3]`);
  }
  const [, height, width] = shape.map((side, i) => (i < 3 ? (side ?? size) : side)) as number[];
  for (const side of [height, width]) {
    if (!Number.isInteger(side) || side! < 8 || side! > MOST_SIDE) {
      throw layerProblem('the model', `its input is ${width} x ${height} pixels, not 8 to 2048`);
    }
  }
  if (shape[3] !== 3) throw layerProblem('the model', `its input has ${shape[3]} channels, not 3`);
  return { width: width!, height: height! };
}

function rescalingOf({ scaling, pictureReads }: LayersGraph): ConvertedClassifier['rescaling'] {
  if ([...pictureReads].some((steps) => steps !== scaling.steps)) {
    throw layerProblem('the model', 'its layers read the picture both scaled and unscaled');
  }
  if (scaling.steps === 0) return undefined;
  const short = (values: number[]): PerChannel => {
    const [red, green, blue] = values as [number, number, number];
    return red === green && green === blue ? red : [red, green, blue];
  };
  return { scale: short(scaling.scale), offset: short(scaling.offset) };
}
