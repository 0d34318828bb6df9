/** Pictures with faces for tests: the project's portraits on a plain wall, by the real ffmpeg. */
import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import type { Box } from '@maskwatch/contracts/box';
import { type Picture, yuv420pPicture } from '@maskwatch/vision/picture';

export interface Portrait {
  kind: 'mask' | 'no_mask' | 'incorrect';
  /** Top left of the portrait, which is 164 pixels wide and 196 high before `scale`. */
  at: readonly [number, number];
  scale?: number;
}

const size = { width: 640, height: 360 };
/** Where the face is on every portrait. */
const face: Box = [38, 72, 88, 104];

export function faceOf({ at: [x, y], scale = 1 }: Portrait): Box {
  return [x + face[0] * scale, y + face[1] * scale, face[2] * scale, face[3] * scale];
}

/** ffmpeg's arguments for a picture, or a film of it, without its output. */
export function portraitArguments(portraits: readonly Portrait[], seconds = 1): string[] {
  const wall = `color=c=0x8a8f94:s=${size.width}x${size.height}:r=25:d=${seconds}`;
  const inputs = portraits.flatMap(({ kind }) => ['-loop', '1', '-i', pathOf(kind)]);
  const filters = portraits.flatMap(({ at: [x, y], scale = 1 }, n) => [
    `[${n + 1}:v]scale=iw*${scale}:ih*${scale}[p${n}]`,
    `[w${n}][p${n}]overlay=${x}:${y}:shortest=1[w${n + 1}]`,
  ]);
  const graph = ['[0:v]null[w0]', ...filters].join(';');
  const quiet = ['-v', 'error', '-nostdin'];
  const output = ['-filter_complex', graph, '-map', `[w${portraits.length}]`];
  return [...quiet, '-f', 'lavfi', '-i', wall, ...inputs, ...output];
}

function pathOf(kind: Portrait['kind']): string {
  const path = `../../../../test/scenes/portraits/${kind}.png`;
  return fileURLToPath(new URL(path, import.meta.url));
}

/** 640x360, limited range, as a decoder hands it over. */
export async function portraitPicture(portraits: readonly Portrait[]): Promise<Picture> {
  const raw = ['-frames:v', '1', '-pix_fmt', 'yuv420p', '-f', 'rawvideo', 'pipe:1'];
  const { stdout } = await promisify(execFile)(
    'ffmpeg',
    [...portraitArguments(portraits), ...raw],
    {
      ...{ encoding: 'buffer', maxBuffer: 1e6 },
    },
  );
  return yuv420pPicture(new Uint8Array(stdout), size.width, size.height);
}
