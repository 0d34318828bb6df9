import type { Box } from '@maskwatch/contracts/box';

export interface Size {
  width: number;
  height: number;
}

/** Where a picture lies on its canvas, in pixels of the canvas. */
export interface Place extends Size {
  x: number;
  y: number;
}

/** A canvas has whole pixels, so its shape can differ by this much from the picture's. */
const roundingPixels = 2;

/** The largest place of the picture's shape inside the canvas, in the middle; all of it where only rounding differs. */
export function fitPicture(picture: Size, canvas: Size): Place {
  if (picture.width <= 0 || picture.height <= 0) return { x: 0, y: 0, width: 0, height: 0 };
  const scale = Math.min(canvas.width / picture.width, canvas.height / picture.height);
  const width = picture.width * scale;
  const height = picture.height * scale;
  const rest = canvas.width - width + (canvas.height - height);
  if (rest < roundingPixels) return { x: 0, y: 0, width: canvas.width, height: canvas.height };
  return { x: (canvas.width - width) / 2, y: (canvas.height - height) / 2, width, height };
}

/**
 * A box in analysis pixels as a place on the canvas. `analysis` is the observation's size: the JPEG
 * that came with it may be smaller, so it does not matter here.
 */
export function fitBox(box: Box, analysis: Size, picture: Place): Place {
  const scaleX = picture.width / analysis.width;
  const scaleY = picture.height / analysis.height;
  return {
    x: picture.x + box[0] * scaleX,
    y: picture.y + box[1] * scaleY,
    width: box[2] * scaleX,
    height: box[3] * scaleY,
  };
}

/** Where a label goes: above its box, below it where there is no room, and never off the picture. */
export function placeLabel(box: Place, label: Size, picture: Place): { x: number; y: number } {
  const right = picture.x + picture.width - label.width;
  const x = Math.max(picture.x, Math.min(box.x, right));
  const above = box.y - label.height;
  if (above >= picture.y) return { x, y: above };
  const bottom = picture.y + picture.height - label.height;
  return { x, y: Math.max(picture.y, Math.min(box.y + box.height, bottom)) };
}

/** A point on an element as a part of the picture, each from 0 to 1. */
export function pointInPicture(point: { x: number; y: number }, picture: Place): [number, number] {
  const part = (value: number, start: number, length: number) =>
    length > 0 ? Math.min(1, Math.max(0, (value - start) / length)) : 0;
  return [part(point.x, picture.x, picture.width), part(point.y, picture.y, picture.height)];
}
