import type { MaskState } from '@maskwatch/contracts/mask-state';
import type { IconName } from './icon.tsx';

/** How a mask state looks everywhere: a word, a shape and a colour, and how its box is drawn. */
export interface Look {
  word: string;
  icon: IconName;
  /** On pictures, whatever the theme: the box, and the text on a label filled with that colour. */
  box: string;
  ink: string;
  /** Width of the box's line in CSS pixels, and its dashes: readable without colour. */
  line: number;
  dash: readonly number[];
}

export const looks: Record<MaskState, Look> = {
  mask: { word: 'mask', icon: 'check', box: '#3ddc97', ink: '#06281a', line: 1.5, dash: [] },
  no_mask: { word: 'no mask', icon: 'cross', box: '#ff4d42', ink: '#2b0300', line: 3.5, dash: [] },
  incorrect: {
    word: 'incorrect',
    icon: 'tilt',
    box: '#ffb020',
    ink: '#2e1d00',
    line: 2.5,
    dash: [10, 4],
  },
  unknown: {
    word: 'unknown',
    icon: 'question',
    box: '#c3ced8',
    ink: '#1b242c',
    line: 1.5,
    dash: [3, 3],
  },
};
