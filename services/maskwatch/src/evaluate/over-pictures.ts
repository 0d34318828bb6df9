import { availableParallelism } from 'node:os';
import { systemClock } from '@maskwatch/platform/clock';
import { messageOf, Problem } from '@maskwatch/platform/problem';
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

/** Decodes each picture and works on it; broken ones are told on stderr and skipped. In order. */
export async function overPictures<Answer>({
  pictures,
  work,
  stderr,
}: OverPictures<Answer>): Promise<{ answers: Answer[]; skipped: Skipped[] }> {
  const progress = new Progress({ stderr, clock: systemClock, total: pictures.length });
  const answers: Answer[] = [];
  const skipped: Skipped[] = [];
  const all = inOrder(pictures, 2 * availableParallelism(), async (picture) => {
    try {
      const { data, width, height } = await readPicture(await picture.bytes());
      return { answer: await work(picture, rgbPicture(data, width, height)) };
    } catch (thrown) {
      if (!(thrown instanceof Problem)) throw thrown;
      return { file: picture.file, reason: messageOf(thrown) };
    }
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
