import assert from 'node:assert/strict';
import { test } from 'node:test';
import { FakeClock } from '@maskwatch/platform/clock';
import { silentLogger } from '@maskwatch/platform/logger';
import { Problem } from '@maskwatch/platform/problem';
import { engineThere } from './engine-there.ts';

const notThere = new Problem('store-unreachable', 'It does not answer.');

/** Opens with what `tries` says of each try; how many there were, and what was said. */
async function opened(tries: (count: number) => void, seconds: number) {
  const clock = new FakeClock();
  const said: string[] = [];
  const logger = Object.assign(Object.create(silentLogger), {
    warn: (_facts: object, sentence: string) => said.push(sentence),
  });
  let count = 0;
  const open = async () => tries(++count);
  const outcome = engineThere('postgres', open, { clock, logger }).then(
    () => 'open',
    (fault: Problem) => fault.code,
  );
  for (let half = 0; half < seconds * 2; half += 1) await clock.advance(500);
  return { outcome: await outcome, count, said };
}

test('an engine that comes later is waited for, and it is said once', async () => {
  const { outcome, count, said } = await opened((n) => {
    if (n < 5) throw notThere;
  }, 10);

  assert.equal(outcome, 'open');
  assert.equal(count, 5);
  assert.equal(said.length, 1);
});

test('an engine that does not come within 30 s is the problem', async () => {
  const { outcome, count } = await opened(() => {
    throw notThere;
  }, 40);

  assert.equal(outcome, 'store-unreachable');
  assert.ok(count > 50 && count < 70);
});

test('another problem is told at once', async () => {
  const { outcome, count } = await opened(() => {
    throw new Problem('redis-setting', 'It may evict.');
  }, 1);

  assert.equal(outcome, 'redis-setting');
  assert.equal(count, 1);
});
