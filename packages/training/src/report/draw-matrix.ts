import { MaskState } from '@maskwatch/contracts/mask-state';
import { escapeHtml } from './html-text.ts';
import { scrollPlace } from './scroll-place.ts';
import type { Matrix } from './section.ts';

/** Counts with each row's shares; the tint grows with the share, right ones are framed. */
export function drawMatrix(title: string, { labels, said, counts }: Matrix): string {
  const head = said.map((name) => `<th scope="col">${word(name)}</th>`).join('');
  const rows = labels.map((label, row) => {
    const line = said.map((_, column) => counts[row]?.[column] ?? 0);
    const total = line.reduce((sum, count) => sum + count, 0);
    const cells = said.map((name, column) => cell(line[column]!, total, name === label));
    return `<tr><th scope="row">${word(label)}</th>${cells.join('')}<td class="total">${total}</td></tr>`;
  });
  const table = `<table class="matrix">
<thead><tr><td rowspan="2" class="corner">labelled</td><th colspan="${said.length}" scope="colgroup" class="over">said</th><td rowspan="2" class="total">all</td></tr>
<tr>${head}</tr></thead>
<tbody>${rows.join('\n')}</tbody>
</table>`;
  return `${scrollPlace(title, table)}
<p class="note">Framed: right. The share is of the row: of all that are labelled so.</p>`;
}

function cell(count: number, total: number, right: boolean): string {
  const share = total === 0 ? 0 : count / total;
  const words = total === 0 ? '–' : `${(share * 100).toFixed(1)} %`;
  const tint = Math.round(share * 50);
  return `<td class="${right ? 'right' : 'false'}" style="--tint:${tint}%"><b>${count}</b><small>${words}</small></td>`;
}

function word(name: string): string {
  return escapeHtml(MaskState.safeParse(name).success ? name.replace('_', ' ') : name);
}
