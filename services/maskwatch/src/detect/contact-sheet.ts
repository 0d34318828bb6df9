import { basename } from 'node:path';
import type { DetectedFace, DetectLine } from '@maskwatch/contracts/detection';
import type { MaskState } from '@maskwatch/contracts/mask-state';
import { messageOf, Problem } from '@maskwatch/platform/problem';
import { type RgbImage, toRgb } from '@maskwatch/vision/colour';
import { cropSquare } from '@maskwatch/vision/crops';
import { drawBoxes, drawText } from '@maskwatch/vision/draw-boxes';
import type { Picture } from '@maskwatch/vision/picture';
import sharp from 'sharp';
import { stateOf } from './report.ts';

/** What one picture can hold and an eye can take in; further faces are counted. */
const mostFaces = 400;
const columns = 8;
const face = 160;
/** Room for the label above a face and the file's name below it. */
const cell = { width: face + 24, height: face + 56 };
const paper = 0xee;
/** The square shown, over the longer side of the face's box. */
const side = 1.4;
interface Tile {
  file: string;
  timeMs: number;
  pixels: Uint8Array;
  state: MaskState;
  words: string;
  name: string;
}

/** All faces of a run on one picture, with what was said of them. */
export class ContactSheet {
  readonly #tiles: Tile[] = [];
  #left = 0;
  /** Of the film under way: seconds that have their look. */
  #film: { file: string; seconds: Set<number> } | undefined;

  /** The pixels are copied before this returns its promise. */
  async add(picture: Picture, line: DetectLine): Promise<void> {
    if (!this.#isDue(line)) return;
    const ratio = picture.width / line.width;
    const added = line.faces.slice(0, Math.max(0, mostFaces - this.#tiles.length));
    this.#left += line.faces.length - added.length;
    const tiles = added.map(async (one): Promise<Tile> => {
      const { state, words } = stateOf(one);
      const { file, timeMs = 0 } = line;
      const time = line.timeMs === undefined ? '' : ` ${Math.round(timeMs / 1000)}s`;
      const name = `${basename(file)}${time}`;
      const pixels = await pixelsOf(picture, one, ratio);
      return { file, timeMs, pixels, state, words, name };
    });
    this.#tiles.push(...(await Promise.all(tiles)));
  }

  /** Writes it; how many faces are on it, and how many had no room. Problem output-unwritable. */
  async write(target: string): Promise<{ shown: number; left: number }> {
    const { data, width, height } = this.#draw();
    try {
      await sharp(data, { raw: { width, height, channels: 3 } }).toFile(target);
    } catch (cause) {
      throw new Problem('output-unwritable', `${target} cannot be written: ${messageOf(cause)}`, {
        action: 'Give --sheet a name that ends with .jpg or .png, in a folder that exists.',
        cause,
      });
    }
    return { shown: this.#tiles.length, left: this.#left };
  }

  /** A film shows the same people on every frame: one look a second is enough. */
  #isDue({ file, timeMs }: DetectLine): boolean {
    if (timeMs === undefined) return true;
    if (this.#film?.file !== file) this.#film = { file, seconds: new Set() };
    const second = Math.floor(timeMs / 1000);
    if (this.#film.seconds.has(second)) return false;
    this.#film.seconds.add(second);
    return true;
  }

  #draw(): RgbImage {
    const rows = Math.max(1, Math.ceil(this.#tiles.length / columns));
    const width = cell.width * Math.max(1, Math.min(columns, this.#tiles.length));
    const height = cell.height * rows;
    const sheet = { data: new Uint8Array(3 * width * height).fill(paper), width, height };
    // Several pictures are under way at once and end in any order.
    this.#tiles.sort((a, b) => (a.file < b.file ? -1 : a.file > b.file ? 1 : a.timeMs - b.timeMs));
    this.#tiles.forEach(({ pixels, state, words, name }, n) => {
      const left = (n % columns) * cell.width + 12;
      const top = Math.floor(n / columns) * cell.height + 28;
      for (let y = 0; y < face; y += 1) {
        const row = pixels.subarray(3 * y * face, 3 * (y + 1) * face);
        sheet.data.set(row, 3 * ((top + y) * width + left));
      }
      drawBoxes(sheet, [{ box: [left, top, face, face], state, label: words }]);
      // The end of a name tells files of one series apart.
      drawText(sheet, { left, top: top + face + 6, unit: 1, text: name.slice(-26) });
    });
    return sheet;
  }
}

/** The square round a face, cut at the border, as RGB of the sheet's size. */
async function pixelsOf(picture: Picture, { box }: DetectedFace, ratio: number) {
  const [x, y, width, height] = box.map((value) => value * ratio) as [
    number,
    number,
    number,
    number,
  ];
  const cut = toRgb(picture, cropSquare([x, y, width, height], side));
  const raw = { width: cut.width, height: cut.height, channels: 3 } as const;
  return sharp(cut.data, { raw })
    .resize(face, face, { fit: 'contain', background: { r: paper, g: paper, b: paper } })
    .raw()
    .toBuffer();
}
