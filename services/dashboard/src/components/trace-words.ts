import type { MaskState } from '@maskwatch/contracts/mask-state';
import type { TraceCondition } from '@maskwatch/contracts/violation';
import { looks } from './mask-state-look.ts';

const names: Record<TraceCondition['condition'], string> = {
  camera: 'camera',
  zone: 'zone',
  poster: 'poster',
  size: 'face size',
  votes: 'votes',
  state: 'state',
  hold: 'held for',
  violation: 'violation',
};

export function nameOf({ condition }: TraceCondition): string {
  return names[condition];
}

/** The detail of a condition as people read it; ids of zones and cameras stay as they are. */
export function detailOf({ condition, detail }: TraceCondition): string {
  if (condition === 'violation') return detail.replace(/, id .*$/, '');
  if (condition === 'size') return detail.replace(/ px of (\d+)$/, ' pixels, judged from $1');
  if (condition !== 'votes' && condition !== 'state') return detail;
  return detail
    .replace(/\b(mask|no_mask|incorrect|unknown)\b/, (state) => looks[state as MaskState].word)
    .replace(/(\d\.\d\d)(?=$|,)/, (share) => `${Math.round(Number(share) * 100)} %`);
}
