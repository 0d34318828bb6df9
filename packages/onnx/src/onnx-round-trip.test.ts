import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import type { Attribute, Graph, Node, Tensor, Value } from './graph.ts';
import { readOnnx } from './onnx-reader.ts';
import { writeOnnx } from './onnx-writer.ts';
import { readFields, readPackedInts } from './protobuf-reader.ts';
import { ProtobufWriter } from './protobuf-writer.ts';

/** Plain objects, as readers make them: fast-check's own default is half of them without prototype. */
function record<T>(fields: { [K in keyof T]: fc.Arbitrary<T[K]> }): fc.Arbitrary<T> {
  return fc.record(fields, { noNullPrototype: true }) as fc.Arbitrary<T>;
}

const whole = fc.integer({ min: -(2 ** 40), max: 2 ** 40 });
const single = fc.float({ noNaN: true }).map(Math.fround);
const name = fc.string({ minLength: 1, maxLength: 12, unit: 'grapheme' });

const tensor: fc.Arbitrary<Tensor> = fc.oneof(
  record({ name, values: fc.array(single, { maxLength: 9 }) }).map(({ name, values }) => {
    return { name, dims: [values.length], type: 'float' as const, data: Float32Array.from(values) };
  }),
  record({ name, values: fc.array(whole, { maxLength: 9 }) }).map(({ name, values }) => {
    const data = BigInt64Array.from(values, BigInt);
    return { name, dims: [1, values.length], type: 'int64' as const, data };
  }),
  record({ name, values: fc.array(fc.nat(65_535), { maxLength: 9 }) }).map(({ name, values }) => {
    const data = new Uint8Array(Uint16Array.from(values).buffer);
    return { name, dims: [values.length], type: 'raw' as const, element: 10, data };
  }),
);

const attribute: fc.Arbitrary<Attribute> = fc.oneof(
  record({ kind: fc.constant('int' as const), value: whole }),
  record({ kind: fc.constant('ints' as const), values: fc.array(whole) }),
  record({ kind: fc.constant('float' as const), value: single }),
  record({ kind: fc.constant('floats' as const), values: fc.array(single) }),
  record({ kind: fc.constant('string' as const), value: fc.string() }),
  record({ kind: fc.constant('strings' as const), values: fc.array(fc.string()) }),
  record({ kind: fc.constant('tensor' as const), value: tensor }),
);

const node: fc.Arbitrary<Node> = record({
  op: name,
  name,
  inputs: fc.array(fc.string(), { maxLength: 4 }),
  outputs: fc.array(name, { maxLength: 3 }),
  attributes: fc.dictionary(name, attribute, { maxKeys: 4, noNullPrototype: true }),
});

const value: fc.Arbitrary<Value> = record({
  name,
  type: fc.constantFrom('float' as const, 'uint8' as const, 'int64' as const),
  shape: fc.array(fc.oneof(name, fc.nat()), { maxLength: 5 }),
});

const graph: fc.Arbitrary<Graph> = record({
  name,
  nodes: fc.array(node, { maxLength: 5 }),
  initializers: fc.array(tensor, { maxLength: 4 }),
  inputs: fc.array(value, { maxLength: 3 }),
  outputs: fc.array(value, { maxLength: 3 }),
  opset: fc.integer({ min: 9, max: 21 }),
}).filter(({ initializers, inputs }) => {
  return !inputs.some((input) => initializers.some(({ name }) => name === input.name));
});

test('a graph that is written and read again is the same', () => {
  fc.assert(
    fc.property(graph, (original) => {
      assert.deepEqual(readOnnx(writeOnnx(original)), original);
    }),
    { numRuns: 200 },
  );
});

test('a file that is cut anywhere is refused or has lost its end, and never crashes', () => {
  fc.assert(
    fc.property(graph, fc.double({ min: 0, max: 1, noNaN: true }), (original, part) => {
      const bytes = writeOnnx(original);
      try {
        readOnnx(bytes.subarray(0, Math.floor(bytes.length * part)));
      } catch (thrown) {
        assert.match(String((thrown as { code?: string }).code), /^onnx-(damaged|unknown)$/);
      }
    }),
    { numRuns: 300 },
  );
});

test('whole numbers of 64 bits keep their value and sign', () => {
  fc.assert(
    fc.property(fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }), (number) => {
      const [field] = readFields(new ProtobufWriter().int(3, number).finish());
      assert.deepEqual(field, { number: 3, kind: 'int', value: number });
    }),
  );
});

test('packed numbers, as other writers use them, are read', () => {
  assert.deepEqual([...readPackedInts(Uint8Array.of(3, 0x80, 0x01))], [3n, 128n]);
});

/** A file of opset 13 whose graph has these fields. */
function fileOf(graph: ProtobufWriter): Uint8Array {
  const opset = new ProtobufWriter().string(1, '').int(2, 13);
  return new ProtobufWriter().message(8, opset).message(7, graph).finish();
}

const nodeOf = (attribute: ProtobufWriter) =>
  new ProtobufWriter().string(3, 'here').string(4, 'If').message(5, attribute);

test('values that are written as numbers are read like raw ones', () => {
  const half = new ProtobufWriter().int(1, 2).int(2, 10).string(8, 'half').int(5, 0x3c00).int(5, 1);
  const wide = new ProtobufWriter()
    .int(1, 1)
    .int(2, 7)
    .string(8, 'wide')
    .int(7, 2n ** 63n - 1n);

  const { initializers } = readOnnx(fileOf(new ProtobufWriter().message(5, half).message(5, wide)));

  assert.deepEqual([...initializers[0]!.data], [0x00, 0x3c, 1, 0]);
  assert.deepEqual([...initializers[1]!.data], [2n ** 63n - 1n]);
});

test('weights that old files list among the inputs are none', () => {
  const weight = new ProtobufWriter().int(1, 1).int(2, 1).string(8, 'w').bytes(9, Buffer.alloc(4));
  const input = new ProtobufWriter().string(1, 'w');

  assert.deepEqual(
    readOnnx(fileOf(new ProtobufWriter().message(5, weight).message(11, input))).inputs,
    [],
  );
});

const REFUSED: { why: string; graph: ProtobufWriter; message: RegExp }[] = [
  {
    why: 'a branch',
    graph: new ProtobufWriter().message(1, nodeOf(new ProtobufWriter().int(20, 5))),
    message: /node here \(If\) has a network inside it/,
  },
  {
    why: 'an operator of its own domain',
    graph: new ProtobufWriter().message(
      1,
      new ProtobufWriter().string(3, 'x').string(4, 'Fused').string(7, 'com.example'),
    ),
    message: /node x \(Fused\) is of the operator domain com\.example/,
  },
  {
    why: 'values in another file',
    graph: new ProtobufWriter().message(
      5,
      new ProtobufWriter().string(8, 'w').int(2, 1).int(14, 1),
    ),
    message: /the values of w are in another file/,
  },
  {
    why: 'fewer values than the shape asks',
    graph: new ProtobufWriter().message(
      5,
      new ProtobufWriter()
        .int(1, 2 ** 40)
        .int(2, 1)
        .string(8, 'w')
        .bytes(9, Buffer.alloc(4)),
    ),
    message: /w has 1 values where its shape asks 1099511627776/,
  },
  {
    why: 'sparse values',
    graph: new ProtobufWriter().message(15, new ProtobufWriter()),
    message: /it has sparse values/,
  },
];
for (const { why, graph, message } of REFUSED) {
  test(`refuses ${why} by name`, () => {
    assert.throws(() => readOnnx(fileOf(graph)), message);
  });
}

test('a file of countless empty fields is refused before it fills the memory', () => {
  assert.throws(() => readOnnx(new Uint8Array(5_000_000).fill(8)), /more than 2000000 fields/);
});

test('what is no ONNX file, or of another opset, is refused with a sentence', () => {
  const otherOpset = new ProtobufWriter()
    .message(8, new ProtobufWriter().string(1, '').int(2, 22))
    .finish();

  assert.throws(() => readOnnx(Buffer.from('<!doctype html>')), { code: 'onnx-damaged' });
  assert.throws(() => readOnnx(otherOpset), /it is written for opset 22; 9 to 21 are read/);
  assert.throws(() => readOnnx(new Uint8Array()), /it has no graph/);
});
