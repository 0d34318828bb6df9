import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import type { Store } from '@maskwatch/store/store';
import { aWire } from '../testing/a-wire.ts';
import { pause, severalHubs, until } from '../testing/several-hubs.ts';

const webhooks = [
  { id: 'desk', url: 'https://desk.example/hook', secret: `whsec_${'a'.repeat(32)}` },
];
const rule = (id: string, hold: string) => ({ id, states: ['no_mask'], hold });
const quick = { rules: [rule('no_mask', '1s')], endpoints: { webhooks } };

const said = async (store: Store) =>
  (await store.alerts({ limit: 50 }))
    .map(({ violation: { ruleId, ended } }) => `${ruleId} ${ended ?? 'open'}`)
    .sort();
const isOpen =
  (store: Store, count = 1) =>
  async () =>
    (await said(store)).filter((one) => one === 'no_mask open').length === count;

// Each has engines of its own, and mostly waits.
suite('several hubs', { concurrency: 3 }, () => {
  test('the active hub is killed: another carries on what was open, and the holds', async (t) => {
    const rules = [rule('no_mask', '1s'), rule('long', '12s')];
    const { hub, speaker, store } = await severalHubs(t, { ...quick, rules });
    const one = hub('one');
    await until('one is active', () => one.active);
    const two = hub('two');
    const gate = speaker('gate');
    await until('a camera is leased', () => gate.epochs.has('gate') && sees(one) && sees(two));
    gate.appears('track-1');
    await until('an alert', isOpen(store));
    await until('a hold is kept', async () => (await store.holds()).some((h) => h.heldMs > 6000));

    await one.end('SIGKILL');
    const tookS = await until('two is active', () => two.active);
    const openedS = await until('the hold is reached', async () =>
      (await said(store)).includes('long open'),
    );

    assert.ok(tookS < 10, `took over after ${tookS} s`);
    assert.ok(openedS < 10, `the hold was begun anew: ${openedS} s`);
    assert.deepEqual(await said(store), ['long open', 'no_mask open']);
    gate.leaves('track-1');
    await until(
      'both end',
      async () => (await said(store)).join() === 'long left,no_mask left',
      30,
    );
  });

  test('an active hub that stood still says nothing that counts, and stands by', async (t) => {
    const { hub, speaker, store } = await severalHubs(t, quick);
    const one = hub('one');
    await until('one is active', () => one.active);
    const two = hub('two');
    const gate = speaker('gate');
    await until('a camera is leased', () => gate.epochs.has('gate') && sees(one) && sees(two));
    gate.appears('track-1');
    await until('an alert', isOpen(store));

    gate.appears('track-2');
    one.signal('SIGSTOP');
    await until('two is active', () => two.active);
    await until('the second alert', isOpen(store, 2));
    await pause(7000);
    one.signal('SIGCONT');
    await until('one stands by', () => !one.active);
    await pause(3000);

    assert.deepEqual(await said(store), ['no_mask open', 'no_mask open']);
    assert.equal(two.active, true);
    await two.end('SIGTERM');
    const tookS = await until('one is active again', () => one.active);
    assert.ok(tookS < 5, `a hub that stops gives its place up: ${tookS} s`);
    await pause(2000);
    assert.deepEqual(await said(store), ['no_mask open', 'no_mask open']);
  });

  test('what opens while the store is away is committed once, with its pictures and delivery', async (t) => {
    const { hub, speaker, store, postgres } = await severalHubs(t, quick);
    const one = hub('one');
    await until('one is active', () => one.active);
    const two = hub('two');
    const gate = speaker('gate');
    await until('a camera is leased', () => gate.epochs.has('gate') && sees(one) && sees(two));

    await postgres.kill();
    gate.appears('track-1');
    await pause(5000);
    await postgres.restart();
    await until('the alert', isOpen(store), 30);
    await pause(3000);

    assert.deepEqual(await said(store), ['no_mask open']);
    const [alert] = await store.alerts({ limit: 1 });
    assert.deepEqual(alert?.evidence.map(({ kind }) => kind).sort(), ['crop', 'picture']);
    assert.equal((await store.deliveries({ limit: 9 })).length, 1);
    assert.equal(one.active, true, 'who was active goes on');
  });

  test('what an ingest says in an epoch that is over is not believed', async (t) => {
    const { hub, speaker, store } = await severalHubs(t, quick);
    const one = hub('one');
    await until('one is active', () => one.active);
    const old = speaker('old');
    await until('a camera is leased', () => old.epochs.get('gate') !== undefined);
    await until('it is seen', () => sees(one));

    old.stubborn = true;
    old.leaving = true;
    const next = speaker('next');
    const tookS = await until('the camera has another owner', () => next.epochs.has('gate'));
    old.appears('a ghost');
    await until('the old owner is not believed', () => one.state!.outdated > 20);

    assert.ok(tookS < 6, `handed over after ${tookS} s`);
    assert.ok(next.epochs.get('gate')! > old.epochs.get('gate')!);
    assert.deepEqual(await said(store), []);
    next.appears('a person');
    await until('an alert', isOpen(store));
  });

  test('an ingest dies: another has its camera in time, and what was open stays one', async (t) => {
    const { hub, speaker, store } = await severalHubs(t, quick);
    const one = hub('one');
    await until('one is active', () => one.active);
    const first = speaker('first');
    await until('a camera is leased', () => first.epochs.has('gate'));
    first.appears('track-1');
    await until('an alert', isOpen(store));
    const next = speaker('next');
    await pause(1500);

    await first.close();
    const tookS = await until('the camera has another owner', () => next.epochs.has('gate'));
    next.appears('track-2');
    await until('the person is known again', async () => {
      const [violation] = await store.openViolations();
      return violation?.trackId === 'track-2';
    });
    await pause(3000);

    assert.ok(tookS < 8, `handed over after ${tookS} s`);
    assert.deepEqual(await said(store), ['no_mask open']);
  });

  test('an active hub that is cut off from Redis gives its place to one that is not', async (t) => {
    const { hub, speaker, store, redis } = await severalHubs(t, quick);
    const wire = await aWire(redis.port);
    t.after(() => wire.cut());
    const one = hub('one', { redis: wire.port });
    await until('one is active', () => one.active);
    const two = hub('two');
    const gate = speaker('gate');
    await until('a camera is leased', () => gate.epochs.has('gate') && sees(one) && sees(two));
    const epoch = gate.epochs.get('gate');
    gate.appears('track-1');
    await until('an alert', isOpen(store));

    wire.cut();
    const tookS = await until('two is active', () => two.active);
    await until('one stands by', () => !one.active);
    await pause(7000);

    assert.ok(tookS < 10, `took over after ${tookS} s`);
    assert.equal(gate.epochs.get('gate'), epoch, 'the camera stays where it is');
    assert.deepEqual(await said(store), ['no_mask open']);
  });

  test('an active hub that is cut off from the store is passed over, and says nothing twice', async (t) => {
    const { hub, speaker, store, postgres } = await severalHubs(t, quick);
    const wire = await aWire(postgres.port);
    t.after(() => wire.cut());
    const one = hub('one', { postgres: wire.port });
    await until('one is active', () => one.active);
    const two = hub('two');
    const gate = speaker('gate');
    await until('a camera is leased', () => gate.epochs.has('gate') && sees(one) && sees(two));
    gate.appears('track-1');
    await until('an alert', isOpen(store));

    wire.hold();
    gate.appears('track-2');
    const tookS = await until('two is active', () => two.active);
    await until('the second alert', isOpen(store, 2));
    await pause(3000);
    wire.goOn();
    await until('one stands by', () => !one.active);
    await pause(3000);

    assert.ok(tookS < 10, `took over after ${tookS} s`);
    assert.deepEqual(await said(store), ['no_mask open', 'no_mask open']);
    assert.equal(two.active, true);
  });

  test('without Redis for a while the active hub stays so, and what was open goes on', async (t) => {
    const { hub, speaker, store, redis } = await severalHubs(t, quick);
    const one = hub('one');
    await until('one is active', () => one.active);
    const two = hub('two');
    const gate = speaker('gate');
    await until('a camera is leased', () => gate.epochs.has('gate') && sees(one) && sees(two));
    const epoch = gate.epochs.get('gate');
    gate.appears('track-1');
    await until('an alert', isOpen(store));

    await redis.kill();
    await pause(12_000);
    await redis.restart();
    await until('the camera is seen again', () => sees(one) && sees(two));
    await pause(4000);

    assert.equal(one.active, true);
    assert.equal(gate.epochs.get('gate'), epoch, 'the camera stays where it is');
    assert.deepEqual(await said(store), ['no_mask open']);
  });
});

function sees({ state }: { state?: { cameras: { blind: boolean }[] } | undefined }): boolean {
  return state?.cameras.every(({ blind }) => !blind) ?? false;
}
