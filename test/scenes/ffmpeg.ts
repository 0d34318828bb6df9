import { spawn } from 'node:child_process';
import { once } from 'node:events';
import type { Picture, Plane } from '@maskwatch/vision/picture';
import { yuv420pBytes, yuv420pPicture } from '@maskwatch/vision/picture';

/** A picture in 4:2:0 with how much of each pixel it covers (0 to 255), for luma and for chroma. */
export interface CutOut {
  picture: Picture;
  covers: readonly [Plane, Plane];
}

/** Coverage at luma and at chroma size; `width` and `height` must be even. */
export function covers(alpha: Uint8Array, width: number, height: number): [Plane, Plane] {
  const half = new Uint8Array((width / 2) * (height / 2));
  for (let i = 0; i < half.length; i += 1) {
    const row = Math.floor(i / (width / 2));
    half[i] = alpha[2 * row * width + 2 * (i - row * (width / 2))]!;
  }
  return [
    { data: alpha, width, height },
    { data: half, width: width / 2, height: height / 2 },
  ];
}

/** Decodes a JPEG or PNG; `filters` must end in a picture of exactly `width` x `height`, both even. */
export async function decode(
  bytes: Uint8Array,
  { filters, width, height }: { filters: string; width: number; height: number },
): Promise<CutOut> {
  const child = spawn(
    'ffmpeg',
    ['-v', 'error', '-i', 'pipe:0', '-vf', filters, '-frames:v', '1'].concat([
      '-pix_fmt',
      'yuva420p',
      '-f',
      'rawvideo',
      'pipe:1',
    ]),
    { stdio: ['pipe', 'pipe', 'inherit'] },
  );
  const chunks: Buffer[] = [];
  child.stdout.on('data', (chunk: Buffer) => chunks.push(chunk));
  child.stdin.end(bytes);
  await once(child, 'close');
  const data = new Uint8Array(Buffer.concat(chunks));
  const colour = yuv420pBytes(width, height);
  if (data.length !== colour + width * height) {
    throw new Error(`ffmpeg gave ${data.length} bytes for a ${width}x${height} picture`);
  }
  return {
    picture: yuv420pPicture(data.subarray(0, colour), width, height),
    covers: covers(data.subarray(colour), width, height),
  };
}

export interface FilmOptions {
  path: string;
  width: number;
  height: number;
  frameRate: number;
  frames: number;
  /** Applied by the encoder, for example a blur; none where absent. */
  filters?: string;
}

/** Encodes H.264, 4:2:0; `draw` fills one frame's bytes. A key frame at least every second. */
export async function writeFilm(
  { path, width, height, frameRate, frames, filters }: FilmOptions,
  draw: (frame: Uint8Array, index: number) => void,
): Promise<void> {
  const input = ['-f', 'rawvideo', '-pix_fmt', 'yuv420p', '-s', `${width}x${height}`];
  const encoder = spawn(
    'ffmpeg',
    ['-v', 'error', '-y', ...input, '-r', `${frameRate}`, '-i', 'pipe:0']
      .concat(filters === undefined ? [] : ['-vf', filters])
      .concat(['-c:v', 'libx264', '-preset', 'ultrafast', '-tune', 'zerolatency', '-crf', '24'])
      .concat(['-g', `${frameRate}`, '-pix_fmt', 'yuv420p', '-movflags', '+faststart', path]),
    { stdio: ['pipe', 'ignore', 'inherit'] },
  );
  const closed = once(encoder, 'close');
  // A pipe that breaks is told by the exit status below.
  encoder.stdin.on('error', () => {});
  const size = yuv420pBytes(width, height);
  for (let index = 0; index < frames && encoder.exitCode === null; index += 1) {
    const frame = new Uint8Array(size);
    draw(frame, index);
    if (!encoder.stdin.write(frame)) await Promise.race([once(encoder.stdin, 'drain'), closed]);
  }
  encoder.stdin.end();
  await closed;
  if (encoder.exitCode !== 0) throw new Error(`ffmpeg could not write ${path}`);
}
