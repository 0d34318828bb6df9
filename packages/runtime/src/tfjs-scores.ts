import type { LayersModel, SymbolicTensor } from '@tensorflow/tfjs-layers';

/** What stands at the end of a classifier; `none` leaves logits, or may be anything. */
export type LastStep = 'softmax' | 'sigmoid' | 'none';

/** Below it a probability is as good as none, and its logarithm would be no number. */
const least = 1e-12;
/** Models stand within models up to this deep. */
const deepest = 100;

/** Of one row of scores: logits, whose softmax is the answer. A single score is of the second of two classes. */
export function logitsOfScores(scores: Float32Array, last: LastStep): Float32Array {
  const logits =
    last === 'none'
      ? scores
      : scores.map((share) => {
          const logarithm = Math.log(Math.max(share, least));
          return last === 'softmax' ? logarithm : logarithm - Math.log(Math.max(1 - share, least));
        });
  return logits.length === 1 ? Float32Array.of(0, logits[0]!) : logits;
}

/** Layers that only carry values on; what stands before them decides. */
const carryingLayers = new Set(['Flatten', 'Reshape', 'Dropout', 'Permute']);

/** Looked for through nested models. */
export function lastStepOfLayers(model: LayersModel): LastStep {
  let value: SymbolicTensor | undefined = model.outputs[0];
  for (let depth = 0; value !== undefined && depth < deepest; depth += 1) {
    const layer: object & { getClassName(): string; getConfig(): object } = value.sourceLayer;
    if ('outputs' in layer) value = (layer as LayersModel).outputs[0];
    else if (carryingLayers.has(layer.getClassName())) value = value.inputs[0];
    else if (layer.getClassName() === 'Softmax') return 'softmax';
    else return activationOf(layer.getConfig());
  }
  return 'none';
}

function activationOf(config: { activation?: unknown }): LastStep {
  const { activation } = config;
  return activation === 'softmax' || activation === 'sigmoid' ? activation : 'none';
}

/** One operator of a GraphModel: what is read of TensorFlow's NodeDef. */
interface GraphNode {
  name: string;
  op: string;
  input?: string[];
  attr?: { fused_ops?: { list?: { s?: string[] } } };
}

const carryingOperators = new Set(['Identity', 'Reshape', 'Squeeze', 'StopGradient']);

/** Of a graph whose output is that of the node `output`. */
export function lastStepOfGraph(nodes: readonly GraphNode[], output: string): LastStep {
  const named = new Map(nodes.map((node) => [node.name, node]));
  let node = named.get(plainName(output));
  for (let steps = 0; node !== undefined && steps < deepest; steps += 1) {
    if (!carryingOperators.has(node.op)) break;
    node = named.get(plainName(node.input?.[0] ?? ''));
  }
  if (node?.op === 'Softmax') return 'softmax';
  // The converter joins what follows a product with it; such texts are base64.
  const fused = node?.attr?.fused_ops?.list?.s?.at(-1) ?? '';
  const joined = Buffer.from(fused, 'base64').toString() === 'Sigmoid';
  return node?.op === 'Sigmoid' || joined ? 'sigmoid' : 'none';
}

/** "dense/Softmax:0" and "^dense/Softmax" are outputs of the node dense/Softmax. */
function plainName(input: string): string {
  return input.replace(/^\^/, '').replace(/:\d+$/, '');
}
