/** A card's Markdown as blocks of plain text: what is not known here is shown as it is written. */
export type CardBlock =
  | { kind: 'heading'; level: number; text: string }
  | { kind: 'paragraph'; text: string }
  | { kind: 'code'; text: string }
  | { kind: 'list'; items: string[] }
  | { kind: 'table'; head: string[]; rows: string[][] };

export type CardSpan = { kind: 'text' | 'code' | 'strong'; text: string };

export function readBlocks(markdown: string): CardBlock[] {
  const lines = markdown.replaceAll('\r\n', '\n').split('\n');
  const blocks: CardBlock[] = [];
  for (let at = 0; at < lines.length; ) {
    if (lines[at]!.trim() === '') {
      at += 1;
      continue;
    }
    const { block, next } = readBlock(lines, at);
    blocks.push(block);
    at = next;
  }
  return blocks;
}

interface Read {
  block: CardBlock;
  /** The line after it; always further on. */
  next: number;
}

function readBlock(lines: readonly string[], at: number): Read {
  const line = lines[at]!;
  const heading = /^(#{1,6})\s+(.*)$/.exec(line);
  if (heading !== null) {
    const [, marks = '', text = ''] = heading;
    return { block: { kind: 'heading', level: marks.length, text }, next: at + 1 };
  }
  if (line.startsWith('```')) return readCode(lines, at);
  if (isRow(line) && isRule(lines[at + 1] ?? '')) return readTable(lines, at);
  if (isItem(line)) return readList(lines, at);
  const next = endOf(lines, at + 1, (one) => one.trim() !== '' && !startsBlock(one));
  const text = lines.slice(at, next).join(' ').trim();
  return { block: { kind: 'paragraph', text }, next };
}

function readCode(lines: readonly string[], at: number): Read {
  const end = endOf(lines, at + 1, (line) => !line.startsWith('```'));
  return { block: { kind: 'code', text: lines.slice(at + 1, end).join('\n') }, next: end + 1 };
}

function readTable(lines: readonly string[], at: number): Read {
  const next = endOf(lines, at + 2, isRow);
  const [head = [], ...rows] = [lines[at]!, ...lines.slice(at + 2, next)].map(cellsOf);
  return { block: { kind: 'table', head, rows }, next };
}

function readList(lines: readonly string[], at: number): Read {
  const next = endOf(lines, at + 1, (line) => isItem(line) || /^\s+\S/.test(line));
  const items: string[] = [];
  for (const line of lines.slice(at, next)) {
    if (isItem(line)) items.push(line.replace(item, '').trim());
    else items[items.length - 1] += ` ${line.trim()}`;
  }
  return { block: { kind: 'list', items }, next };
}

const item = /^\s*(?:[-*+]|\d+\.)\s+/;
const isItem = (line: string) => item.test(line);
const isRow = (line: string) => /^\s*\|.*\|\s*$/.test(line);
const isRule = (line: string) => /^\s*\|[\s:|-]+\|\s*$/.test(line);
const startsBlock = (line: string) => /^(#{1,6}\s|```)/.test(line) || isItem(line) || isRow(line);

function cellsOf(row: string): string[] {
  return row
    .trim()
    .slice(1, -1)
    .split('|')
    .map((cell) => cell.trim());
}

function endOf(lines: readonly string[], from: number, holds: (line: string) => boolean): number {
  let end = from;
  while (end < lines.length && holds(lines[end]!)) end += 1;
  return end;
}

/** Code and strong words; of a link its words, so that a card leads nowhere. */
export function readSpans(text: string): CardSpan[] {
  return text
    .replace(/\[([^\][]{1,200})\]\([^()\s]{1,500}\)/g, '$1')
    .split(/(`[^`]+`|\*\*[^*]+\*\*)/)
    .filter((part) => part !== '')
    .map((part): CardSpan => {
      if (/^`[^`]+`$/.test(part)) return { kind: 'code', text: part.slice(1, -1) };
      if (/^\*\*[^*]+\*\*$/.test(part)) return { kind: 'strong', text: part.slice(2, -2) };
      return { kind: 'text', text: part };
    });
}
