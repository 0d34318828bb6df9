import { Problem } from '@maskwatch/platform/problem';

/** One field of a message: a number, or bytes that are a string, a message or packed numbers. */
export type Field =
  | { number: number; kind: 'int'; value: bigint }
  | { number: number; kind: 'float'; value: number }
  | { number: number; kind: 'bytes'; value: Uint8Array };

const text = new TextDecoder();

/**
 * How many fields one file may have in all its messages: a field of two bytes takes a hundred in
 * memory, and networks of ten thousand nodes have 300,000.
 */
const mostFields = 2_000_000;

/** What is left of that number while one file is read. */
export class FieldBudget {
  #left: number;

  constructor(most = mostFields) {
    this.#left = most;
  }

  /** Problem onnx-damaged behind the last. */
  take(): void {
    this.#left -= 1;
    if (this.#left < 0) throw damaged(`it has more than ${mostFields} fields`);
  }
}

/**
 * The fields of one protobuf message in the order of the file; bytes are views, not copies. A
 * message that ends too early or is none is refused with a Problem.
 */
export function readFields(message: Uint8Array, budget = new FieldBudget()): Field[] {
  const cursor = { bytes: message, at: 0 };
  const fields: Field[] = [];
  while (cursor.at < message.length) {
    budget.take();
    fields.push(readField(cursor));
  }
  return fields;
}

/** The numbers of a packed repeated field of varints: eight times its bytes at most. */
export function readPackedInts(bytes: Uint8Array): BigInt64Array {
  const cursor = { bytes, at: 0 };
  const values = new BigInt64Array(bytes.reduce((count, byte) => count + (byte < 128 ? 1 : 0), 0));
  for (let n = 0; cursor.at < bytes.length; n += 1) {
    values[n] = readVarint(cursor);
  }
  return values;
}

/** The numbers of a packed repeated field of 32-bit floats, or of ONNX's raw tensor data. */
export function readPackedFloats(bytes: Uint8Array): Float32Array {
  if (bytes.length % 4 !== 0) {
    throw damaged(`${bytes.length} bytes are no whole number of 32-bit floats`);
  }
  return new Float32Array(copyOf(bytes));
}

/** The same for 64-bit integers. */
export function readPackedInt64s(bytes: Uint8Array): BigInt64Array {
  if (bytes.length % 8 !== 0) {
    throw damaged(`${bytes.length} bytes are no whole number of 64-bit integers`);
  }
  return new BigInt64Array(copyOf(bytes));
}

/** A buffer of just these bytes, so that wider numbers stand at aligned places. */
export function copyOf(bytes: Uint8Array): ArrayBufferLike {
  return bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength);
}

export function readString(bytes: Uint8Array): string {
  return text.decode(bytes);
}

interface Cursor {
  bytes: Uint8Array;
  at: number;
}

function readField(cursor: Cursor): Field {
  const start = cursor.at;
  const tag = Number(readVarint(cursor));
  const number = Math.floor(tag / 8);
  switch (tag % 8) {
    case 0:
      return { number, kind: 'int', value: readVarint(cursor) };
    case 1:
      return { number, kind: 'bytes', value: take(cursor, 8) };
    case 2:
      return { number, kind: 'bytes', value: take(cursor, Number(readVarint(cursor))) };
    case 5: {
      const bytes = take(cursor, 4);
      const value = new DataView(bytes.buffer, bytes.byteOffset).getFloat32(0, true);
      return { number, kind: 'float', value };
    }
    default:
      throw damaged(`byte ${start} starts no field that ONNX uses`);
  }
}

function readVarint(cursor: Cursor): bigint {
  let value = 0n;
  for (let shift = 0n; shift < 70n; shift += 7n) {
    const byte = take(cursor, 1)[0]!;
    value |= BigInt(byte & 127) << shift;
    if (byte < 128) {
      return BigInt.asIntN(64, value);
    }
  }
  throw damaged(`the number before byte ${cursor.at} has no end`);
}

function take(cursor: Cursor, count: number): Uint8Array {
  const end = cursor.at + count;
  if (count < 0 || end > cursor.bytes.length) {
    throw damaged(`at byte ${cursor.at} of a part of ${cursor.bytes.length} it asks ${count} more`);
  }
  const bytes = cursor.bytes.subarray(cursor.at, end);
  cursor.at = end;
  return bytes;
}

function damaged(what: string): Problem {
  return new Problem('onnx-damaged', `This is no whole ONNX file: ${what}.`, {
    action: 'Copy the file again and compare its size and hash with the source.',
    status: 422,
  });
}
