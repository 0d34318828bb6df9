import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readBlocks, readSpans } from './card-blocks.ts';

test('headings, paragraphs, lists, tables and code are told apart', () => {
  const card = [
    ...[
      '# office',
      '',
      'Judges faces.',
      'Second line.',
      '## Figures',
      '| class | n |',
      '|---|---|',
    ],
    ...['| mask | 40 |', '', '- one', '  goes on', '- two', '', '```', 'a | b', '```', 'End.'],
  ].join('\r\n');

  assert.deepEqual(readBlocks(card), [
    { kind: 'heading', level: 1, text: 'office' },
    { kind: 'paragraph', text: 'Judges faces. Second line.' },
    { kind: 'heading', level: 2, text: 'Figures' },
    { kind: 'table', head: ['class', 'n'], rows: [['mask', '40']] },
    { kind: 'list', items: ['one goes on', 'two'] },
    { kind: 'code', text: 'a | b' },
    { kind: 'paragraph', text: 'End.' },
  ]);
});

test('what is torn or strange ends, and is shown as it is written', () => {
  assert.deepEqual(readBlocks('```\nnever closed'), [{ kind: 'code', text: 'never closed' }]);
  assert.deepEqual(readBlocks('| a row alone |'), [{ kind: 'paragraph', text: '| a row alone |' }]);
  assert.deepEqual(readBlocks('<script>alert(1)</script>'), [
    { kind: 'paragraph', text: '<script>alert(1)</script>' },
  ]);
  assert.deepEqual(readBlocks('\n\n'), []);
});

test('a link is its words only', () => {
  assert.deepEqual(readSpans('see [the card](javascript:alert) of `mask` at **0.9**'), [
    { kind: 'text', text: 'see the card of ' },
    { kind: 'code', text: 'mask' },
    { kind: 'text', text: ' at ' },
    { kind: 'strong', text: '0.9' },
  ]);
});
