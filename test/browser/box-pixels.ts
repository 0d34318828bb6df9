import type { Page } from 'playwright-core';

/** The colours that boxes are drawn with, by mask state: red, green, blue. */
const boxColours = { mask: [61, 220, 151], no_mask: [255, 77, 66], incorrect: [255, 176, 32] };

export interface BoxPixels {
  sequence: number;
  /** How many pixels have exactly the colour of a box. */
  count: number;
  /** The middle of them, in pixels of the canvas. */
  x: number;
  y: number;
}

/** Looks for the pixels of boxes on a camera's canvas, as drawn. */
export function readBoxPixels(page: Page, cameraId: string): Promise<BoxPixels> {
  return page.locator(`canvas[data-camera="${cameraId}"]`).evaluate((element, colours) => {
    const canvas = element as HTMLCanvasElement;
    const context = canvas.getContext('2d')!;
    const { data } = context.getImageData(0, 0, canvas.width, canvas.height);
    const found = { sequence: Number(canvas.dataset.sequence), count: 0, x: 0, y: 0 };
    for (let at = 0; at < data.length; at += 4) {
      const isBox = colours.some(
        ([red, green, blue]) => data[at] === red && data[at + 1] === green && data[at + 2] === blue,
      );
      if (!isBox) continue;
      found.count += 1;
      found.x += (at / 4) % canvas.width;
      found.y += Math.floor(at / 4 / canvas.width);
    }
    return { ...found, x: found.x / found.count, y: found.y / found.count };
  }, Object.values(boxColours));
}
