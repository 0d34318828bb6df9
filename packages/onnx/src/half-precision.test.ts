import assert from 'node:assert/strict';
import { test } from 'node:test';
import { float, floatTensor, type Graph, int, int64Tensor, type Node } from './graph.ts';
import { halfPrecision } from './half-precision.ts';
import { readOnnx } from './onnx-reader.ts';
import { writeOnnx } from './onnx-writer.ts';

const node = (op: string, inputs: string[], output: string, attributes = {}): Node => {
  return { op, name: output, inputs, outputs: [output], attributes };
};

function graphOf(nodes: Node[], { output = 'out', weights = [1, 2, 3] } = {}): Graph {
  return {
    name: 'test',
    nodes,
    initializers: [
      floatTensor('w', [weights.length], Float32Array.from(weights)),
      floatTensor('scales', [4], Float32Array.of(1, 1, 2, 2)),
      int64Tensor('shape', [1, -1]),
    ],
    inputs: [
      { name: 'planes', type: 'uint8', shape: ['n', 3] },
      { name: 'colour', type: 'float', shape: [3] },
    ],
    outputs: [{ name: output, type: 'float', shape: ['n', 3] }],
  };
}

/** One line a node, as "Op(inputs)->outputs". */
const shown = ({ nodes }: Graph) =>
  nodes.map(({ op, inputs, outputs }) => `${op}(${inputs.join()})->${outputs.join()}`);

test('the picture is made in float32, the layers compute in float16, and float32 goes out', () => {
  const graph = halfPrecision(
    graphOf([
      node('Cast', ['planes'], 'bytes', { to: int(1) }),
      node('Mul', ['bytes', 'colour'], 'picture'),
      node('Mul', ['picture', 'w'], 'a'),
      node('Add', ['picture', 'a'], 'out'),
    ]),
  );
  assert.deepEqual(shown(graph), [
    'Cast(planes)->bytes',
    'Mul(bytes,colour)->picture',
    'Cast(picture)->picture/half',
    'Mul(picture/half,w/half)->a',
    'Add(picture/half,a)->out/half',
    'Cast(out/half)->out',
  ]);
  assert.deepEqual(graph.inputs, graphOf([]).inputs);
  const [weight] = graph.initializers;
  assert.deepEqual(weight, {
    ...{ name: 'w/half', dims: [3], type: 'raw', element: 10 },
    data: new Uint8Array(Uint16Array.of(0x3c00, 0x4000, 0x4200).buffer),
  });
  assert.equal(new Set(graph.nodes.map(({ name }) => name)).size, graph.nodes.length);
  assert.deepEqual(shown(readOnnx(writeOnnx(graph))), shown(graph));
});

test('what must stay float32 or is no float is left as it is', () => {
  const graph = halfPrecision(
    graphOf([
      node('Cast', ['planes'], 'picture', { to: int(1) }),
      node('Resize', ['picture', '', 'scales'], 'larger'),
      node('Shape', ['larger'], 'sides'),
      node('Reshape', ['larger', 'shape'], 'row'),
      node('Gather', ['row', 'sides'], 'out'),
    ]),
  );
  assert.deepEqual(shown(graph), [
    'Cast(planes)->picture',
    'Cast(picture)->picture/half',
    'Resize(picture/half,,scales)->larger',
    'Shape(larger)->sides',
    'Reshape(larger,shape)->row',
    'Gather(row,sides)->out/half',
    'Cast(out/half)->out',
  ]);
  assert.deepEqual(
    graph.initializers.map(({ name, type }) => `${name} ${type}`),
    ['scales float', 'shape int64'],
  );
});

test('constants in nodes are weights, and a cast back to float32 becomes one to float16', () => {
  const graph = halfPrecision(
    graphOf([
      node('Cast', ['planes'], 'picture', { to: int(1) }),
      node('Constant', [], 'six', { value_float: float(6) }),
      node('Min', ['picture', 'six'], 'a'),
      node('Cast', ['a'], 'whole', { to: int(7) }),
      node('Cast', ['whole'], 'b', { to: int(1) }),
      node('Mul', ['b', 'a'], 'out'),
    ]),
  );
  assert.deepEqual(shown(graph), [
    'Cast(planes)->picture',
    'Cast(picture)->picture/half',
    'Min(picture/half,six/half)->a',
    'Cast(a)->whole',
    'Cast(whole)->b',
    'Mul(b,a)->out/half',
    'Cast(out/half)->out',
  ]);
  assert.deepEqual(graph.nodes[4]!.attributes.to, int(10));
  assert.deepEqual(graph.nodes[3]!.attributes.to, int(7));
});

test('an operator that knows float32 only gets it, and gives it', () => {
  const graph = halfPrecision(
    graphOf([
      node('Cast', ['planes'], 'picture', { to: int(1) }),
      node('Relu', ['picture'], 'scaled'),
      node('Mul', ['scaled', 'w'], 'a'),
      node('QuantizeLinear', ['a', 'w'], 'q'),
      node('DequantizeLinear', ['q', 'w'], 'd'),
      node('Add', ['d', 'a'], 'out'),
    ]),
  );
  assert.deepEqual(shown(graph).slice(3), [
    'Mul(scaled/half,w/half)->a',
    'Cast(a)->a/float',
    'QuantizeLinear(a/float,w)->q',
    'DequantizeLinear(q,w)->d',
    'Cast(d)->d/half',
    'Add(d/half,a)->out/half',
    'Cast(out/half)->out',
  ]);
});

test('a weight beyond float16 is refused by name; infinity is none', () => {
  const nodes = [node('Cast', ['planes'], 'p', { to: int(1) }), node('Min', ['p', 'w'], 'out')];
  assert.throws(() => halfPrecision(graphOf(nodes, { weights: [1, -70_000] })), {
    code: 'onnx-half',
    message: 'w holds -70000: float16 ends at 65,504.',
  });
  halfPrecision(graphOf(nodes, { weights: [Number.POSITIVE_INFINITY, 65_504] }));
});
