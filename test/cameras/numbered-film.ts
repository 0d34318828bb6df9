/** A film whose every picture carries its number, to be read back after encoding and scaling. */
import { writeFile } from 'node:fs/promises';
import type { Picture } from '@maskwatch/vision/picture';
import type { TemporaryFilms } from './temporary-films.ts';

const BITS = 12;
/** Sides of a bit's square, in pixels of the film: large enough to survive encoding. */
const SIDE = 16;

export interface NumberedFilm {
  path: string;
  frames: number;
  framesPerSecond: number;
}

/** 720p of a moving pattern, with the number as squares along the upper edge, lowest bit first. */
export async function numberedFilm(films: TemporaryFilms, seconds: number): Promise<NumberedFilm> {
  const framesPerSecond = 25;
  const frames = seconds * framesPerSecond;
  const strip = Buffer.alloc(frames * BITS * SIDE * SIDE, 16);
  for (let row = 0; row < frames * SIDE; row += 1) {
    const number = Math.floor(row / SIDE);
    for (let bit = 0; bit < BITS; bit += 1) {
      const start = (row * BITS + bit) * SIDE;
      if ((number >> bit) & 1) strip.fill(235, start, start + SIDE);
    }
  }
  await writeFile(films.path('strip.raw'), strip);
  const pattern = `testsrc2=size=1280x720:rate=${framesPerSecond}:duration=${seconds}`;
  const path = await films.film(
    'numbered.mp4',
    ...['-f', 'lavfi', '-i', pattern],
    ...['-f', 'rawvideo', '-pix_fmt', 'gray', '-s', `${BITS * SIDE}x${SIDE}`],
    ...['-r', String(framesPerSecond), '-i', films.path('strip.raw')],
    ...['-filter_complex', 'overlay=0:0', '-c:v', 'libx264', '-preset', 'ultrafast'],
    ...['-bf', '0', '-g', String(framesPerSecond), '-pix_fmt', 'yuv420p'],
  );
  return { path, frames, framesPerSecond };
}

/** The number on a picture of any size with the film's aspect. */
export function pictureNumber({ width, planes: [luma] }: Picture): number {
  const side = (SIDE * width) / 1280;
  const row = Math.floor(side / 2) * width;
  let number = 0;
  for (let bit = 0; bit < BITS; bit += 1) {
    if (luma.data[row + Math.floor((bit + 0.5) * side)]! > 125) number |= 1 << bit;
  }
  return number;
}

/** Seconds since the picture with this number was due at a camera that loops the film. */
export function pictureAge(number: number, film: NumberedFilm, beganAt: number): number {
  const length = film.frames / film.framesPerSecond;
  const now = Number(process.hrtime.bigint()) / 1e9;
  return (now - beganAt - number / film.framesPerSecond) % length;
}
