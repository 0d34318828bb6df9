import assert from 'node:assert/strict';
import { test } from 'node:test';
import { unsayableRules } from './unsayable-rules.ts';

test('a rule that waits for what no model says is named with its place', () => {
  const rules = [{ states: ['no_mask' as const] }, { states: ['incorrect' as const] }];
  assert.deepEqual(unsayableRules(rules, ['mask', 'no_mask']), [
    'rules[1].states[0]: the models cannot say incorrect, so it never fires',
  ]);
});

test('a rule that has other states as well still fires for those', () => {
  const rules = [{ states: ['no_mask' as const, 'incorrect' as const] }];
  assert.deepEqual(unsayableRules(rules, ['mask', 'no_mask']), [
    'rules[0].states[1]: the models cannot say incorrect, so it fires for its other states only',
  ]);
});

test('models that say all three leave nothing to warn of', () => {
  const rules = [{ states: ['no_mask' as const, 'incorrect' as const] }];
  assert.deepEqual(unsayableRules(rules, ['mask', 'no_mask', 'incorrect']), []);
});
