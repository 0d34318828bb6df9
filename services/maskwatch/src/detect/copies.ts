import { mkdir } from 'node:fs/promises';
import { dirname, join, parse, resolve } from 'node:path';
import type { FilmProbe } from '@maskwatch/ingest/source/film-probe';
import { messageOf, Problem } from '@maskwatch/platform/problem';
import type { RgbImage } from '@maskwatch/vision/colour';
import sharp from 'sharp';
import { AnnotatedFilm, annotatedName } from './annotated-film.ts';
import type { MediaFile } from './media-files.ts';

/** Copies of pictures and films with what was found drawn on them, below one folder. */
export class Copies {
  readonly #folder: string;
  /** Two paths given may hold files of the same name. */
  readonly #taken = new Set<string>();

  constructor(folder: string) {
    this.#folder = folder;
  }

  /** In the format of the original. Problems: output-is-input, output-unwritable. */
  async writePicture(file: MediaFile, { data, width, height }: RgbImage): Promise<void> {
    const target = this.#free(file.file, file.path);
    try {
      await mkdir(dirname(target), { recursive: true });
      await sharp(data, { raw: { width, height, channels: 3 } }).toFile(target);
    } catch (cause) {
      throw unwritable(target, cause);
    }
  }

  /** The frames are written to it in their order. Problems as of a picture. */
  async openFilm(
    file: MediaFile,
    { ffmpeg, framesPerSecond }: { ffmpeg: string } & Pick<FilmProbe, 'framesPerSecond'>,
  ): Promise<AnnotatedFilm> {
    const target = this.#free(annotatedName(file.file), file.path);
    await mkdir(dirname(target), { recursive: true }).catch((cause: unknown) => {
      throw unwritable(target, cause);
    });
    return new AnnotatedFilm({ ffmpeg, film: file.path, target, framesPerSecond });
  }

  /** photo.jpg, photo-2.jpg ... */
  #free(file: string, original: string): string {
    const { dir, name, ext } = parse(file);
    for (let n = 1; ; n += 1) {
      const target = join(this.#folder, dir, n === 1 ? `${name}${ext}` : `${name}-${n}${ext}`);
      if (this.#taken.has(target)) continue;
      this.#taken.add(target);
      if (resolve(target) !== resolve(original)) return target;
      throw new Problem('output-is-input', 'the annotated copy would replace the file itself', {
        action: 'Choose another folder for --output.',
      });
    }
  }
}

function unwritable(target: string, cause: unknown): Problem {
  return new Problem('output-unwritable', `${target} cannot be written: ${messageOf(cause)}`, {
    cause,
  });
}
