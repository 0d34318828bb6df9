import type { MaskState } from '@maskwatch/contracts/mask-state';
import { escapeHtml } from './html-text.ts';
import type { Tile } from './section.ts';

/** A shape for each state, on a grid of 16 by 16: told apart without colour. */
const shapes: Readonly<Record<MaskState, string>> = {
  mask: 'M3.2 8.6 6.6 12 12.8 4.6',
  no_mask: 'M4 4l8 8M12 4l-8 8',
  incorrect: 'M8 2.2 14.4 13.4H1.6zM8 6.4v3.2M8 11.4v.2',
  unknown: 'M5.6 6a2.5 2.5 0 1 1 3.6 2.2c-.8.4-1.2.9-1.2 1.8M8 12.4v.2',
};

/** Small pictures with their words; the wrong ones have a word and a border of their own. */
export function drawSheet(tiles: readonly Tile[]): string {
  if (tiles.length === 0) return '<p class="note">There is none.</p>';
  return `<ul class="sheet">\n${tiles.map(drawTile).join('\n')}\n</ul>`;
}

function drawTile({ jpeg, caption, state, wrong }: Tile): string {
  const picture = Buffer.from(jpeg).toString('base64');
  const classes = ['tile', ...(state === undefined ? [] : [`of-${state}`])];
  if (wrong === true) classes.push('wrong');
  return `<li class="${classes.join(' ')}"><div class="picture"><img src="data:image/jpeg;base64,${picture}" alt="" decoding="async">${wrong === true ? '<b class="verdict">wrong</b>' : ''}</div>${state === undefined ? '' : stateMark(state)}<p>${escapeHtml(caption)}</p></li>`;
}

function stateMark(state: MaskState): string {
  return `<span class="state"><svg viewBox="0 0 16 16" width="13" height="13" aria-hidden="true"><path d="${shapes[state]}"/></svg>${state.replace('_', ' ')}</span>`;
}
