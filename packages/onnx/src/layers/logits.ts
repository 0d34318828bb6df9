import { int } from '../graph.ts';
import { layerProblem } from './layer-problem.ts';
import { type LayersGraph, type LayerValue, LOGITS, PICTURE } from './layers-graph.ts';

/** Operators that only carry values on; what stands before them decides. */
const CARRIERS = new Set(['Reshape', 'Transpose', 'Add', 'Sub', 'Mul', 'Concat']);
/** Operators whose values may stand for logits when no activation follows. */
const LINEAR = new Set(['Gemm', 'Conv', 'BatchNormalization', 'GlobalAveragePool']);

/** Adds the output `logits` [n, classes] for the model's output, and gives the classes. */
export function logitsOf(graph: LayersGraph, output: LayerValue): number {
  const { kind, from } = output.probabilities ?? { kind: undefined, from: output };
  const units = from.shape.at(-1)!;
  if (from.shape.slice(0, -1).some((side) => side !== 1)) {
    const what = `its output is a map of ${from.shape.join(' x ')}, not one row of scores`;
    throw layerProblem('the model', what);
  }
  if (kind === undefined) refuseOtherEnds(graph, from);
  const row = graph.integers(`${LOGITS}/row`, [0, units]);
  if (units > 1) {
    add(graph, { op: 'Reshape', inputs: [from.value, row], output: LOGITS });
    return units;
  }
  if (kind === 'softmax') throw layerProblem('the model', 'its softmax is over a single unit');
  // The sigmoid of x is the softmax's share of the second of [0, x].
  add(graph, { op: 'Reshape', inputs: [from.value, row], output: `${LOGITS}/second` });
  add(graph, {
    op: 'Sub',
    inputs: [`${LOGITS}/second`, `${LOGITS}/second`],
    output: `${LOGITS}/first`,
  });
  add(graph, { op: 'Concat', inputs: [`${LOGITS}/first`, `${LOGITS}/second`], output: LOGITS });
  return 2;
}

/** Probabilities that were changed further, or another activation, are no logits. */
function refuseOtherEnds({ graph }: LayersGraph, { value }: LayerValue): void {
  const makers = new Map(graph.nodes.map((node) => [node.outputs[0], node]));
  const waiting = [value];
  const seen = new Set(waiting);
  for (let name = waiting.pop(); name !== undefined; name = waiting.pop()) {
    const node = makers.get(name);
    if (node === undefined && name !== PICTURE) continue;
    if (node === undefined || !(CARRIERS.has(node.op) || LINEAR.has(node.op))) {
      const what = `it ends in ${node?.op ?? 'its input'}, not in softmax, sigmoid or plain scores`;
      throw layerProblem('the model', what);
    }
    if (LINEAR.has(node.op)) continue;
    const fresh = node.inputs.filter((input) => !seen.has(input));
    for (const input of fresh) seen.add(input);
    waiting.push(...fresh);
  }
}

function add(
  { graph }: LayersGraph,
  { op, inputs, output }: { op: string; inputs: string[]; output: string },
): void {
  const attributes = op === 'Concat' ? { axis: int(1) } : {};
  graph.nodes.push({ op, name: output, inputs, outputs: [output], attributes });
}
