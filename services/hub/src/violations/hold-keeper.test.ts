import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Config } from '@maskwatch/contracts/config';
import type { Hold } from '@maskwatch/contracts/violation';
import { silentLogger } from '@maskwatch/platform/logger';
import { RuleEngine } from '@maskwatch/rules/rule-engine';
import { aViolation, builtAt } from '@maskwatch/store/builders';
import type { Store } from '@maskwatch/store/store';
import { HoldKeeper } from './hold-keeper.ts';

function aKeeper(keepHolds: (holds: Hold[]) => Promise<void>) {
  const { rules } = Config.parse({ rules: [{ id: 'no_mask', states: ['no_mask'], hold: '3s' }] });
  const alerts = { opening: [aViolation({ id: 'v-1' })] };
  const warned: string[] = [];
  const keeper = new HoldKeeper({
    ...{ ruleConfigs: rules, alerts, store: { keepHolds } as Store },
    rules: new RuleEngine({ rules, zones: [], newId: () => 'v-2' }),
    logger: Object.assign(Object.create(silentLogger), {
      warn: (_facts: object, sentence: string) => warned.push(sentence),
    }),
  });
  return { keeper, alerts, warned };
}

test('a hold that is reached is kept until its opening is in the store', async () => {
  const kept: Hold[][] = [];
  const { keeper, alerts } = aKeeper(async (holds) => void kept.push(holds));

  await keeper.keep();
  await keeper.keep();
  alerts.opening = [];
  await keeper.keep();

  assert.equal(kept.length, 2, 'written only when they change');
  const [hold] = kept[0]!;
  assert.deepEqual([hold?.ruleId, hold?.heldMs, hold?.startedAt], ['no_mask', 3000, builtAt]);
  assert.deepEqual(kept[1], []);
});

test('while the store is away it is said once', async () => {
  let away = true;
  const { keeper, warned } = aKeeper(async () => {
    if (away) throw new Error('it does not answer');
  });

  for (let n = 0; n < 5; n += 1) await keeper.keep();
  assert.equal(warned.length, 1);
  away = false;
  await keeper.keep();
  await keeper.forget();
  away = true;
  await keeper.keep();
  assert.equal(warned.length, 2);
});
