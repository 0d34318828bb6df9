import { drawCurves } from './draw-curves.ts';
import { drawMatrix } from './draw-matrix.ts';
import { drawScatter } from './draw-scatter.ts';
import { drawSheet } from './draw-sheet.ts';
import { drawFacts, drawTable } from './draw-table.ts';
import { escapeHtml } from './html-text.ts';
import { reportStyle } from './report-style.ts';
import type { Report, Section } from './section.ts';

/** Nothing is loaded and nothing runs, also where the file is opened from a disk. */
const policy = "default-src 'none'; img-src data:; style-src 'unsafe-inline'";

/** One HTML file without scripts, fonts or pictures from elsewhere. */
export function renderReport({ title, lead, sections }: Report): string {
  const wide = wideOf(sections);
  const contents = sections.map(
    (section, index) => `<li><a href="#part-${index + 1}">${escapeHtml(section.title)}</a></li>`,
  );
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escapeHtml(title)}</title>
<style>${reportStyle}</style>
</head>
<body>
<header>
<h1>${escapeHtml(title)}</h1>
<p class="lead">${escapeHtml(lead)}</p>
${sections.length < 3 ? '' : `<nav aria-label="Parts"><ol>${contents.join('')}</ol></nav>`}
</header>
<main>
${sections.map((section, index) => drawSection(section, index + 1, wide[index]!)).join('\n')}
</main>
</body>
</html>
`;
}

function drawSection(section: Section, number: number, width: 'whole' | 'half'): string {
  const note = section.note === undefined ? '' : `<p class="note">${escapeHtml(section.note)}</p>`;
  return `<section id="part-${number}" class="${width}">
<h2>${escapeHtml(section.title)}</h2>
${note}
${drawBody(section)}
</section>`;
}

function drawBody(section: Section): string {
  switch (section.kind) {
    case 'facts':
      return drawFacts(section.facts);
    case 'table':
      return drawTable(section.title, section);
    case 'curves':
      return drawCurves(section.title, section);
    case 'scatter':
      return drawScatter(section.title, section);
    case 'matrix':
      return drawMatrix(section.title, section);
    case 'sheet':
      return drawSheet(section.tiles);
  }
}

/** Charts and matrices stand two a row; one that would stand alone takes the whole of it. */
function wideOf(sections: readonly Section[]): ('whole' | 'half')[] {
  const widths = sections.map((section) => (isNarrow(section) ? 'half' : 'whole'));
  let start = 0;
  for (let end = 0; end <= widths.length; end += 1) {
    if (widths[end] === 'half') continue;
    if ((end - start) % 2 === 1) widths[end - 1] = 'whole';
    start = end + 1;
  }
  return widths;
}

function isNarrow(section: Section): boolean {
  if (section.kind === 'table') return section.columns.length <= 4 && section.rows.length <= 8;
  if (section.kind === 'matrix') return section.said.length <= 4;
  return section.kind === 'curves' || section.kind === 'scatter';
}
