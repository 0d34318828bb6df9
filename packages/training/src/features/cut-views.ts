import type { Box } from '@maskwatch/contracts/box';
import { type Picture, rgbPicture } from '@maskwatch/vision/picture';
import { resample } from '@maskwatch/vision/resample';
import { readPicture } from '../dataset/decode-picture.ts';
import type { Augmentation } from './augmentation.ts';
import { fillView } from './augmented-view.ts';
import { seededRandom } from './seeded-random.ts';
import { surroundingsOf } from './surroundings.ts';

/** All that decides the pixels of the views of one cut. */
export interface ViewPlan {
  region: Box;
  size: number;
  /** Number of the first view; view 0 is not augmented. */
  first: number;
  count: number;
  augmentation?: Augmentation;
  /** What the numbers of every view follow from. */
  word: string;
}

/**
 * The views of a cut of an encoded picture, uint8 [count, 3, size, size]: view 0 as the service cuts it,
 * the others augmented. Problem picture-unreadable.
 */
export async function cutViews(
  bytes: Uint8Array,
  plan: ViewPlan,
): Promise<Uint8Array<ArrayBuffer>> {
  const { data, width, height } = await readPicture(bytes);
  const picture = rgbPicture(data, width, height);
  const { region, size, first, count, augmentation, word } = plan;
  const each = 3 * size * size;
  const views = new Uint8Array(count * each);
  const from = augmentation && surroundingsOf(picture, region, { size, augmentation });
  for (let n = 0; n < count; n += 1) {
    const target = views.subarray(n * each, (n + 1) * each);
    if (first + n === 0 || from === undefined) {
      fillPlain(picture, region, size, target);
    } else {
      const random = seededRandom(`${word} ${first + n}`);
      await fillView(from, { augmentation: augmentation!, random, size }, target);
    }
  }
  return views;
}

/** As fillCrop of vision brings a region to a square. */
function fillPlain({ planes }: Picture, region: Box, size: number, target: Uint8Array): void {
  planes.forEach((plane, n) => {
    const square = { start: n * size * size, stride: size, width: size, height: size };
    resample(plane, region, { data: target, ...square });
  });
}
