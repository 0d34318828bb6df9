import assert from 'node:assert/strict';
import { test } from 'node:test';
import { inOrder } from './in-order.ts';

test('answers come in the order of the items, never more under way than allowed', async () => {
  let underWay = 0;
  let most = 0;
  const work = async (n: number) => {
    underWay += 1;
    most = Math.max(most, underWay);
    for (let turns = 0; turns < (n * 7) % 5; turns += 1) await new Promise(setImmediate);
    underWay -= 1;
    return n * 10;
  };
  const answers: number[] = [];
  for await (const answer of inOrder([1, 2, 3, 4, 5, 6, 7], 3, work)) answers.push(answer);

  assert.deepEqual(answers, [10, 20, 30, 40, 50, 60, 70]);
  assert.equal(most, 3);
});

test('a failure is thrown at its place, after the answers before it', async () => {
  const seen: number[] = [];
  const answers = inOrder([1, 2, 3], 3, async (n) => {
    if (n === 2) throw new Error('broken');
    return n;
  });
  await assert.rejects(
    async () => {
      for await (const answer of answers) seen.push(answer);
    },
    { message: 'broken' },
  );
  assert.deepEqual(seen, [1]);
});
