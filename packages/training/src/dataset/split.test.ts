import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Splittable, splitByGroups, splitNaively } from './split.ts';

/** `groups` groups of `size` pictures each. */
function pictures(label: string, groups: number, size: number): Splittable[] {
  return Array.from({ length: groups * size }, (_, i) => {
    return { label, group: Math.floor(i / size) + label.charCodeAt(0) * 1000 };
  });
}

const items = [
  ...pictures('mask', 150, 2),
  ...pictures('no_mask', 300, 1),
  ...pictures('x', 20, 2),
];

function counted(places: readonly number[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const i of places) counts[items[i]!.label] = (counts[items[i]!.label] ?? 0) + 1;
  return counts;
}

test('a fifth of each class is for validation, groups stay whole', () => {
  const { train, validation } = splitByGroups(items, { seed: 1 });

  assert.deepEqual(counted(validation), { mask: 60, no_mask: 60, x: 8 });
  assert.equal(train.length + validation.length, items.length);
  const groups = new Set(train.map((i) => items[i]!.group));
  assert.ok(validation.every((i) => !groups.has(items[i]!.group)));
});

test('the seed decides, and nothing else', () => {
  assert.deepEqual(splitByGroups(items, { seed: 3 }), splitByGroups(items, { seed: 3 }));
  assert.notDeepEqual(splitByGroups(items, { seed: 3 }), splitByGroups(items, { seed: 4 }));
});

test('one large group does not fill the validation; a class of few groups gets its smallest', () => {
  const large = [...pictures('a', 1, 80), ...pictures('b', 3, 30), ...pictures('a', 20, 1)];
  for (const [i, item] of large.entries()) if (i >= 170) item.group = i;

  const { validation } = splitByGroups(large, { seed: 5 });
  const labels = validation.map((i) => large[i]!.label);

  assert.equal(labels.filter((label) => label === 'b').length, 30);
  assert.equal(labels.filter((label) => label === 'a').length, 20);
});

test('the naive split tears groups apart, with the same shares', () => {
  const { train, validation } = splitNaively(items, { seed: 1 });

  assert.deepEqual(counted(validation), { mask: 60, no_mask: 60, x: 8 });
  const groups = new Set(train.map((i) => items[i]!.group));
  assert.ok(validation.some((i) => groups.has(items[i]!.group)));
});
