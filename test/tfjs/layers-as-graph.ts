import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { LayersModel } from '@tensorflow/tfjs-layers';

/** One operator as TensorFlow's converter writes it in JSON: texts are base64, numbers are texts. */
interface Node {
  name: string;
  op: string;
  input?: string[];
  attr: Record<string, unknown>;
}

const float = { type: 'DT_FLOAT' };
const text = (value: string) => ({ s: Buffer.from(value).toString('base64') });
const texts = (values: string[]) => ({ list: { s: values.map((value) => text(value).s) } });
const numbers = (values: number[]) => ({ list: { i: values.map(String) } });
const shapeOf = (sides: readonly (number | null)[]) => ({
  dim: sides.map((side) => ({ size: String(side ?? -1) })),
});

/** Collects operators and the values of constants. */
class GraphWriter {
  readonly nodes: Node[] = [];
  readonly weights: { name: string; shape: number[]; dtype: string }[] = [];
  readonly #bytes: Uint8Array[] = [];

  add(node: Omit<Node, 'attr'>, attributes: Record<string, unknown> = {}): string {
    this.nodes.push({ ...node, attr: { T: float, ...attributes } });
    return node.name;
  }

  constant(name: string, shape: readonly number[], data: Float32Array | Int32Array): string {
    const whole = data instanceof Int32Array;
    const dtype = whole ? 'DT_INT32' : 'DT_FLOAT';
    const value = { tensor: { dtype, tensorShape: shapeOf(shape) } };
    this.nodes.push({ name, op: 'Const', attr: { dtype: { type: dtype }, value } });
    this.weights.push({ name, shape: [...shape], dtype: whole ? 'int32' : 'float32' });
    this.#bytes.push(new Uint8Array(data.buffer, data.byteOffset, data.byteLength));
    return name;
  }

  get bytes(): Buffer {
    return Buffer.concat(this.#bytes);
  }
}

/**
 * Writes the networks of `packages/training/src/head` (convolutions with bias, relu6, shortcuts, a
 * mean, dense layers, a softmax) as a GraphModel with the same weights, in two files of weights,
 * with bias and relu6 joined to their convolutions as the converter does.
 */
export function saveAsGraph(folder: string, network: LayersModel): void {
  const graph = new GraphWriter();
  const values = new Map<string, string>();
  const joined = new Set<string>();
  for (const layer of network.layers) {
    if (joined.has(layer.name)) continue;
    const inputs = [layer.input].flat().map(({ name }) => values.get(name)!);
    const behind = network.layers.filter(({ input }) =>
      [input].flat().some((value) => value === layer.output),
    );
    const relu6 =
      behind.length === 1 && behind[0]!.getClassName() === 'ReLU' ? behind[0] : undefined;
    const made = addLayer(graph, { layer, inputs, relu6: relu6 !== undefined });
    values.set([layer.output].flat()[0]!.name, made);
    if (relu6 === undefined || !layer.getClassName().includes('Conv')) continue;
    joined.add(relu6.name);
    values.set([relu6.output].flat()[0]!.name, made);
  }
  const last = values.get(network.outputs[0]!.name)!;
  graph.add({ name: 'Identity', op: 'Identity', input: [last] });
  write(folder, { graph, shape: network.inputs[0]!.shape });
}

type Layer = LayersModel['layers'][number];

function addLayer(
  graph: GraphWriter,
  { layer, inputs, relu6 }: { layer: Layer; inputs: string[]; relu6: boolean },
): string {
  const { name } = layer;
  const config = layer.getConfig() as Record<string, string & number[]>;
  const weights = layer.getWeights().map((weight, n) => {
    return graph.constant(`${name}/${n}`, weight.shape, weight.dataSync<'float32'>().slice());
  });
  switch (layer.getClassName()) {
    case 'InputLayer':
      graph.nodes.push({ name, op: 'Placeholder', attr: placeholder(layer) });
      return name;
    case 'Conv2D':
    case 'DepthwiseConv2D': {
      const plain = layer.getClassName() === 'Conv2D';
      const op = plain ? '_FusedConv2D' : 'FusedDepthwiseConv2dNative';
      return graph.add(
        { name, op, input: [...inputs, ...weights] },
        {
          strides: numbers([1, ...config.strides!, 1]),
          dilations: numbers([1, 1, 1, 1]),
          padding: text(config.padding!.toUpperCase()),
          data_format: text('NHWC'),
          fused_ops: texts(relu6 ? ['BiasAdd', 'Relu6'] : ['BiasAdd']),
          num_args: { i: '1' },
        },
      );
    }
    case 'ZeroPadding2D': {
      const [rows, columns] = config.padding as unknown as [number[], number[]];
      const sides = Int32Array.of(0, 0, ...rows, ...columns, 0, 0);
      const paddings = graph.constant(`${name}/paddings`, [4, 2], sides);
      const kind = { Tpaddings: { type: 'DT_INT32' } };
      return graph.add({ name, op: 'Pad', input: [...inputs, paddings] }, kind);
    }
    case 'Add':
      return graph.add({ name, op: 'AddV2', input: inputs });
    case 'GlobalAveragePooling2D': {
      const axes = graph.constant(`${name}/axes`, [2], Int32Array.of(1, 2));
      return graph.add(
        { name, op: 'Mean', input: [...inputs, axes] },
        { Tidx: { type: 'DT_INT32' }, keep_dims: { b: false } },
      );
    }
    case 'Dense': {
      const ops = config.activation === 'relu' ? ['BiasAdd', 'Relu'] : ['BiasAdd'];
      return graph.add(
        { name, op: '_FusedMatMul', input: [...inputs, ...weights] },
        {
          ...{ transpose_a: { b: false }, transpose_b: { b: false } },
          ...{ fused_ops: texts(ops), num_args: { i: '1' } },
        },
      );
    }
    case 'Activation':
      return graph.add({ name, op: 'Softmax', input: inputs });
    case 'Dropout':
      return inputs[0]!;
    default:
      throw new Error(`${layer.getClassName()} is not written`);
  }
}

function placeholder(layer: Layer): Node['attr'] {
  const { shape } = [layer.output].flat()[0]!;
  return { dtype: float, shape: { shape: shapeOf(shape) } };
}

function write(
  folder: string,
  { graph, shape }: { graph: GraphWriter; shape: readonly (number | null)[] },
): void {
  const { nodes, weights, bytes } = graph;
  const input = nodes.find(({ op }) => op === 'Placeholder')!.name;
  const tensor = (name: string) => ({ name: `${name}:0`, dtype: 'DT_FLOAT' });
  const json = {
    format: 'graph-model',
    signature: {
      inputs: { pictures: { ...tensor(input), tensorShape: shapeOf(shape) } },
      outputs: { probabilities: tensor('Identity') },
    },
    modelTopology: { node: nodes, library: {}, versions: { producer: 716 } },
    weightsManifest: [{ paths: ['group1-shard1of2.bin', 'group1-shard2of2.bin'], weights }],
  };
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, 'model.json'), JSON.stringify(json));
  const half = Math.floor(bytes.length / 8) * 4;
  writeFileSync(join(folder, 'group1-shard1of2.bin'), bytes.subarray(0, half));
  writeFileSync(join(folder, 'group1-shard2of2.bin'), bytes.subarray(half));
}
