import assert from 'node:assert/strict';
import { test } from 'node:test';
import { roundAxis, stepAxis } from './round-ticks.ts';

function words(axis: ReturnType<typeof roundAxis>): string[] {
  return axis.ticks.map(axis.words);
}

test('ticks are round and take in all values', () => {
  assert.deepEqual(words(roundAxis([0.031, 0.47])), ['0.0', '0.1', '0.2', '0.3', '0.4', '0.5']);
  assert.deepEqual(words(roundAxis([-3, 12])), ['-5', '0', '5', '10', '15']);
  assert.deepEqual(words(roundAxis([1200, 9000])), ['0', '2000', '4000', '6000', '8000', '10000']);
});

test('a fixed end stays where it is', () => {
  const axis = roundAxis([0.77, 0.98], { most: 1 });

  assert.equal(axis.most, 1);
  assert.deepEqual(words(axis), ['0.75', '0.80', '0.85', '0.90', '0.95', '1.00']);
});

test('values that are all the same, none or not finite have an axis as well', () => {
  for (const values of [[0.5, 0.5], [0], [], [Number.NaN, Number.POSITIVE_INFINITY]]) {
    const { least, most, ticks } = roundAxis(values);
    assert.ok(most > least, `${values}`);
    assert.ok(ticks.length > 1 && ticks.length < 15, `${values}: ${ticks}`);
  }
  assert.ok(roundAxis([2], { least: 0, most: 0 }).most > 0);
});

test('steps are counted in whole numbers and say where they start', () => {
  assert.deepEqual(words(stepAxis([1, 2, 3])), ['1', '2', '3']);
  assert.deepEqual(words(stepAxis(Array.from({ length: 30 }, (_, n) => n + 1))), [
    ...['1', '5', '10', '15', '20', '25', '30'],
  ]);
  assert.deepEqual(words(stepAxis([1, 11])), ['1', '2', '4', '6', '8', '10']);
  assert.deepEqual(words(stepAxis([7])), ['6', '7', '8']);
});
