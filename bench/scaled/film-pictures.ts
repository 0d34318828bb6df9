import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { type Picture, yuv420pBytes, yuv420pPicture } from '@maskwatch/vision/picture';

/** The first pictures of a film of 720p, one of each second, as an owner gets them. */
export async function filmPictures(film: string, count: number): Promise<Picture[]> {
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
