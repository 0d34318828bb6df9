import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readSources } from './source-files.ts';
import { textPatterns, wordFaults } from './words.ts';

const refused: [string, string, RegExp][] = [
  ['a/b.ts', `// ${'TO'}DO: later`, /tracker/],
  ['a/b.ts', "readFileSync('/root/models/a.onnx')", /one machine/],
  ['a/b.md', 'Unpack it below /home/someone/models.', /one machine/],
  ['a/b.json', '"resolved": "https://registry.example.com/zod.tgz"', /registry host/],
  ['a/b.md', `${'<'.repeat(7)} ours`, /conflict/],
  ['a/b.ts', `// see iss${'u'}e #12`, /tracker/],
  ['a/utils.ts', '', /says nothing/],
  ['a/helpers/b.ts', '', /says nothing/],
];

for (const [path, text, reason] of refused) {
  test(`refuses in ${path}: ${text || 'its name'}`, () => {
    const faults = wordFaults({ path, text });

    assert.equal(faults.length, 1);
    assert.match(faults[0]?.reason ?? '', reason);
  });
}

test('lets relative paths and the working of the web stand', () => {
  const text =
    'services/hub/work/a.ts, https://example.com/work/, ./root/a, the words todo and hack';

  assert.deepEqual(wordFaults({ path: 'a/b.ts', text }), []);
});

test('no committed text has words that do not belong there', () => {
  const files = readSources(textPatterns).filter(
    ({ path }) => path !== 'test/architecture/words.test.ts',
  );

  const faults = files.flatMap(wordFaults);

  assert.ok(files.length > 40, 'the texts were not found');
  assert.deepEqual(
    faults.map(({ path, line, reason }) => `${path}:${line}: ${reason}`),
    [],
  );
});
