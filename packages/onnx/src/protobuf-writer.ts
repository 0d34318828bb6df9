const text = new TextEncoder();
/** A double cannot hold it: what was read as 2^63 - 1 ("to the end") comes back as 2^63. */
const largest = 2n ** 63n - 1n;

/** Writes the fields of one protobuf message, in the order of the calls. */
export class ProtobufWriter {
  readonly #chunks: Uint8Array[] = [];
  #length = 0;

  /** Negative numbers take ten bytes, as protobuf's int64 does; above 2^63 - 1 that is written. */
  int(field: number, value: number | bigint): this {
    return this.#varint(field * 8).#varint(value);
  }

  float(field: number, value: number): this {
    const bytes = new Uint8Array(4);
    new DataView(bytes.buffer).setFloat32(0, value, true);
    return this.#varint(field * 8 + 5).#push(bytes);
  }

  string(field: number, value: string): this {
    return this.bytes(field, text.encode(value));
  }

  /** Keeps the bytes as they are until `finish`: networks are large, and one copy is enough. */
  bytes(field: number, value: Uint8Array): this {
    return this.#varint(field * 8 + 2)
      .#varint(value.length)
      .#push(value);
  }

  message(field: number, value: ProtobufWriter): this {
    this.#varint(field * 8 + 2).#varint(value.#length);
    for (const chunk of value.#chunks) {
      this.#push(chunk);
    }
    return this;
  }

  finish(): Uint8Array {
    const whole = new Uint8Array(this.#length);
    let at = 0;
    for (const chunk of this.#chunks) {
      whole.set(chunk, at);
      at += chunk.length;
    }
    return whole;
  }

  #varint(value: number | bigint): this {
    const exact = BigInt(value);
    let rest = exact > largest ? largest : BigInt.asUintN(64, exact);
    const bytes: number[] = [];
    while (rest > 127n) {
      bytes.push(Number(rest & 127n) | 128);
      rest >>= 7n;
    }
    bytes.push(Number(rest));
    return this.#push(Uint8Array.from(bytes));
  }

  #push(chunk: Uint8Array): this {
    this.#chunks.push(chunk);
    this.#length += chunk.length;
    return this;
  }
}
