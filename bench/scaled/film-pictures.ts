import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { detectorBytes, detectorGeometry, fillDetectorInput } from '@maskwatch/vision/letterbox';
import { type Picture, yuv420pBytes, yuv420pPicture } from '@maskwatch/vision/picture';
import { loadShipped } from '../measure/bare-sessions.ts';

/** A picture in the detector's input, in shared memory. */
export interface DetectorInput {
  /** uint8 [3, height, width]. */
  planes: Uint8Array<SharedArrayBuffer>;
  width: number;
  height: number;
  colour: Picture['colour'];
}

/** Pictures of a film of 720p, one of each second, as an owner hands them to its detector. */
export async function detectorInputs(
  film: string,
  { size, count }: { size?: number; count: number },
): Promise<DetectorInput[]> {
  const { input } = (await loadShipped()).detector.model;
  return (await filmPictures(film, count)).map((picture) => {
    const options = { ...input, size: size ?? input.size, upscale: 'never' } as const;
    const geometry = detectorGeometry(picture.width, picture.height, options);
    const planes = new Uint8Array(new SharedArrayBuffer(detectorBytes(geometry)));
    fillDetectorInput(picture, geometry, planes);
    const { width, height } = geometry;
    return { planes, width, height, colour: picture.colour };
  });
}

async function filmPictures(film: string, count: number): Promise<Picture[]> {
  const [width, height] = [1280, 720];
  const args = ['-v', 'error', '-i', film, '-vf', 'fps=1', '-frames:v', String(count)];
  const { stdout } = await promisify(execFile)(
    'ffmpeg',
    [...args, '-pix_fmt', 'yuv420p', '-f', 'rawvideo', 'pipe:1'],
    { encoding: 'buffer', maxBuffer: 1e9 },
  );
  const bytes = yuv420pBytes(width, height);
  return Array.from({ length: Math.floor(stdout.length / bytes) }, (_, n) =>
    yuv420pPicture(stdout.subarray(n * bytes, (n + 1) * bytes), width, height),
  );
}
