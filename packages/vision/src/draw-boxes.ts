import type { Box } from '@maskwatch/contracts/box';
import type { MaskState } from '@maskwatch/contracts/mask-state';
import { type RgbImage, wholePixels } from './colour.ts';
import { glyphHeight, glyphs, glyphWidth } from './glyphs.ts';
import { placeLabel } from './label-place.ts';

type Rgb = readonly [red: number, green: number, blue: number];

/** Told apart by people who see no red or green as well (Okabe and Ito 2008). */
export const stateColours: Readonly<Record<MaskState, Rgb>> = {
  mask: [0, 158, 115],
  no_mask: [213, 94, 0],
  incorrect: [240, 228, 66],
  unknown: [170, 170, 170],
};

/**
 * And without any colour: the line of each state, in units of the drawing. `dash` and `gap` along
 * the line; a forbidden state is twice as thick as an allowed one.
 */
const stateLines: Readonly<Record<MaskState, { thick: number; dash: number; gap: number }>> = {
  mask: { thick: 2, dash: 1, gap: 0 },
  no_mask: { thick: 4, dash: 1, gap: 0 },
  incorrect: { thick: 4, dash: 8, gap: 4 },
  unknown: { thick: 2, dash: 2, gap: 4 },
};

export interface LabelledBox {
  box: Box;
  state: MaskState;
  /** Words above the box; the state's name where absent. */
  label?: string;
}

const black: Rgb = [0, 0, 0];
/** Pixels of the longer side per pixel of a glyph: a label is as large on 4K as on VGA. */
const pixelsPerUnit = 640;

/**
 * Draws boxes and their labels in place: all boxes first, so that no line crosses a label, then the
 * labels, each where it covers no other one if there is such a place.
 */
export function drawBoxes(image: RgbImage, boxes: readonly LabelledBox[]): void {
  const unit = Math.max(1, Math.round(Math.max(image.width, image.height) / pixelsPerUnit));
  for (const { box, state } of boxes) drawOutline(image, { box, state, unit });
  const placed: Box[] = [];
  for (const { box, state, label } of boxes) {
    const text = label ?? state.replace('_', ' ');
    const size = { width: (text.length * glyphWidth + 1) * unit, height: (glyphHeight + 2) * unit };
    const place = placeLabel(wholePixels(box, image), { size, picture: image, placed });
    placed.push(place);
    fill(image, place, stateColours[state]);
    drawText(image, { left: place[0] + unit, top: place[1] + unit, unit, text });
  }
}

function drawOutline(
  image: RgbImage,
  { box, state, unit }: { box: Box; state: MaskState; unit: number },
): void {
  const [x, y, width, height] = wholePixels(box, image);
  const { thick, dash, gap } = stateLines[state];
  // A face of a few pixels must stay visible inside its box.
  const line = Math.max(1, Math.min(thick * unit, Math.floor(Math.min(width, height) / 6)));
  const step = (dash + gap) * unit;
  const piece = gap === 0 ? step : dash * unit;
  for (let at = 0; at < width; at += step) {
    const length = Math.min(piece, width - at);
    fill(image, [x + at, y, length, line], stateColours[state]);
    fill(image, [x + at, y + height - line, length, line], stateColours[state]);
  }
  for (let at = 0; at < height; at += step) {
    const length = Math.min(piece, height - at);
    fill(image, [x, y + at, line, length], stateColours[state]);
    fill(image, [x + width - line, y + at, line, length], stateColours[state]);
  }
}

/** Black, which reads on each of the states' colours. */
export function drawText(
  image: RgbImage,
  { left, top, unit, text }: { left: number; top: number; unit: number; text: string },
): void {
  [...text.toLowerCase()].forEach((letter, n) => {
    const rows = glyphs[letter] ?? glyphs['?']!;
    rows.forEach((bits, row) => {
      for (let column = 0; column < 5; column += 1) {
        if (((bits >> (4 - column)) & 1) === 0) continue;
        const dot = left + (n * glyphWidth + column) * unit;
        fill(image, [dot, top + row * unit, unit, unit], black);
      }
    });
  });
}

function fill(image: RgbImage, [x, y, width, height]: Box, [red, green, blue]: Rgb): void {
  const right = Math.min(x + width, image.width);
  const bottom = Math.min(y + height, image.height);
  for (let row = Math.max(0, y); row < bottom; row += 1) {
    let at = 3 * (row * image.width + Math.max(0, x));
    for (let column = Math.max(0, x); column < right; column += 1, at += 3) {
      image.data[at] = red;
      image.data[at + 1] = green;
      image.data[at + 2] = blue;
    }
  }
}
