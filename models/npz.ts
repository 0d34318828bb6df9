import { unzipSync } from 'fflate';

/** One array of an .npz file. */
export interface NpyArray {
  shape: number[];
  data: Float32Array;
}

/**
 * The float32 arrays of an .npz file by name: a zip of .npy files (numpy's format 1 or 2, little
 * endian, rows first). Anything else throws.
 */
export function readNpz(bytes: Uint8Array): Map<string, NpyArray> {
  const files = Object.entries(unzipSync(bytes));
  return new Map(files.map(([name, npy]) => [name.replace(/\.npy$/, ''), readNpy(name, npy)]));
}

function readNpy(name: string, npy: Uint8Array): NpyArray {
  const view = new DataView(npy.buffer, npy.byteOffset, npy.length);
  const magic = String.fromCharCode(...npy.subarray(1, 6));
  const wide = npy[6] !== 1;
  const length = wide ? view.getUint32(8, true) : view.getUint16(8, true);
  const start = wide ? 12 : 10;
  const header = new TextDecoder('latin1').decode(npy.subarray(start, start + length));
  const shape = /'shape': \(([\d, ]*)\)/.exec(header)?.[1];
  const plain = header.includes("'descr': '<f4'") && header.includes("'fortran_order': False");
  if (magic !== 'NUMPY' || !plain || shape === undefined) {
    throw new Error(`${name} is no array of little-endian float32 in rows: ${header.trim()}`);
  }
  const sides = shape
    .split(',')
    .filter((side) => side.trim() !== '')
    .map(Number);
  const count = sides.reduce((a, b) => a * b, 1);
  const data = new Float32Array(npy.slice(start + length, start + length + 4 * count).buffer);
  if (data.length !== count) throw new Error(`${name} is cut off`);
  return { shape: sides, data };
}
