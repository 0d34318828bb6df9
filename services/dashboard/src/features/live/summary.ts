import type { MaskState } from '@maskwatch/contracts/mask-state';
import type { Track } from '@maskwatch/contracts/observation';
import { looks } from '../../components/mask-state-look.ts';

const order: MaskState[] = ['no_mask', 'incorrect', 'unknown', 'mask'];

/** How many faces there are of each state, the gravest first; states without a face are left out. */
export function countStates(tracks: readonly Track[]): { state: MaskState; count: number }[] {
  return order
    .map((state) => ({ state, count: tracks.filter((track) => track.state === state).length }))
    .filter(({ count }) => count > 0);
}

/** The same as a sentence, for those who do not see the picture. */
export function summaryOf(tracks: readonly Track[]): string {
  if (tracks.length === 0) return 'no face';
  return countStates(tracks)
    .map(({ state, count }) => `${count} ${looks[state].word}`)
    .join(', ');
}
