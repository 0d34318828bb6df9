import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { describe, it } from 'node:test';
import { aDelivery, anOpening } from '@maskwatch/store/builders';
import { Webhook } from 'standardwebhooks';
import { endpointTo, Outbox, secret } from './testing/outbox.ts';
import { Receiver } from './testing/receiver.ts';
import { until } from './testing/until.ts';

const script = new URL('./testing/deliver-and-hang.ts', import.meta.url).pathname;

describe('deliveries that are killed between an answer and its record', () => {
  it('repeat with the same id and the same bytes, and only once', async () => {
    const receiver = await new Receiver().listen();
    const box = await new Outbox().open();
    try {
      const body = JSON.stringify({ type: 'alert.firing', data: { text: 'größer', at: 1.5 } });
      const delivery = aDelivery({ id: 'd-1', body, createdAt: box.clock.now() });
      await box.store.open(anOpening('1', { deliveries: [delivery] }));

      const child = spawn(process.execPath, [script, box.directory, receiver.url], {
        stdio: ['ignore', 'pipe', 'inherit'],
      });
      const gone = once(child, 'exit');
      const [line] = await once(child.stdout, 'data');
      assert.equal(String(line), 'answered\n');
      child.kill('SIGKILL');
      assert.deepEqual(await gone, [null, 'SIGKILL']);

      await box.deliver([endpointTo('office', receiver.url)]);
      assert.equal((await box.store.delivery('d-1'))?.attempts.length, 0);
      // The killed process holds its claim until the lease is over.
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
    } finally {
      await box.close();
      await receiver.close();
    }
  });
});
