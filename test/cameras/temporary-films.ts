/** Films and pictures for tests, made by ffmpeg's own pattern when they are needed. */
import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);

export interface TemporaryFilms {
  /** Of the folder, for what a test writes itself. */
  path(name: string): string;
  /** Runs ffmpeg with these arguments and the file as its output; answers the file's path. */
  film(name: string, ...args: string[]): Promise<string>;
  /** Moving pictures as single JPEGs. */
  jpegs(count: number, size: string): Promise<Buffer[]>;
  remove(): Promise<void>;
}

/** H.264 as a camera sends it: no pictures that wait for later ones, a key frame each second. */
export function cameraFilm(size: string, framesPerSecond: number, seconds: number): string[] {
  const source = `testsrc2=size=${size}:rate=${framesPerSecond}:duration=${seconds}`;
  const codec = ['-c:v', 'libx264', '-preset', 'ultrafast', '-bf', '0'];
  return ['-f', 'lavfi', '-i', source, ...codec, '-g', String(framesPerSecond)].concat(
    '-pix_fmt',
    'yuv420p',
  );
}

export async function temporaryFilms(): Promise<TemporaryFilms> {
  const folder = await mkdtemp(join(tmpdir(), 'maskwatch-films-'));
  const path = (name: string) => join(folder, name);
  const film = async (name: string, ...args: string[]) => {
    await run('ffmpeg', ['-nostdin', '-v', 'error', '-y', ...args, path(name)]);
    return path(name);
  };
  const jpegs = async (count: number, size: string) => {
    const source = `testsrc2=size=${size}:rate=25`;
    await film(`${size}-%d.jpg`, '-f', 'lavfi', '-i', source, '-frames:v', String(count));
    const names = Array.from({ length: count }, (_, i) => path(`${size}-${i + 1}.jpg`));
    return Promise.all(names.map((name) => readFile(name)));
  };
  const remove = () => rm(folder, { recursive: true, force: true });
  return { path, film, jpegs, remove };
}
