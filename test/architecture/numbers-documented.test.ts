import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { root } from './source-files.ts';

const units: Record<string, number> = { '': 1, s: 1000, min: 60_000, MB: 1e6 };

interface Row {
  about: string;
  value: string;
  constant: string;
  path: string;
}

/** Rows of | what | value | `constant` | `file` | of the page on the design. */
function rows(): Row[] {
  const page = readFileSync(join(root, 'docs', 'design', 'README.md'), 'utf8');
  const row = /^\| ([^|]+) \| ([\d.]+ ?[a-zA-Z]*) \| `(\w+)` \| `(\S+\.ts)` \|$/gm;
  return [...page.matchAll(row)].map(([, about = '', value = '', constant = '', path = '']) => ({
    ...{ about, value, constant, path },
  }));
}

/** "2.5 s" in milliseconds, "16 MB" in bytes, "64" as it is. */
function documented(value: string): number {
  const [, number = '', unit = ''] = /^([\d.]+) ?(\w*)$/.exec(value) ?? [];
  const factor = units[unit];
  if (factor === undefined) throw new Error(`"${unit}" is no unit of this table`);
  return Number(number) * factor;
}

/** The number that a source gives to a constant or a field; a product of literals at most. */
function inSource(path: string, constant: string): number | undefined {
  const text = readFileSync(join(root, path), 'utf8');
  const assigned = new RegExp(`\\b${constant}\\s*[:=]\\s*([\\d_.e]+(?: \\* [\\d_.e]+)*)[;,]`);
  const [, expression] = assigned.exec(text) ?? [];
  return expression
    ?.split(' * ')
    .map((factor) => Number(factor.replaceAll('_', '')))
    .reduce((product, factor) => product * factor, 1);
}

test('every number of the design page is the one in the source', () => {
  const table = rows();

  assert.ok(table.length > 40, `only ${table.length} rows were found`);
  for (const { about, value, constant, path } of table) {
    assert.equal(inSource(path, constant), documented(value), `${about}: ${constant} in ${path}`);
  }
});

test('no row of the table is passed over', () => {
  const page = readFileSync(join(root, 'docs', 'design', 'README.md'), 'utf8');
  const lines = page.match(/^\|.*`\S+\.ts` \|$/gm) ?? [];

  assert.equal(rows().length, lines.length);
});
