import type { Alert } from '@maskwatch/contracts/alert';
import type { Delivery } from '@maskwatch/contracts/delivery';
import type { EndReason } from '@maskwatch/contracts/violation';
import { looks } from '../../components/mask-state-look.ts';

const ended: Record<EndReason, string> = {
  complied: 'complied',
  left: 'left',
  'camera-lost': 'camera lost',
  recovered: 'camera back',
  'end-of-film': 'film over',
};

/** What happened, in two or three words. */
export function titleOf({ violation }: Alert): string {
  if (violation.subject === 'camera') return 'Camera not watched';
  const { word } = looks[violation.state];
  return `${word[0]?.toUpperCase()}${word.slice(1)}`;
}

/** "firing", or "ended: left". */
export function conditionOf({ condition, violation }: Alert): string {
  if (condition === 'firing') return 'firing';
  return violation.ended === undefined ? 'ended' : `ended: ${ended[violation.ended]}`;
}

/** How it was handled: "new", "acknowledged", "dismissed as wrong". */
export function handlingOf({ handling, dismissReason }: Alert): string {
  if (handling !== 'dismissed' || dismissReason === undefined) return handling;
  return `dismissed as ${dismissReason}`;
}

export const deliveryWords: Record<Delivery['type'], string> = {
  'alert.firing': 'alert firing',
  'alert.ended': 'alert ended',
  test: 'test message',
};
