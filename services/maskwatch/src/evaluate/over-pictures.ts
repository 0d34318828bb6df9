import { availableParallelism } from 'node:os';
import { systemClock } from '@maskwatch/platform/clock';
import { messageOf } from '@maskwatch/platform/problem';
import type { DataPicture } from '@maskwatch/training/dataset/dataset';
import { readPicture } from '@maskwatch/training/dataset/decode-picture';
import { type Picture, rgbPicture } from '@maskwatch/vision/picture';
import { inOrder } from '../detect/in-order.ts';
import { Progress } from '../detect/progress.ts';

/** A picture or record that could not be used. */
export interface Skipped {
  file: string;
  reason: string;
}

export interface OverPictures<Answer> {
  pictures: readonly DataPicture[];
  /** What is done with each decoded picture, several at once. */
  work(picture: DataPicture, decoded: Picture): Promise<Answer>;
  stderr: NodeJS.WritableStream & { isTTY?: boolean };
}

/**
 * Decodes each picture and works on it; those that cannot be read are told on stderr and skipped.
 * Answers in order; rejects with what `work` throws.
 */
export async function overPictures<Answer>({
  pictures,
  work,
  stderr,
}: OverPictures<Answer>): Promise<{ answers: Answer[]; skipped: Skipped[] }> {
  const progress = new Progress({ stderr, clock: systemClock, total: pictures.length });
  const answers: Answer[] = [];
  const skipped: Skipped[] = [];
  const all = inOrder(pictures, 2 * availableParallelism(), async (picture) => {
    const decoded = await decode(picture);
    return 'reason' in decoded ? decoded : { answer: await work(picture, decoded) };
  });
  for await (const one of all) {
    if ('answer' in one) answers.push(one.answer);
    else {
      skipped.push(one);
      progress.clear();
      stderr.write(`${one.file}: ${one.reason.replaceAll('\n', ' ')}\n`);
    }
    progress.step();
  }
  progress.clear();
  return { answers, skipped };
}

/** A file that is gone by now, too large or no picture: whatever it is, the others are read. */
async function decode(picture: DataPicture): Promise<Picture | Skipped> {
  try {
    const { data, width, height } = await readPicture(await picture.bytes());
    return rgbPicture(data, width, height);
  } catch (thrown) {
    return { file: picture.file, reason: messageOf(thrown) };
  }
}
