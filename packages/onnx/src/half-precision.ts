import { Problem } from '@maskwatch/platform/problem';
import { type Graph, int, type Node, type Tensor } from './graph.ts';
import { ELEMENT_TYPE, FLOAT16 } from './onnx-fields.ts';
import { short } from './onnx-tensor.ts';

/** Inputs that stay float32 whatever the others are, by operator and place. */
const floatInputs: Readonly<Record<string, readonly number[]>> = { Resize: [1, 2], Upsample: [1] };
/** Operators that know float32 only. */
const floatOps = new Set([
  'NonMaxSuppression',
  'QuantizeLinear',
  'DequantizeLinear',
  'DynamicQuantizeLinear',
  'MelWeightMatrix',
]);
/** What comes out of them is no float, whatever goes in. */
const otherOps = new Set(
  'Shape Size ArgMax ArgMin NonZero Equal Less Greater LessOrEqual GreaterOrEqual And Or Not Xor IsNaN IsInf NonMaxSuppression QuantizeLinear DynamicQuantizeLinear'.split(
    ' ',
  ),
);
const largest = 65504;

type Precision = 'half' | 'float';

/**
 * The same network in float16: weights take half the room, and a GPU that knows it computes faster.
 * Inputs and outputs stay float32. The picture is made of its bytes in float32, as before, and only
 * then narrowed: one step of colour is less than float16 can tell. Problem onnx-half where a weight
 * is beyond float16, which ends at 65,504.
 */
export function halfPrecision(graph: Graph): Graph {
  return new Halving(graph).graph();
}

class Halving {
  readonly #graph: Graph;
  readonly #weights: Map<string, Tensor>;
  /** Of each value that is a float: under which names it stands in which precision. */
  readonly #floats = new Map<string, Partial<Record<Precision, string>>>();
  /** Made of inputs alone. */
  readonly #ofInputs: Set<string>;
  readonly #outputs: Set<string>;
  readonly #nodes: Node[] = [];
  readonly #initializers = new Set<Tensor>();

  constructor(graph: Graph) {
    this.#graph = graph;
    this.#outputs = new Set(graph.outputs.map(({ name }) => name));
    this.#ofInputs = new Set(graph.inputs.map(({ name }) => name));
    this.#weights = new Map(graph.initializers.map((tensor) => [tensor.name, tensor]));
    for (const { name, type } of graph.inputs) {
      if (type === 'float') this.#floats.set(name, { float: name });
    }
  }

  graph(): Graph {
    for (const node of this.#graph.nodes) this.#take(node);
    for (const { name } of this.#graph.outputs) {
      const { half, float } = this.#floats.get(name) ?? {};
      if (this.#weights.has(name)) this.#in('float', name);
      else if (half !== undefined && float === undefined) {
        this.#cast({ from: half, to: name, type: 'float' });
      }
    }
    return { ...this.#graph, nodes: this.#nodes, initializers: [...this.#initializers] };
  }

  #take(node: Node): void {
    const constant = constantOf(node);
    if (constant !== undefined) {
      this.#weights.set(constant.name, constant);
      return;
    }
    if (node.inputs.length > 0 && node.inputs.every((name) => this.#ofInputs.has(name))) {
      for (const name of node.outputs) this.#ofInputs.add(name);
      this.#add(node, 'float');
    } else {
      this.#add(node, floatOps.has(node.op) ? 'float' : 'half');
    }
  }

  #add(node: Node, precision: Precision): void {
    const kept = floatInputs[node.op] ?? [];
    const inputs = node.inputs.map((name, at) => {
      return this.#in(kept.includes(at) ? 'float' : precision, name);
    });
    const made = this.#madeBy(node, precision);
    const outputs = node.outputs.map((name) => {
      if (made === undefined || name === '') return name;
      // A value that goes out of the network keeps its name for the float32 one.
      const own = made === 'half' && this.#outputs.has(name) ? `${name}/half` : name;
      this.#floats.set(name, { [made]: own });
      return own;
    });
    const attributes = precision === 'half' ? narrowed(node) : node.attributes;
    this.#nodes.push({ ...node, inputs, outputs, attributes });
  }

  /** Of what is no float: undefined. */
  #madeBy({ op, inputs, attributes }: Node, precision: Precision): Precision | undefined {
    if (otherOps.has(op)) return undefined;
    if (op === 'Cast') {
      const to = attributes.to?.kind === 'int' ? attributes.to.value : 0;
      if (to !== ELEMENT_TYPE.float) return to === FLOAT16 ? 'half' : undefined;
      return precision;
    }
    if (op === 'ConstantOfShape') {
      const value = attributes.value?.kind === 'tensor' ? attributes.value.value : undefined;
      return value === undefined || value.type === 'float' ? precision : undefined;
    }
    // Where chooses by its first input between the others.
    return inputs.slice(op === 'Where' ? 1 : 0).some((name) => this.#isFloat(name))
      ? precision
      : undefined;
  }

  #isFloat(name: string): boolean {
    return this.#floats.has(name) || this.#weights.get(name)?.type === 'float';
  }

  /** The name of a value in that precision, which is made where it is not there yet. */
  #in(precision: Precision, name: string): string {
    const weight = this.#weights.get(name);
    if (weight !== undefined && !this.#floats.has(name)) {
      if (weight.type !== 'float') {
        this.#initializers.add(weight);
        return name;
      }
      this.#floats.set(name, {});
    }
    const names = this.#floats.get(name);
    if (names === undefined) return name;
    const own = names[precision];
    if (own !== undefined) return own;
    if (weight?.type === 'float') {
      names[precision] = precision === 'float' ? name : `${name}/half`;
      this.#initializers.add(precision === 'float' ? weight : halved(weight));
    } else {
      names[precision] = `${name}/${precision}`;
      const from = names[precision === 'half' ? 'float' : 'half']!;
      this.#cast({ from, to: `${name}/${precision}`, type: precision });
    }
    return names[precision];
  }

  #cast({ from, to, type }: { from: string; to: string; type: Precision }): void {
    const attributes = { to: int(type === 'half' ? FLOAT16 : ELEMENT_TYPE.float) };
    this.#nodes.push({ op: 'Cast', name: `${to}/cast`, inputs: [from], outputs: [to], attributes });
  }
}

/** A Constant of floats as the weight that it is. */
function constantOf({ op, outputs, attributes }: Node): Tensor | undefined {
  const name = outputs[0];
  if (op !== 'Constant' || name === undefined) return undefined;
  const { value, value_float: one, value_floats: row } = attributes;
  if (value?.kind === 'tensor') return { ...value.value, name };
  if (one?.kind === 'float') {
    return { name, dims: [], type: 'float', data: Float32Array.of(one.value) };
  }
  if (row?.kind !== 'floats') return undefined;
  return { name, dims: [row.values.length], type: 'float', data: Float32Array.from(row.values) };
}

/** Attributes that say float32: what a Cast casts to, and what a ConstantOfShape holds. */
function narrowed({ op, attributes }: Node): Node['attributes'] {
  const { to, value } = attributes;
  if (op === 'Cast' && to?.kind === 'int' && to.value === ELEMENT_TYPE.float) {
    return { ...attributes, to: int(FLOAT16) };
  }
  if (op !== 'ConstantOfShape') return attributes;
  const filled: Tensor =
    value?.kind === 'tensor'
      ? value.value
      : { name: '', dims: [1], type: 'float', data: new Float32Array(1) };
  if (filled.type !== 'float') return attributes;
  return { ...attributes, value: { kind: 'tensor', value: { ...halved(filled), name: '' } } };
}

function halved({ name, dims, data }: Extract<Tensor, { type: 'float' }>): Tensor {
  const beyond = data.find((value) => Number.isFinite(value) && Math.abs(value) > largest);
  if (beyond !== undefined) {
    throw new Problem(
      'onnx-half',
      `${short(name)} holds ${beyond}: float16 ends at ${largest.toLocaleString('en')}.`,
      { action: 'Use the network in float32.', status: 422 },
    );
  }
  const bytes = new Uint8Array(Float16Array.from(data).buffer);
  return { name: `${name}/half`, dims, type: 'raw', element: FLOAT16, data: bytes };
}
