import type { Box } from '@maskwatch/contracts/box';
import type { MaskState } from '@maskwatch/contracts/mask-state';
import { type RgbImage, wholePixels } from './colour.ts';
import { glyphs } from './glyphs.ts';

type Rgb = readonly [red: number, green: number, blue: number];

/** Told apart by people who see no red or green as well (Okabe and Ito 2008). */
export const stateColours: Readonly<Record<MaskState, Rgb>> = {
  mask: [0, 158, 115],
  no_mask: [213, 94, 0],
  incorrect: [240, 228, 66],
  unknown: [170, 170, 170],
};

export interface LabelledBox {
  box: Box;
  state: MaskState;
  /** Words above the box; the state's name where absent. */
  label?: string;
}

const glyphWidth = 6;
const glyphHeight = 7;
const black: Rgb = [0, 0, 0];

/** Draws boxes and their labels in place, in the order given. */
export function drawBoxes(image: RgbImage, boxes: readonly LabelledBox[]): void {
  const unit = Math.max(1, Math.round(Math.max(image.width, image.height) / 640));
  for (const { box, state, label } of boxes) {
    const [x, y, width, height] = wholePixels(box, image);
    const line = Math.min(2 * unit, width, height);
    const colour = stateColours[state];
    fill(image, [x, y, width, line], colour);
    fill(image, [x, y + height - line, width, line], colour);
    fill(image, [x, y, line, height], colour);
    fill(image, [x + width - line, y, line, height], colour);
    drawLabel(image, { x, y, unit, colour, text: label ?? state.replace('_', ' ') });
  }
}

/** Above the box where there is room, else inside its top; black on the state's colour. */
function drawLabel(
  image: RgbImage,
  { x, y, unit, colour, text }: { x: number; y: number; unit: number; colour: Rgb; text: string },
): void {
  const width = (text.length * glyphWidth + 1) * unit;
  const height = (glyphHeight + 2) * unit;
  const left = Math.max(0, Math.min(x, image.width - width));
  const top = y >= height ? y - height : y;
  fill(image, [left, top, width, height], colour);
  [...text.toLowerCase()].forEach((letter, n) => {
    const rows = glyphs[letter] ?? glyphs['?']!;
    rows.forEach((bits, row) => {
      for (let column = 0; column < 5; column += 1) {
        if (((bits >> (4 - column)) & 1) === 0) continue;
        const dot = left + (1 + n * glyphWidth + column) * unit;
        fill(image, [dot, top + (1 + row) * unit, unit, unit], black);
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
