import { Problem } from '@maskwatch/platform/problem';
import type { Tensor } from './graph.ts';
import { ELEMENT_TYPE, ELEMENTS, TENSOR } from './onnx-fields.ts';
import type { Message } from './onnx-message.ts';
import { copyOf, readPackedFloats, readPackedInt64s } from './protobuf-reader.ts';

/** Sides of one tensor; ONNX Runtime itself takes far fewer. */
const mostSides = 32;

/**
 * The values of a TensorProto, raw or as numbers, inside the file. Problem onnx-unknown: in another
 * file, strings and float8, more or fewer values than the shape asks.
 */
export function readTensor(message: Message): Tensor {
  const name = message.string(TENSOR.name);
  const dims = message.ints(TENSOR.dims);
  const type = message.int(TENSOR.type);
  if (message.int(TENSOR.location) !== 0) {
    throw refused(`the values of ${short(name)} are in another file`);
  }
  if (dims.length > mostSides) throw refused(`${short(name)} has ${dims.length} sides`);
  const element = ELEMENTS[type];
  if (element === undefined) {
    throw refused(`the values of ${short(name)} are of element type ${type}`);
  }
  const raw = message.bytes(TENSOR.raw).at(-1);
  if (type === ELEMENT_TYPE.float) {
    const data = raw ? readPackedFloats(raw) : message.floats(TENSOR.floats);
    return complete({ name, dims, type: 'float', data }, data.length);
  }
  if (type === ELEMENT_TYPE.int64) {
    const data = raw ? readPackedInt64s(raw) : message.bigInts(TENSOR.int64s);
    return complete({ name, dims, type: 'int64', data }, data.length);
  }
  const data = raw ? new Uint8Array(copyOf(raw)) : bytesOf(message, element);
  return complete({ name, dims, type: 'raw', element: type, data }, data.length / element.bytes);
}

/** The bytes that raw data would hold, of values that are written as numbers. */
function bytesOf(
  message: Message,
  { bytes, field }: { bytes: number; field?: number },
): Uint8Array {
  if (field === undefined) return new Uint8Array();
  if (field === TENSOR.doubles) {
    return new Uint8Array(Buffer.concat(message.bytes(field)));
  }
  const values = message.bigInts(field);
  const out = new DataView(new ArrayBuffer(values.length * bytes));
  for (const [n, value] of values.entries()) {
    if (bytes === 8) out.setBigInt64(n * 8, value, true);
    else if (bytes === 4) out.setUint32(n * 4, Number(BigInt.asUintN(32, value)), true);
    else if (bytes === 2) out.setUint16(n * 2, Number(BigInt.asUintN(16, value)), true);
    else out.setUint8(n, Number(BigInt.asUintN(8, value)));
  }
  return new Uint8Array(out.buffer);
}

function complete(tensor: Tensor, count: number): Tensor {
  const wanted = tensor.dims.reduce((product, side) => product * side, 1);
  if (wanted !== count) {
    throw refused(`${short(tensor.name)} has ${count} values where its shape asks ${wanted}`);
  }
  return tensor;
}

/** A name of a file that may be hostile, as it is told. */
export function short(name: string): string {
  return name.length > 80 ? `${name.slice(0, 80)}...` : name;
}

export function refused(why: string): Problem {
  return new Problem('onnx-unknown', `This ONNX file cannot be used here: ${why}.`, {
    action: 'Export the network again: opset 9 to 21, weights inside, float32, no branches.',
    status: 422,
  });
}
