import {
  type Field,
  FieldBudget,
  readFields,
  readPackedFloats,
  readPackedInts,
  readString,
} from './protobuf-reader.ts';

/** A message by field numbers; absent numbers are 0 and absent strings empty, as in protobuf. */
export class Message {
  readonly #fields: Field[];
  readonly #budget: FieldBudget;

  constructor(bytes: Uint8Array, budget = new FieldBudget()) {
    this.#fields = readFields(bytes, budget);
    this.#budget = budget;
  }

  bytes(number: number): Uint8Array[] {
    return this.#fields.flatMap((f) => (f.number === number && f.kind === 'bytes' ? f.value : []));
  }

  messages(number: number): Message[] {
    return this.bytes(number).map((bytes) => new Message(bytes, this.#budget));
  }

  strings(number: number): string[] {
    return this.bytes(number).map(readString);
  }

  string(number: number): string {
    const last = this.bytes(number).at(-1);
    return last === undefined ? '' : readString(last);
  }

  /** Packed or one by one; 64 bits, exact. */
  bigInts(number: number): BigInt64Array {
    const parts = this.#fields
      .filter((f) => f.number === number)
      .map((f) => (f.kind === 'bytes' ? readPackedInts(f.value) : asInt(f.value)));
    if (parts.length === 1 && typeof parts[0] !== 'bigint') return parts[0]!;
    const length = parts.reduce(
      (sum, part) => sum + (typeof part === 'bigint' ? 1 : part.length),
      0,
    );
    const whole = new BigInt64Array(length);
    let at = 0;
    for (const part of parts) {
      if (typeof part === 'bigint') whole[at] = part;
      else whole.set(part, at);
      at += typeof part === 'bigint' ? 1 : part.length;
    }
    return whole;
  }

  ints(number: number): number[] {
    return Array.from(this.bigInts(number), Number);
  }

  int(number: number): number {
    return Number(this.bigInts(number).at(-1) ?? 0n);
  }

  floats(number: number): Float32Array {
    const parts = this.#fields
      .filter((f) => f.number === number)
      .map((f) =>
        f.kind === 'bytes' ? readPackedFloats(f.value) : Float32Array.of(Number(f.value)),
      );
    if (parts.length === 1) return parts[0]!;
    const whole = new Float32Array(parts.reduce((sum, part) => sum + part.length, 0));
    let at = 0;
    for (const part of parts) {
      whole.set(part, at);
      at += part.length;
    }
    return whole;
  }
}

/** A float in the place of a whole number is damage; its whole part keeps the reader going. */
function asInt(value: bigint | number): bigint {
  return typeof value === 'bigint' ? value : BigInt(Number.isFinite(value) ? Math.trunc(value) : 0);
}
