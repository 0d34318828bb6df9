import type { Graph, Node, Tensor } from '../graph.ts';
import { floatTensor } from '../graph.ts';

type Floats = Extract<Tensor, { type: 'float' }>;

/**
 * Takes each BatchNormalization into the Conv or Gemm before it, where nothing else reads that
 * node or its weights: w' = w * f and b' = (b - mean) * f + beta, f = gamma / sqrt(var + epsilon).
 */
export function foldBatchNorm(graph: Graph): Graph {
  const tensors = new Map(graph.initializers.map((tensor) => [tensor.name, tensor]));
  const makers = new Map(graph.nodes.map((node) => [node.outputs[0]!, node]));
  const reads = readCounts(graph);
  const folded = new Set<Node>();
  for (const node of graph.nodes) {
    if (node.op !== 'BatchNormalization') continue;
    const before = makers.get(node.inputs[0]!);
    const foldable = before?.op === 'Conv' || before?.op === 'Gemm';
    if (!foldable || before === undefined || reads.get(before.outputs[0]!) !== 1) continue;
    if (before.inputs.slice(1).some((name) => reads.get(name) !== 1)) continue;
    const floats = (name: string) => (tensors.get(name) as Floats).data;
    const [weights, bias] = foldedWeights(before, node, floats);
    const kernel = tensors.get(before.inputs[1]!) as Floats;
    // The name of the node is free for it: from here on the node's output has the other's name.
    const biasName = before.inputs[2] ?? before.outputs[0]!;
    tensors.set(kernel.name, floatTensor(kernel.name, kernel.dims, weights));
    tensors.set(biasName, floatTensor(biasName, [bias.length], bias));
    reads.set(biasName, 1);
    before.inputs = [before.inputs[0]!, kernel.name, biasName];
    before.outputs = node.outputs;
    makers.set(node.outputs[0]!, before);
    folded.add(node);
  }
  return {
    ...graph,
    nodes: graph.nodes.filter((node) => !folded.has(node)),
    initializers: [...tensors.values()],
  };
}

function foldedWeights(
  before: Node,
  norm: Node,
  floats: (name: string) => Float32Array,
): [Float32Array, Float32Array] {
  const [gamma, beta, mean, variance] = norm.inputs.slice(1).map(floats) as Float32Array[];
  const attribute = norm.attributes.epsilon;
  const epsilon = attribute?.kind === 'float' ? attribute.value : 0;
  const kernel = floats(before.inputs[1]!);
  const bias = before.inputs[2] === undefined ? undefined : floats(before.inputs[2]);
  const row = kernel.length / gamma!.length;
  const weights = new Float32Array(kernel.length);
  const sums = gamma!.map((value, filter) => {
    const factor = value / Math.sqrt(variance![filter]! + epsilon);
    for (let i = filter * row; i < (filter + 1) * row; i++) weights[i] = kernel[i]! * factor;
    return ((bias?.[filter] ?? 0) - mean![filter]!) * factor + beta![filter]!;
  });
  return [weights, sums];
}

function readCounts(graph: Graph): Map<string, number> {
  const reads = new Map<string, number>();
  const names = graph.nodes.flatMap(({ inputs }) => inputs);
  for (const name of [...names, ...graph.outputs.map((output) => output.name)]) {
    reads.set(name, (reads.get(name) ?? 0) + 1);
  }
  return reads;
}
