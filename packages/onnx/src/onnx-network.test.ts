import assert from 'node:assert/strict';
import { test } from 'node:test';
import { InferenceSession, Tensor } from 'onnxruntime-node';
import { floatTensor, type Graph, int, int64Tensor, ints, type Node } from './graph.ts';
import { onnxClassifier, withLogarithm } from './onnx-classifier.ts';
import { foreignName, foreignNetwork, recognise } from './onnx-network.ts';
import { writeOnnx } from './onnx-writer.ts';

const node = (op: string, inputs: string[], output: string, attributes = {}): Node => {
  return { op, name: output, inputs, outputs: [output], attributes };
};

/** Means of the three channels, brought to `shape` with the steps behind; opset 11. */
function network({
  steps = [],
  outputs,
  input = ['n', 3, 2, 2],
}: {
  steps?: Node[];
  outputs: string[];
  input?: (number | string)[];
}): Graph {
  const axes = { axes: ints(input[1] === 3 ? [2, 3] : [1, 2]), keepdims: int(0) };
  return {
    name: 'small',
    nodes: [node('ReduceMean', ['colour'], 'means', axes), ...steps],
    initializers: [],
    inputs: [{ name: 'colour', type: 'float', shape: input }],
    outputs: outputs.map((name) => ({ name, type: 'float', shape: [] })),
    opset: 11,
  };
}

async function run(graph: Graph, channels: readonly number[]): Promise<number[]> {
  const session = await InferenceSession.create(writeOnnx(graph), { intraOpNumThreads: 1 });
  const planes = Float32Array.from(channels.flatMap((value) => Array(4).fill(value)));
  const results = await session.run({ picture: new Tensor('float32', planes, [1, 3, 2, 2]) });
  await session.release();
  return [...(results[graph.outputs[0]!.name]!.data as Float32Array)];
}

const size = { width: 2, height: 2 };
const shapesOf = (...shapes: [string, number[]][]) =>
  new Map(shapes.map(([name, shape]) => [foreignName(name), shape]));

test('a softmax at the end is taken off, also behind steps that change nothing', async () => {
  const steps = [
    node('Softmax', ['means'], 'soft', { axis: int(1) }),
    node('Identity', ['soft'], 'y'),
  ];
  const { graph } = foreignNetwork(network({ steps, outputs: ['y'] }));

  const found = recognise(graph, shapesOf(['y', [1, 3]]), size);

  assert.ok(found.kind === 'classifier' && found.last === 'softmax');
  assert.deepEqual(await run(found.graph, [3, -2, 1]), [3, -2, 1]);
});

test('probabilities of an unknown last step become logits by their logarithm', async () => {
  const { graph } = foreignNetwork(network({ outputs: ['means'] }));
  const found = recognise(graph, shapesOf(['means', [1, 3]]), size);

  assert.ok(found.kind === 'classifier' && found.last === 'none');
  const [first, second, none] = await run(withLogarithm(found.graph), [0.25, 0.75, 0]);
  assert.ok(Math.abs(first! - Math.log(0.25)) < 1e-6 && Math.abs(second! - Math.log(0.75)) < 1e-6);
  assert.ok(Number.isFinite(none));
});

test('one sigmoid is the second of two classes', async () => {
  const steps = [
    node('ReduceMean', ['means'], 'mean', { axes: ints([1]), keepdims: int(1) }),
    node('Sigmoid', ['mean'], 'y'),
  ];
  const { graph } = foreignNetwork(network({ steps, outputs: ['y'] }));

  const found = recognise(graph, shapesOf(['y', [1, 1]]), size);

  assert.equal(found.classes, 2);
  assert.deepEqual(await run(found.graph, [1, 2, 3]), [0, 2]);
});

test('sigmoids of several classes are divided by their sum', async () => {
  const steps = [node('Sigmoid', ['means'], 'y')];
  const { graph } = foreignNetwork(network({ steps, outputs: ['y'] }));

  const logits = await run(onnxClassifier(graph, [1, 3]).graph, [0, 0, -1e9]);

  assert.ok(Math.abs(logits[0]! - Math.log(0.5)) < 1e-6);
  assert.equal(logits[0], logits[1]);
});

test('a file with channels last gets the picture turned', async () => {
  const { graph, width } = foreignNetwork(network({ outputs: ['means'], input: ['n', 2, 2, 3] }));

  const found = recognise(graph, shapesOf(['means', [1, 3]]), size);

  assert.equal(width, 2);
  assert.deepEqual(await run(found.graph, [1, 2, 3]), [1, 2, 3]);
});

test("YOLOv8's head is known either way round, YOLOv5's is refused by name", async () => {
  // 32x32 pixels have 16 + 4 + 1 cells.
  const whole = { width: 32, height: 32 };
  const { graph } = foreignNetwork(network({ outputs: ['means'], input: [1, 3, 32, 32] }));

  for (const shape of [
    [1, 6, 21],
    [1, 21, 6],
  ]) {
    const found = recognise(graph, shapesOf(['means', shape]), whole);
    assert.equal(found.kind, 'yolov8');
    assert.equal(found.classes, 2);
    assert.equal(found.graph.nodes.at(-1)?.op, shape[1] === 6 ? 'Identity' : 'Transpose');
  }
  assert.throws(() => recognise(graph, shapesOf(['means', [1, 63, 7]]), whole), /those of YOLOv5/);
  assert.throws(
    () => recognise(graph, shapesOf(['means', [1, 300, 6]]), whole),
    /past suppression/,
  );
});

test("YuNet's outputs are kept without its landmarks; what they needed goes, too", () => {
  const names = ['cls', 'obj', 'bbox', 'kps'].flatMap((what) =>
    [8, 16, 32].map((s) => `${what}_${s}`),
  );
  const values = { cls: 1, obj: 1, bbox: 4, kps: 10 };
  const steps = names.map((name) => node('Relu', ['means'], name));
  const shapes = names.map((name): [string, number[]] => {
    const [what, stride] = name.split('_') as [keyof typeof values, string];
    return [name, [1, (32 / Number(stride)) ** 2, values[what]]];
  });
  const { graph } = foreignNetwork(network({ steps, outputs: names, input: [1, 3, 32, 32] }));

  const found = recognise(graph, shapesOf(...shapes), { width: 32, height: 32 });

  assert.equal(found.kind, 'yunet');
  assert.deepEqual(
    found.graph.outputs.map(({ name }) => name),
    names.slice(0, 9),
  );
  assert.ok(!found.graph.nodes.some(({ name }) => name.includes('kps')));
});

test('any other network is refused by its outputs', () => {
  const { graph } = foreignNetwork(network({ outputs: ['means', 'colour'] }));
  const shapes = shapesOf(['means', [1, 90, 4]], ['colour', [1, 90, 2]]);

  assert.throws(
    () => recognise(graph, shapes, size),
    /The outputs means \[1, 90, 4\], colour \[1, 90, 2\] fit no layout .*those of an SSD, such as UltraFace/,
  );
});

const INPUTS: [why: string, shape: (number | string)[], message: RegExp][] = [
  ['a grey picture', [1, 1, 8, 8], /colour \[1, 1, 8, 8\] has no side of three channels/],
  ['several pictures at once', [8, 3, 8, 8], /takes 8 pictures at once/],
  ['a row of numbers', [1, 30], /has 2 sides, not four/],
  ['a side that fills the memory', [1, 3, 2 ** 40, 8], /sides above 4096/],
];
for (const [why, shape, message] of INPUTS) {
  test(`a network that takes ${why} is refused`, () => {
    assert.throws(() => foreignNetwork(network({ outputs: ['means'], input: shape })), message);
  });
}

test('names of the file never meet those that are put before it', async () => {
  // Its input is called `colour`, as one of ours.
  const { graph } = foreignNetwork({
    ...network({ steps: [node('Add', ['means', 'offset'], 'y')], outputs: ['y'] }),
    initializers: [floatTensor('offset', [1], Float32Array.of(1)), int64Tensor('unused', [1])],
  });
  const found = recognise(graph, shapesOf(['y', [1, 3]]), size);

  assert.deepEqual(await run(found.graph, [1, 2, 3]), [2, 3, 4]);
  assert.deepEqual(
    found.graph.initializers.map(({ name }) => name),
    ['network/offset'],
  );
});
