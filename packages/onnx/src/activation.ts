import { type Attribute, float, floatTensor, type Node } from './graph.ts';

type Step = { op: string; inputs: string[]; attributes?: Record<string, Attribute> };

const constant = (value: number): Step => ({
  op: 'Constant',
  inputs: [],
  attributes: {
    value: { kind: 'tensor', value: floatTensor('', [], Float32Array.of(value)) },
  },
});

/** The operators of each of darknet's activations; x is the layer's value, 1, 2 the steps before. */
const STEPS: Readonly<Record<string, Step[]>> = {
  linear: [],
  relu: [{ op: 'Relu', inputs: ['x'] }],
  leaky: [{ op: 'LeakyRelu', inputs: ['x'], attributes: { alpha: float(0.1) } }],
  relu6: [constant(0), constant(6), { op: 'Clip', inputs: ['x', '1', '2'] }],
  elu: [{ op: 'Elu', inputs: ['x'] }],
  tanh: [{ op: 'Tanh', inputs: ['x'] }],
  logistic: [{ op: 'Sigmoid', inputs: ['x'] }],
  swish: [
    { op: 'Sigmoid', inputs: ['x'] },
    { op: 'Mul', inputs: ['x', '1'] },
  ],
  mish: [
    { op: 'Softplus', inputs: ['x'] },
    { op: 'Tanh', inputs: ['1'] },
    { op: 'Mul', inputs: ['x', '2'] },
  ],
};

export const ACTIVATIONS: readonly string[] = Object.keys(STEPS);

/** Nodes that turn the value `input` into `PREFIX/NAME`; none for linear, then `input` is it. */
export function activationNodes(
  activation: string,
  input: string,
  prefix: string,
): { nodes: Node[]; output: string } {
  const steps = STEPS[activation] ?? [];
  const names = steps.map((_, i) =>
    i === steps.length - 1 ? `${prefix}/${activation}` : `${prefix}/${activation}${i + 1}`,
  );
  const nodes = steps.map(({ op, inputs, attributes = {} }, i) => ({
    op,
    name: names[i]!,
    inputs: inputs.map((from) => (from === 'x' ? input : names[Number(from) - 1]!)),
    outputs: [names[i]!],
    attributes,
  }));
  return { nodes, output: names.at(-1) ?? input };
}
