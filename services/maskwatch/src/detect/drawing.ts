import type { DetectedFace } from '@maskwatch/contracts/detection';
import { type RgbImage, toRgb } from '@maskwatch/vision/colour';
import { drawBoxes } from '@maskwatch/vision/draw-boxes';
import type { Picture } from '@maskwatch/vision/picture';
import { pixelate } from '@maskwatch/vision/pixelate';
import { stateOf } from './report.ts';

/** A label has 7 rows of dots: on a smaller picture it would cover the face or not be read. */
const leastSide = 480;

export interface Drawing {
  /** Those with a box and a label. */
  faces: readonly DetectedFace[];
  /** Made unrecognisable on the picture itself, before anything is drawn. */
  blurred: readonly DetectedFace[];
}

/** The picture with its boxes and labels; a small one is enlarged by whole pixels first. */
export function drawn(picture: Picture, { faces, blurred }: Drawing): RgbImage {
  for (const { box } of blurred) pixelate(picture, box);
  const times = Math.max(1, Math.ceil(leastSide / Math.max(picture.width, picture.height)));
  const image = enlarged(toRgb(picture), times);
  drawBoxes(
    image,
    faces.map((face) => {
      const { state, words } = stateOf(face);
      const [x, y, width, height] = face.box;
      return { box: [x * times, y * times, width * times, height * times], state, label: words };
    }),
  );
  return image;
}

function enlarged(image: RgbImage, times: number): RgbImage {
  if (times === 1) return image;
  const width = image.width * times;
  const height = image.height * times;
  const data = new Uint8Array(3 * width * height);
  for (let y = 0; y < height; y += 1) {
    for (let x = 0; x < width; x += 1) {
      const from = 3 * (Math.floor(y / times) * image.width + Math.floor(x / times));
      data.set(image.data.subarray(from, from + 3), 3 * (y * width + x));
    }
  }
  return { data, width, height };
}
