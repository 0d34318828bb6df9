import { mkdir } from 'node:fs/promises';
import { dirname, join, parse, resolve } from 'node:path';
import type { DetectedFace } from '@maskwatch/contracts/detection';
import { messageOf, Problem } from '@maskwatch/platform/problem';
import type { DecodedPicture } from '@maskwatch/training/dataset/decode-picture';
import { drawBoxes } from '@maskwatch/vision/draw-boxes';
import sharp from 'sharp';
import type { MediaFile } from './media-files.ts';
import { stateOf } from './report.ts';

/** Writes copies of pictures with their boxes drawn, below one folder. */
export class AnnotatedCopies {
  readonly #folder: string;
  /** Two paths given may hold files of the same name. */
  readonly #taken = new Set<string>();

  constructor(folder: string) {
    this.#folder = folder;
  }

  /** Draws on `picture` itself and writes it in the format of the original. Problems: output-... */
  async write(
    { file, path }: MediaFile,
    picture: DecodedPicture,
    faces: readonly DetectedFace[],
  ): Promise<void> {
    const target = this.#free(file);
    if (resolve(target) === resolve(path)) {
      throw new Problem('output-is-input', 'the annotated copy would replace the picture itself', {
        action: 'Choose another folder for --output.',
      });
    }
    drawBoxes(
      picture,
      faces.map((face) => {
        const { state, words } = stateOf(face);
        return { box: face.box, state, label: words };
      }),
    );
    const { data, width, height } = picture;
    try {
      await mkdir(dirname(target), { recursive: true });
      await sharp(data, { raw: { width, height, channels: 3 } }).toFile(target);
    } catch (cause) {
      throw new Problem('output-unwritable', `${target} cannot be written: ${messageOf(cause)}`, {
        cause,
      });
    }
  }

  /** photo.jpg, photo-2.jpg ... */
  #free(file: string): string {
    const { dir, name, ext } = parse(file);
    for (let n = 1; ; n += 1) {
      const target = join(this.#folder, dir, n === 1 ? `${name}${ext}` : `${name}-${n}${ext}`);
      if (this.#taken.has(target)) continue;
      this.#taken.add(target);
      return target;
    }
  }
}
