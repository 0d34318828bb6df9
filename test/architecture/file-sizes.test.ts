import assert from 'node:assert/strict';
import { test } from 'node:test';
import { codePatterns, readSources } from './source-files.ts';

/** Above it a file is two files, or a table of data that says so in its first line. */
const mostLines = 400;

test('no source is longer than 400 lines; the ten longest are printed', (t) => {
  const sizes = readSources(codePatterns)
    .map(({ path, text }) => ({ path, lines: text.split('\n').length - 1 }))
    .sort((a, b) => b.lines - a.lines);

  for (const { path, lines } of sizes.slice(0, 10)) t.diagnostic(`${lines} lines  ${path}`);
  assert.deepEqual(
    sizes.filter(({ lines }) => lines > mostLines),
    [],
  );
});
