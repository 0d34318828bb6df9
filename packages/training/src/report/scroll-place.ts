import { escapeHtml } from './html-text.ts';

/** What may be wider than a telephone, or `tall`, scrolls by itself, also by keyboard. */
export function scrollPlace(title: string, inner: string, height: 'whole' | 'tall' = 'whole') {
  const classes = height === 'tall' ? 'scroll tall' : 'scroll';
  return `<div class="${classes}" tabindex="0" role="group" aria-label="${escapeHtml(title)}">${inner}</div>`;
}
