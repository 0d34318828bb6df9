/*
 * One message on a byte stream: two unsigned 32-bit lengths (big endian), the JSON of the message,
 * then its bytes. Lengths are checked before anything is kept.
 */

const prefixBytes = 8;
/** A JSON part of an observation with 300 tracks is about 150 KB. */
const maxJsonBytes = 4 * 1024 * 1024;
/** Two JPEGs of 1920x1080 stay far below. */
const maxBodyBytes = 16 * 1024 * 1024;

/** The bytes of a message, ready to be written one after the other. */
export function encodeMessage(message: unknown, bytes: readonly Uint8Array[] = []): Uint8Array[] {
  const json = Buffer.from(JSON.stringify(message));
  const prefix = Buffer.alloc(prefixBytes);
  prefix.writeUInt32BE(json.length, 0);
  prefix.writeUInt32BE(
    bytes.reduce((sum, part) => sum + part.length, 0),
    4,
  );
  return [Buffer.concat([prefix, json]), ...bytes];
}

/** Of the first message of the bytes; throws RangeError where they are out of bounds. */
function lengthsOf(all: Buffer): { json: number; total: number } {
  const json = all.readUInt32BE(0);
  const body = all.readUInt32BE(4);
  if (json > maxJsonBytes || body > maxBodyBytes) {
    throw new RangeError(`message of ${json} + ${body} bytes on the bus`);
  }
  return { json, total: prefixBytes + json + body };
}

function cut(all: Buffer, { json, total }: { json: number; total: number }) {
  const message: unknown = JSON.parse(all.toString('utf8', prefixBytes, prefixBytes + json));
  return { message, bytes: all.subarray(prefixBytes + json, total) };
}

/** Of exactly one message; throws RangeError or SyntaxError where it is none of ours. */
export function decodeMessage(all: Buffer): { message: unknown; bytes: Uint8Array } {
  const lengths = lengthsOf(all);
  if (lengths.total !== all.length) throw new RangeError('a message of another length');
  return cut(all, lengths);
}

/** Cuts a byte stream into messages. */
export class MessageReader {
  readonly #onMessage: (message: unknown, bytes: Uint8Array) => void;
  #chunks: Buffer[] = [];
  #buffered = 0;
  #wanted = prefixBytes;

  constructor(onMessage: (message: unknown, bytes: Uint8Array) => void) {
    this.#onMessage = onMessage;
  }

  /** Throws when the stream is not ours: a length out of bounds, or JSON that is none. */
  push(chunk: Buffer): void {
    this.#chunks.push(chunk);
    this.#buffered += chunk.length;
    while (this.#buffered >= this.#wanted) {
      const all = this.#chunks.length === 1 ? this.#chunks[0]! : Buffer.concat(this.#chunks);
      const lengths = lengthsOf(all);
      const { total } = lengths;
      if (all.length < total) {
        this.#chunks = [all];
        this.#wanted = total;
        return;
      }
      const { message, bytes } = cut(all, lengths);
      const rest = all.subarray(total);
      this.#chunks = rest.length > 0 ? [rest] : [];
      this.#buffered = rest.length;
      this.#wanted = prefixBytes;
      this.#onMessage(message, bytes);
    }
  }
}
