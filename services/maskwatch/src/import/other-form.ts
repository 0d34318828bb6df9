import { messageOf, Problem } from '@maskwatch/platform/problem';
import type { Original } from './original.ts';
import { pictureFeeds } from './picture-feeds.ts';
import { openTrial, type TrialNetwork } from './run-trial.ts';

/** The same classifier in another form, which gives `logits` too, in a process of its own. */
export function otherForm(reader: string, network: TrialNetwork): Original {
  return {
    reader,
    async run(pictures, reading) {
      const rows: Float32Array[][] = [];
      try {
        const trial = await openTrial(network);
        try {
          for (const picture of pictures) {
            const { logits } = await trial.run(pictureFeeds(picture, reading));
            rows.push([logits?.data ?? new Float32Array()]);
          }
        } finally {
          await trial.close();
        }
      } catch (cause) {
        throw new Problem('import-original', `it fails there: ${messageOf(cause)}`, { cause });
      }
      return rows;
    },
  };
}
