import { escapeHtml } from './html-text.ts';
import { scrollPlace } from './scroll-place.ts';

/** Longer tables scroll in a place of their own, and are whole on paper. */
const longest = 40;

/** Columns of figures stand to the right; the first column names the row. */
export function drawTable(
  title: string,
  { columns, rows }: { columns: string[]; rows: string[][] },
): string {
  if (rows.length === 0) return '<p class="note">There is none.</p>';
  const kinds = columns.map((_, column) => kindOf(rows.map((row) => row[column] ?? '')));
  const head = columns.map(
    (name, column) => `<th scope="col"${kinds[column]}>${escapeHtml(name)}</th>`,
  );
  const body = rows.map((row) => {
    const cells = columns.map((_, column) => {
      const text = escapeHtml(row[column] ?? '');
      return column === 0
        ? `<th scope="row"${kinds[0]}>${text}</th>`
        : `<td${kinds[column]}>${text}</td>`;
    });
    return `<tr>${cells.join('')}</tr>`;
  });
  const table = `<table><thead><tr>${head.join('')}</tr></thead><tbody>\n${body.join('\n')}\n</tbody></table>`;
  return scrollPlace(title, table, rows.length > longest ? 'tall' : 'whole');
}

export function drawFacts(facts: readonly [name: string, value: string][]): string {
  const rows = facts.map(
    ([name, value]) => `<div><dt>${escapeHtml(name)}</dt><dd>${escapeHtml(value)}</dd></div>`,
  );
  return `<dl class="facts">\n${rows.join('\n')}\n</dl>`;
}

function kindOf(cells: string[]): string {
  const known = cells.filter((cell) => cell !== '' && cell !== '–' && cell !== '-');
  const figures = known.length > 0 && known.every((cell) => /^[-−+<>±]?\s?\d[\d\s.,]*/.test(cell));
  const short = known.every((cell) => cell.length <= 24);
  return figures && short ? ' class="figure"' : '';
}
