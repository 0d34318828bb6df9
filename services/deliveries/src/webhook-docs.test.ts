import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { describe, it } from 'node:test';
import { WebhookBody } from '@maskwatch/contracts/webhook';
import { systemClock } from '@maskwatch/platform/clock';
import { freePort } from '@maskwatch/platform/testing/free-port';
import { DestinationGuard } from './destination-guard.ts';
import { gaps } from './retry-schedule.ts';
import { sendAttempt } from './send-attempt.ts';
import { signedHeaders } from './signature.ts';
import { secret } from './testing/outbox.ts';

const docs = new URL('../../../docs/', import.meta.url);
const page = readFileSync(new URL('webhooks.md', docs), 'utf8');

describe('docs/webhooks.md', () => {
  it('shows a body that the contract accepts, with every field that is always there', () => {
    const example = /```json\n([\s\S]*?)```/.exec(page)?.[1] ?? '';

    const body = WebhookBody.parse(JSON.parse(example));

    assert.deepEqual(body, JSON.parse(example), 'nothing in it is unknown to the contract');
    const optional = ['picture', 'pictureMissing'];
    const fields = Object.keys(WebhookBody.shape.data.shape).filter(
      (key) => !optional.includes(key),
    );
    assert.deepEqual(Object.keys(body.data), fields);
    for (const field of [...fields, ...optional]) assert.ok(page.includes(field), field);
  });

  it('shows the schedule that is kept', () => {
    const row = /^\| after \|(.*)\|$/m.exec(page)?.[1] ?? '';
    const units = { s: 1000, min: 60_000, h: 3_600_000 };
    const shown = row.split('|').map((cell) => {
      const [amount, unit] = cell.trim().split(' ');
      return amount === 'at' ? 0 : Number(amount) * units[unit as keyof typeof units];
    });
    assert.deepEqual(shown, gaps);
  });

  it('shows the refusal of a private target as it is printed', async () => {
    const sending = { clock: systemClock, guard: new DestinationGuard([]) };
    const message = { id: 'd-1', body: '{}', url: 'http://127.0.0.1:9000/', secret };
    const { signal } = new AbortController();
    const { error } = await sendAttempt(message, { ...sending, signal });
    assert.ok(page.includes(error as string), error);
  });
});

describe('docs/examples/receiver.mjs', () => {
  const path = new URL('examples/receiver.mjs', docs).pathname;

  it('has about thirty lines', () => {
    assert.ok(readFileSync(path, 'utf8').trimEnd().split('\n').length <= 32);
  });

  it('prints what is signed once, and refuses everything else', async () => {
    const port = await freePort();
    const child = spawn(process.execPath, [path], {
      env: { SECRET: secret, PORT: String(port) },
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const lines = createInterface(child.stdout)[Symbol.asyncIterator]();
    try {
      assert.equal((await lines.next()).value, 'listening');
      const url = `http://127.0.0.1:${port}/`;
      const body = JSON.stringify({ type: 'test', data: { text: 'größer' } });
      const post = async (at: number, change: Record<string, string> = {}) => {
        const headers = { ...signedHeaders({ id: 'd-1', body, secret, at }), ...change };
        return (await fetch(url, { method: 'POST', body, headers })).status;
      };
      const now = Date.now();

      assert.equal(await post(now, { 'webhook-id': 'd-2' }), 401, 'another id');
      assert.equal(await post(now, { 'webhook-signature': 'v1,AAAA' }), 401, 'another signature');
      assert.equal(await post(now - 301_000), 401, 'too old');
      assert.equal((await fetch(url, { method: 'POST', body })).status, 401, 'no signature');
      assert.equal(await post(now), 204);
      assert.equal(await post(now + 1000), 204, 'a repeat');
      const sending = {
        clock: systemClock,
        guard: new DestinationGuard(['127.0.0.1/32']),
        signal: new AbortController().signal,
      };
      const last = { id: 'd-3', body: '{"type":"test"}', url, secret };
      assert.deepEqual(await sendAttempt(last, sending), { status: 204 });

      const printed = [(await lines.next()).value, (await lines.next()).value].map((line) =>
        JSON.parse(String(line)),
      );
      assert.deepEqual(printed, [
        { webhookId: 'd-1', type: 'test', data: { text: 'größer' } },
        { webhookId: 'd-3', type: 'test' },
      ]);
    } finally {
      child.kill();
      await once(child, 'exit');
    }
  });
});
