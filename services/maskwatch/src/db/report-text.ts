import type { TransferReport } from '@maskwatch/store/backup/transfer';
import { counted } from '../counted.ts';

/** A line a table: rows and SHA-256; then what was not carried. */
export function reportText({ tables, picturesMissing }: TransferReport): string {
  const rows = [
    ['table', 'rows', 'sha256'],
    ...tables.map(({ table, rows: count, sha256, kept }) => [
      ...[table, String(count)],
      kept ? sha256 : 'left out: only a store of many machines has it',
    ]),
  ];
  const [first = 0, second = 0] = [0, 1].map((n) => Math.max(...rows.map((row) => row[n]!.length)));
  const lines = rows.map(
    ([table = '', count = '', rest = '']) =>
      `${table.padEnd(first)}  ${count.padStart(second)}  ${rest}\n`,
  );
  const missing =
    picturesMissing > 0
      ? `${counted(picturesMissing, 'picture')} that evidence names ${picturesMissing === 1 ? 'was' : 'were'} not there any more.\n`
      : '';
  return lines.join('') + missing;
}
