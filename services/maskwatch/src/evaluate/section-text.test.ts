import assert from 'node:assert/strict';
import { test } from 'node:test';
import { sectionsText } from './section-text.ts';

test('tables have words to the left and numbers to the right, and no spaces at the end', () => {
  const text = sectionsText([
    {
      title: 'By source',
      kind: 'table',
      columns: ['source', 'faces', 'AP', ''],
      rows: [
        ['street', '7', '0.9', 'wrong'],
        ['a long source', '1200', '-', ''],
      ],
    },
  ]);

  assert.deepEqual(text.split('\n'), [
    'By source',
    '  source         faces   AP',
    '  street             7  0.9  wrong',
    '  a long source   1200    -',
  ]);
});

test('a matrix says which side is the label; notes are broken into lines; curves are left out', () => {
  const text = sectionsText([
    { title: 'Curve', kind: 'scatter', x: axis('x'), y: axis('y'), lines: [] },
    {
      title: 'What was said of what',
      note: 'word '.repeat(30).trim(),
      kind: 'matrix',
      labels: ['mask', 'no mask'],
      said: ['mask', 'no mask'],
      counts: [
        [96, 4],
        [0, 100],
      ],
    },
  ]);

  const lines = text.split('\n');
  assert.ok(!text.includes('Curve') && lines.every((line) => line.length <= 96));
  assert.deepEqual(lines.slice(-3), [
    '  labelled  said mask  said no mask',
    '  mask             96             4',
    '  no mask           0           100',
  ]);
});

function axis(label: string) {
  return { label, least: 0, most: 1 };
}
