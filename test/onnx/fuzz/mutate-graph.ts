import type { Attribute, Graph, Value } from '@maskwatch/onnx/graph';

type Random = () => number;
const below = (count: number, random: Random) => Math.floor(random() * count);
const pick = <T>(list: readonly T[], random: Random): T | undefined =>
  list[below(list.length, random)];

const extremes = [0, -1, 1, 2 ** 31 - 1, -(2 ** 31), 2 ** 53, 3, 17, 4096, 65_536];
const ops = [
  ...['Softmax', 'Sigmoid', 'Identity', 'Flatten', 'Squeeze', 'Transpose', 'If', 'Resize', 'Loop'],
  ...['', 'NonMaxSuppression', '__proto__'],
];

/** A network that no exporter would write, in a file that is whole: one or two faults of its meaning. */
export function mutateGraph(graph: Graph, random: Random): Graph {
  const mutated = structuredClone(graph);
  const times = 1 + below(2, random);
  for (let n = 0; n < times; n += 1) pick(faults, random)?.(mutated, random);
  return mutated;
}

const faults: readonly ((graph: Graph, random: Random) => void)[] = [
  ({ nodes }, random) => nodes.splice(below(nodes.length, random), 1),
  ({ nodes }, random) => nodes.push(...structuredClone(nodes.slice(below(nodes.length, random)))),
  ({ nodes }, random) => nodes.reverse().splice(below(nodes.length, random), below(2, random)),
  (graph, random) => {
    const node = pick(graph.nodes, random);
    if (node !== undefined) node.op = pick(ops, random)!;
  },
  rewire,
  rewire,
  (graph, random) => side(pick([...graph.inputs, ...graph.outputs], random), random),
  (graph, random) => side(pick(graph.inputs, random), random),
  (graph, random) => {
    const tensor = pick(graph.initializers, random);
    if (tensor !== undefined)
      tensor.dims.splice(below(3, random), below(2, random), extreme(random));
  },
  (graph, random) => {
    const attributes = graph.nodes.flatMap((node) => Object.values(node.attributes));
    const attribute = pick(attributes, random);
    if (attribute !== undefined) change(attribute, random);
  },
  (graph, random) =>
    graph.outputs.push(
      ...structuredClone(graph.outputs),
      ...graph.inputs.slice(random() < 0.5 ? 1 : 0),
    ),
  (graph, random) => {
    graph.opset = pick([0, 8, 9, 13, 21, 22, 1000], random)!;
  },
  (graph, random) => {
    const value = pick([...graph.inputs, ...graph.outputs, ...graph.initializers], random);
    if (value !== undefined) value.name = pick(['', 'image', 'out', 'x'.repeat(70_000)], random)!;
  },
];

const extreme = (random: Random) => pick(extremes, random)!;

/** A value read where another was, also one that comes later: rings. */
function rewire({ nodes, outputs, initializers }: Graph, random: Random): void {
  const names = [
    ...nodes.flatMap((node) => node.outputs),
    ...initializers.map(({ name }) => name),
    ...outputs.map(({ name }) => name),
    ...['', 'nowhere'],
  ];
  const node = pick(nodes, random);
  const list = random() < 0.7 ? node?.inputs : node?.outputs;
  list?.splice(below(list.length, random), below(2, random), pick(names, random)!);
}

function side(value: Value | undefined, random: Random): void {
  value?.shape.splice(below(5, random), below(2, random), random() < 0.3 ? 'n' : extreme(random));
}

function change(attribute: Attribute, random: Random): void {
  if (attribute.kind === 'int') attribute.value = extreme(random);
  else if (attribute.kind === 'ints')
    attribute.values = Array(below(100, random)).fill(extreme(random));
  else if (attribute.kind === 'tensor') attribute.value.dims = [extreme(random)];
}
