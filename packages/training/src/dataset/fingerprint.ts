import { createHash } from 'node:crypto';
import type { DecodedPicture } from './decode-picture.ts';

/** What tells whether two pictures show the same, however they were scaled and compressed. */
export interface Fingerprint {
  /** Hex, of the encoded bytes. */
  sha256: string;
  /** 64 bits as two words: is each of 9 by 8 grey means darker than the one to its right? */
  hash: readonly [number, number];
  /** 16 by 16 grey means, brought to mean 0 and length 1; all 0 where the picture is even. */
  thumbnail: Float32Array;
}

const side = 16;
const columns = 9;
const rows = 8;

export function fingerprintOf(bytes: Uint8Array, picture: DecodedPicture): Fingerprint {
  return {
    sha256: createHash('sha256').update(bytes).digest('hex'),
    hash: differenceHash(greyMeans(picture, columns, rows)),
    thumbnail: normalised(greyMeans(picture, side, side)),
  };
}

/** Of the picture's mirror image: bits change places and meaning (but for equal neighbours). */
export function mirrored({
  hash,
  thumbnail,
}: Fingerprint): Pick<Fingerprint, 'hash' | 'thumbnail'> {
  const words: [number, number] = [0, 0];
  for (let bit = 0; bit < 64; bit += 1) {
    const from = bit - (bit % 8) + 7 - (bit % 8);
    const set = (hash[from < 32 ? 0 : 1] >>> (from % 32)) & 1;
    if (set === 0) words[bit < 32 ? 0 : 1] |= 1 << (bit % 32);
  }
  const turned = (i: number) => i - (i % side) + side - 1 - (i % side);
  return { hash: words, thumbnail: thumbnail.map((_, i) => thumbnail[turned(i)]!) };
}

/** Bits that differ, of 64. */
export function hashDistance(a: readonly [number, number], b: readonly [number, number]): number {
  return ones(a[0] ^ b[0]) + ones(a[1] ^ b[1]);
}

/** Bits that are set, of 32 (Warren, Hacker's Delight, 5-1). */
export function ones(word: number): number {
  let bits = word - ((word >>> 1) & 0x55555555);
  bits = (bits & 0x33333333) + ((bits >>> 2) & 0x33333333);
  return Math.imul((bits + (bits >>> 4)) & 0x0f0f0f0f, 0x01010101) >>> 24;
}

/** From -1 to 1. */
export function correlation(a: Float32Array, b: Float32Array): number {
  let sum = 0;
  for (let i = 0; i < a.length; i += 1) sum += a[i]! * b[i]!;
  return sum;
}

/** Mean grey of each cell; a cell is made of whole pixels, at least one. */
function greyMeans(
  { data, width, height }: DecodedPicture,
  across: number,
  down: number,
): Float32Array {
  const means = new Float32Array(across * down);
  for (let cellY = 0; cellY < down; cellY += 1) {
    const [top, bottom] = span(cellY, down, height);
    for (let cellX = 0; cellX < across; cellX += 1) {
      const [left, right] = span(cellX, across, width);
      let sum = 0;
      for (let y = top; y < bottom; y += 1) {
        const end = 3 * (y * width + right);
        for (let at = 3 * (y * width + left); at < end; at += 3) {
          sum += 77 * data[at]! + 150 * data[at + 1]! + 29 * data[at + 2]!;
        }
      }
      means[cellY * across + cellX] = sum / (256 * (bottom - top) * (right - left));
    }
  }
  return means;
}

function span(cell: number, cells: number, length: number): [number, number] {
  const from = Math.min(length - 1, Math.floor((cell * length) / cells));
  return [from, Math.max(from + 1, Math.floor(((cell + 1) * length) / cells))];
}

function differenceHash(means: Float32Array): [number, number] {
  const words: [number, number] = [0, 0];
  for (let bit = 0; bit < 64; bit += 1) {
    const at = Math.floor(bit / 8) * columns + (bit % 8);
    if (means[at]! < means[at + 1]!) words[bit < 32 ? 0 : 1] |= 1 << (bit % 32);
  }
  return words;
}

/** Below a spread of one grey value there is nothing to compare. */
function normalised(means: Float32Array): Float32Array {
  const mean = means.reduce((a, b) => a + b, 0) / means.length;
  const length = Math.sqrt(means.reduce((sum, value) => sum + (value - mean) ** 2, 0));
  const flat = length < Math.sqrt(means.length);
  return means.map((value) => (flat ? 0 : (value - mean) / length));
}
