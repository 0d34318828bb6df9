/** Even numbers from 0 to 1, as `randomNumbers` gives them. */
type Random = () => number;

const pick = <T>(list: readonly T[], random: Random): T =>
  list[Math.floor(random() * list.length)]!;
const below = (count: number, random: Random) => Math.floor(random() * count);

/** One fault, or up to three, of a file; the same numbers give the same file. */
export function mutate(bytes: Uint8Array, text: boolean, random: Random): Uint8Array {
  let mutated = Uint8Array.from(bytes);
  const steps = random() < 0.6 ? 1 : 1 + below(3, random);
  for (let step = 0; step < steps; step += 1) {
    const mutation = pick(text && random() < 0.7 ? ofText : ofBytes, random);
    mutated = mutation(mutated, random);
  }
  return mutated;
}

type Mutation = (bytes: Uint8Array<ArrayBuffer>, random: Random) => Uint8Array<ArrayBuffer>;

const ofBytes: readonly Mutation[] = [flipBits, truncate, splice, repeat, extremes, zeros];

function flipBits(bytes: Uint8Array<ArrayBuffer>, random: Random) {
  for (let n = pick([0, 0, 1, 7], random); n >= 0 && bytes.length > 0; n -= 1) {
    bytes[below(bytes.length, random)]! ^= 1 << below(8, random);
  }
  return bytes;
}

function truncate(bytes: Uint8Array<ArrayBuffer>, random: Random) {
  return bytes.slice(0, below(bytes.length + 1, random));
}

/** A part of the file over another place. */
function splice(bytes: Uint8Array<ArrayBuffer>, random: Random) {
  const length = below(Math.min(256, bytes.length), random);
  const from = below(bytes.length - length + 1, random);
  bytes.copyWithin(below(bytes.length - length + 1, random), from, from + length);
  return bytes;
}

/** A part of the file once more in it, so that all behind it moves. */
function repeat(bytes: Uint8Array<ArrayBuffer>, random: Random) {
  const from = below(bytes.length + 1, random);
  const part = bytes.subarray(from, from + below(64, random));
  const at = below(bytes.length + 1, random);
  return Uint8Array.from([...bytes.subarray(0, at), ...part, ...bytes.subarray(at)]);
}

const wide = [0n, 1n, 0x7fff_ffffn, 0xffff_ffffn, 0x7fff_ffff_ffff_ffffn, 0xffff_ffff_ffff_ffffn];

/** A whole number or a float at its limit: sizes, counts, offsets, weights. */
function extremes(bytes: Uint8Array<ArrayBuffer>, random: Random) {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  if (bytes.length < 8) return bytes;
  const at = below(bytes.length - 7, random);
  const value = pick(wide, random);
  if (random() < 0.4) view.setBigUint64(at, value, true);
  else if (random() < 0.6) view.setUint32(at, Number(value & 0xffff_ffffn), true);
  else if (random() < 0.5) view.setFloat32(at, pick([NaN, Infinity, -1e38, 1e-45], random), true);
  else
    bytes.set(
      pick(
        [
          [0xff, 0xff, 0xff, 0xff, 0x7f],
          [0x80, 0x80, 0x80, 0x80, 0x10],
        ],
        random,
      ),
      at,
    );
  return bytes;
}

function zeros(bytes: Uint8Array<ArrayBuffer>, random: Random) {
  const at = below(bytes.length, random);
  return bytes.fill(0, at, at + below(64, random));
}

const words = (mutation: (text: string, random: Random) => string): Mutation => {
  return (bytes, random) =>
    Uint8Array.from(Buffer.from(mutation(Buffer.from(bytes).toString(), random)));
};

const numbersInText = [
  ...['0', '-1', '0.5', '99999999999', '1e308', '-2147483648', '4294967296', '1e-400', 'NaN'],
  ...['null', '65536', '255', '""', '[]', '{}', 'true', '9'.repeat(400)],
];

const ofText: readonly Mutation[] = [
  words(numberInText),
  words(numberInText),
  words(linesOfText),
  words(nested),
  words(wordInText),
];

function numberInText(text: string, random: Random): string {
  const found = [...text.matchAll(/-?\d+(\.\d+)?/g)];
  if (found.length === 0) return text;
  const { index, 0: old } = pick(found, random);
  return text.slice(0, index) + pick(numbersInText, random) + text.slice(index + old.length);
}

/** A line away, twice, many times, or at another place. */
function linesOfText(text: string, random: Random): string {
  const lines = text.split('\n');
  const at = below(lines.length, random);
  const [line = ''] = lines.splice(at, 1);
  const copies = pick([0, 1, 2, 3000], random);
  const to = random() < 0.5 ? at : below(lines.length, random);
  return [...lines.slice(0, to), ...Array(copies).fill(line), ...lines.slice(to)].join('\n');
}

function nested(text: string, random: Random): string {
  const at = below(text.length + 1, random);
  const depth = pick([1, 50, 100_000], random);
  return (
    text.slice(0, at) + pick(['[', '{"a":', '(', '[0,'], random).repeat(depth) + text.slice(at)
  );
}

/** A word of the file where another stands: kinds of layers, names, keys. */
function wordInText(text: string, random: Random): string {
  const found = [...text.matchAll(/[A-Za-z_]\w+/g)];
  if (found.length === 0) return text;
  const { index, 0: old } = pick(found, random);
  const word = random() < 0.1 ? '__proto__' : pick(found, random)[0];
  return text.slice(0, index) + word + text.slice(index + old.length);
}
