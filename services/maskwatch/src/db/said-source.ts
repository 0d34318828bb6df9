import type { Part } from '@maskwatch/store/backup/parts';
import type { Source } from '@maskwatch/store/backup/transfer';
import { counted } from '../counted.ts';

/** The same source, and a line a table when it was read: a year of rows takes minutes. */
export function said(source: Source, say: (line: string) => void): Source {
  return { read: (work) => source.read((parts) => work(saidParts(parts, say))) };
}

async function* saidParts(
  parts: AsyncIterable<Part>,
  say: (line: string) => void,
): AsyncGenerator<Part, void> {
  let table: string | undefined;
  let rows = 0;
  const done = () => {
    if (table !== undefined) say(`${table}: ${counted(rows, 'row')} read`);
    rows = 0;
  };
  for await (const part of parts) {
    if (part.table.name !== table) done();
    table = part.table.name;
    rows += part.rows.length;
    yield part;
  }
  done();
}
