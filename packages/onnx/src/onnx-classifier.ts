import { Problem } from '@maskwatch/platform/problem';
import { floatTensor, type Graph, int, type Node } from './graph.ts';
import { withOutputs } from './prune.ts';

/** What stood at the end of a classifier and was taken off, or stays: `none` may be anything. */
export type LastStep = 'softmax' | 'sigmoid' | 'none';

export interface OnnxClassifier {
  kind: 'classifier';
  /** `picture` float [n, 3, height, width] in, `logits` float [n, classes] out. */
  graph: Graph;
  classes: number;
  last: LastStep;
}

const LOGITS = 'logits';
/** Below it a probability is as good as none, and its logarithm would be no number. */
const least = 1e-12;

/**
 * A network with one output, one row of `classes` scores a picture: a final softmax is taken off, so
 * that logits come out. A single score is that of the second of two classes (its sigmoid is taken
 * off): the first gets the logit 0.
 */
export function onnxClassifier(graph: Graph, shape: readonly number[]): OnnxClassifier {
  const classes = shape[1] ?? 0;
  const output = graph.outputs[0]!.name;
  const last = lastNode(graph, output);
  const kind = kindOf(last, classes);
  const dropped = kind === 'softmax' || (kind === 'sigmoid' && classes === 1);
  const scores = dropped ? (last?.inputs[0] ?? output) : output;
  const flat: Node = {
    op: 'Flatten',
    name: 'logits/row',
    inputs: [scores],
    outputs: [classes === 1 ? 'logits/score' : LOGITS],
    attributes: { axis: int(1) },
  };
  const whole = { ...graph, nodes: [...graph.nodes, flat] };
  const logits = classes === 1 ? secondOfTwo(whole) : withLogits(whole, classes);
  const sure = kind === 'sigmoid' && classes > 1 ? withLogarithm(logits) : logits;
  return { kind: 'classifier', graph: sure, classes: Math.max(classes, 2), last: kind };
}

/**
 * For a network whose scores are probabilities: their logarithm, which is a logit. Scores that do not
 * sum to one, as of sigmoids, are divided by their sum in the softmax that follows.
 */
export function withLogarithm(graph: Graph): Graph {
  const row = graph.nodes.findLast((node) => node.outputs.includes(LOGITS))!;
  const renamed = { ...row, outputs: ['logits/probabilities'] };
  const nodes = graph.nodes.map((node) => (node === row ? renamed : node));
  const clipped = 'logits/above-zero';
  const inputs = ['logits/probabilities', 'logits/least'];
  nodes.push(
    { op: 'Max', name: clipped, inputs, outputs: [clipped], attributes: {} },
    { op: 'Log', name: LOGITS, inputs: [clipped], outputs: [LOGITS], attributes: {} },
  );
  const floor = floatTensor('logits/least', [1], Float32Array.of(least));
  return { ...graph, nodes, initializers: [...graph.initializers, floor] };
}

function kindOf(last: Node | undefined, classes: number): LastStep {
  if (last?.op === 'Sigmoid') return 'sigmoid';
  const axis = last?.attributes.axis;
  const overClasses = axis?.kind !== 'int' || axis.value === 1 || axis.value === -1;
  // Log-probabilities are logits as they are; a softmax over one score says nothing.
  return last?.op === 'Softmax' && overClasses && classes > 1 ? 'softmax' : 'none';
}

/** What makes the output, behind nodes that change nothing. */
function lastNode({ nodes }: Graph, output: string): Node | undefined {
  const makers = new Map(
    nodes.flatMap((node) => node.outputs.map((name) => [name, node] as const)),
  );
  let wanted = output;
  for (let steps = 0; steps <= nodes.length; steps += 1) {
    const node = makers.get(wanted);
    const passes = node?.op === 'Identity' || node?.op === 'Flatten' || node?.op === 'Squeeze';
    if (!passes) return node;
    wanted = node.inputs[0] ?? '';
  }
  throw new Problem('onnx-unknown', 'This ONNX file cannot be used here: its nodes form a ring.', {
    action: 'Export the network again.',
    status: 422,
  });
}

/** Logits of two classes from the score of the second. */
function secondOfTwo(graph: Graph): Graph {
  const spread: Node = {
    op: 'Mul',
    name: LOGITS,
    inputs: ['logits/score', 'logits/second'],
    outputs: [LOGITS],
    attributes: {},
  };
  const second = floatTensor('logits/second', [1, 2], Float32Array.of(0, 1));
  const nodes = [...graph.nodes, spread];
  return withLogits({ ...graph, nodes, initializers: [...graph.initializers, second] }, 2);
}

function withLogits(graph: Graph, classes: number): Graph {
  const n = graph.inputs[0]?.shape[0] ?? 'n';
  return withOutputs(graph, [{ name: LOGITS, type: 'float', shape: [n, classes] }]);
}
