import type { Section } from '@maskwatch/training/report/section';

/** A terminal's usual 80 columns are too few for the tables; sentences stay readable. */
const widest = 96;

/**
 * The parts of a report that can be read in a terminal: facts, tables and matrices; curves and
 * pictures are left out.
 */
export function sectionsText(sections: readonly Section[]): string {
  return sections.flatMap((section) => sectionText(section) ?? []).join('\n\n');
}

function sectionText(section: Section): string | undefined {
  switch (section.kind) {
    case 'facts':
      return headed(section, columnsText(section.facts));
    case 'table':
      return headed(section, columnsText([section.columns, ...section.rows]));
    case 'matrix':
      return headed(section, columnsText(matrixRows(section)));
    default:
      return undefined;
  }
}

function headed({ title, note }: Section, text: string): string {
  return [title, ...(note === undefined ? [] : wrapped(note)), text].join('\n');
}

function wrapped(note: string): string[] {
  const lines: string[] = [];
  for (const word of note.split(' ')) {
    const last = lines.at(-1);
    if (last === undefined || last.length + word.length >= widest) lines.push(word);
    else lines[lines.length - 1] = `${last} ${word}`;
  }
  return lines;
}

function matrixRows({ labels, said, counts }: Section & { kind: 'matrix' }): string[][] {
  const head = ['labelled', ...said.map((state) => `said ${state}`)];
  return [head, ...labels.map((label, n) => [label, ...counts[n]!.map(String)])];
}

/** First column to the left, numbers to the right, two spaces between. */
function columnsText(rows: readonly (readonly string[])[]): string {
  const widths = rows[0]!.map((_, column) => Math.max(...rows.map((row) => row[column]!.length)));
  return rows
    .map((row) => {
      const cells = row.map((cell, column) => {
        const text = rows.every((other) => isRight(other[column]!, rows[0] === other));
        return text && column > 0 ? cell.padStart(widths[column]!) : cell.padEnd(widths[column]!);
      });
      return `  ${cells.join('  ')}`.trimEnd();
    })
    .join('\n');
}

function isRight(cell: string, isHead: boolean): boolean {
  return isHead || cell === '' || cell === '-' || /^[\d.]/.test(cell);
}
