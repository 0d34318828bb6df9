import assert from 'node:assert/strict';
import { test } from 'node:test';
import { codePatterns, isTest, readSources } from './source-files.ts';

/** Above it a file is two files. Tests are lists of cases and may be longer. */
const most = { source: 400, test: 600 };

test('no source is longer than 400 lines and no test than 600; the ten longest are printed', (t) => {
  const sizes = readSources(codePatterns)
    .map(({ path, text }) => ({ path, lines: text.split('\n').length - 1 }))
    .sort((a, b) => b.lines - a.lines);

  for (const { path, lines } of sizes.slice(0, 10)) t.diagnostic(`${lines} lines  ${path}`);
  assert.deepEqual(
    sizes.filter(({ path, lines }) => lines > (isTest(path) ? most.test : most.source)),
    [],
  );
});
