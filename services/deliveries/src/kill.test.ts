import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, it } from 'node:test';
import { until } from '@maskwatch/platform/testing/until';
import { aDelivery, anOpening } from '@maskwatch/store/builders';
import { Webhook } from 'standardwebhooks';
import { endpointTo, Outbox, secret } from './testing/outbox.ts';
import { answer, Receiver } from './testing/receiver.ts';

const kills = 6;

function start(script: string, args: string[]): ChildProcess {
  const path = new URL(`./testing/${script}`, import.meta.url).pathname;
  return spawn(process.execPath, [path, ...args], { stdio: ['ignore', 'pipe', 'inherit'] });
}

async function kill(child: ChildProcess): Promise<void> {
  const gone = once(child, 'exit');
  child.kill('SIGKILL');
  assert.deepEqual(await gone, [null, 'SIGKILL'], 'it ran until it was killed');
}

describe('deliveries whose process is killed', () => {
  let receiver: Receiver;
  let box: Outbox;
  beforeEach(async () => {
    receiver = await new Receiver().listen();
    box = await new Outbox().open();
  });
  afterEach(async () => {
    await box.close();
    await receiver.close();
  });

  it('repeat, when it was between answer and record, with the same id and bytes, and once', async () => {
    const body = JSON.stringify({ type: 'alert.firing', data: { text: 'größer', at: 1.5 } });
    const delivery = aDelivery({ id: 'd-1', body, createdAt: box.clock.now() });
    await box.store.open(anOpening('1', { deliveries: [delivery] }));
    await box.leave();

    const child = start('deliver-and-hang.ts', [box.directory, receiver.url]);
    assert.ok(child.stdout);
    const [line] = await once(child.stdout, 'data');
    assert.equal(String(line), 'answered\n');
    await kill(child);

    await box.open();
    await box.deliver([endpointTo('office', receiver.url)]);
    assert.equal((await box.store.delivery('d-1'))?.attempts.length, 0);
    await until('the repeat', async () => {
      await box.clock.advance(1000);
      return (await box.store.delivery('d-1'))?.state === 'delivered';
    });
    await box.clock.advance(3_600_000);

    assert.equal(receiver.received.length, 2);
    for (const got of receiver.received) {
      assert.equal(got.headers['webhook-id'], 'd-1');
      assert.equal(got.body, body);
      new Webhook(secret).verify(got.body, { ...got.headers });
    }
  });

  it(`bring everything that was committed, in ${kills} kills, and invent nothing`, async (test) => {
    const ledger = join(box.directory, 'ledger');
    const lines = () =>
      existsSync(ledger) ? readFileSync(ledger, 'utf8').trimEnd().split('\n') : [];
    await box.leave();
    for (let run = 0; run < kills; run += 1) {
      // Down in every other run, so that much is left for later ones.
      receiver.behaviour = run % 2 === 0 ? answer(204) : answer(503);
      const before = lines().length;
      const child = start('commit-and-deliver.ts', [
        ...[box.directory, receiver.url, ledger],
        String(run),
      ]);
      const wanted = before + 1 + Math.floor(Math.random() * 12);
      await until('its commits', () => lines().length >= wanted, { withinMs: 20_000 });
      await kill(child);
    }

    receiver.behaviour = answer(204);
    await box.open();
    await box.deliver([endpointTo('office', receiver.url)]);
    const waiting = async () => (await box.store.endpointSummary('office')).waiting;
    await until(
      'nothing waits',
      async () => {
        await box.clock.advance(60_000);
        return (await waiting()) === 0;
      },
      { withinMs: 30_000 },
    );

    const bodies = new Map<string, string>();
    for (const { headers, body } of receiver.received) {
      const id = headers['webhook-id'] as string;
      assert.equal(bodies.get(id) ?? body, body, `${id} came with the same bytes each time`);
      bodies.set(id, body);
    }
    for (const id of lines()) assert.ok(bodies.has(id), `${id} was committed and arrived`);
    for (const id of bodies.keys()) assert.ok(await box.store.delivery(id), `${id} was committed`);
    assert.ok(bodies.size <= lines().length + kills);
    test.diagnostic(`${lines().length} committed, ${receiver.received.length} requests`);
  });
});
