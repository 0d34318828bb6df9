import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { TraceCondition } from '@maskwatch/contracts/violation';
import { detailOf } from './trace-words.ts';

function said(condition: TraceCondition['condition'], detail: string): string {
  return detailOf({ condition, holds: true, detail });
}

test('mask states are said in words and shares in percent', () => {
  assert.equal(said('state', 'no_mask, not seen now'), 'no mask, not seen now');
  assert.equal(said('votes', '8 looks, no_mask 0.97'), '8 looks, no mask 97 %');
  assert.equal(
    said('votes', '3 looks, mask 0.60, perhaps another person'),
    '3 looks, mask 60 %, perhaps another person',
  );
  assert.equal(said('votes', '0 looks, nothing said yet'), '0 looks, nothing said yet');
});

test('the size of a face says from where on faces are judged', () => {
  assert.equal(said('size', '136 px of 32'), '136 pixels, judged from 32');
});

test('the id of a violation is not shown', () => {
  assert.equal(said('violation', 'open, id 2d6539dc-733b-4f76-91b0-266b14ae07b7'), 'open');
  assert.equal(said('violation', 'none open'), 'none open');
});

test('a zone or camera that is named like a state keeps its name', () => {
  assert.equal(said('zone', 'outside of no_mask'), 'outside of no_mask');
  assert.equal(said('camera', 'the rule holds for no_mask'), 'the rule holds for no_mask');
});
