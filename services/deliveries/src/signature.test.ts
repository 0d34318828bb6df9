import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { describe, it } from 'node:test';
import { Webhook } from 'standardwebhooks';
import { signedHeaders } from './signature.ts';

const secret = `whsec_${randomBytes(32).toString('base64')}`;
const message = { id: 'd-1', body: '{"text":"größer ✓"}', secret };

describe('a signature', () => {
  it('is accepted by the reference implementation', () => {
    const headers = signedHeaders({ ...message, at: Date.now() });

    assert.deepEqual(new Webhook(secret).verify(message.body, headers), { text: 'größer ✓' });
  });

  it('does not hold for another body, id or secret', () => {
    const headers = signedHeaders({ ...message, at: Date.now() });
    const other = `whsec_${randomBytes(32).toString('base64')}`;

    assert.throws(() => new Webhook(secret).verify('{}', headers));
    assert.throws(() =>
      new Webhook(secret).verify(message.body, { ...headers, 'webhook-id': 'd-2' }),
    );
    assert.throws(() => new Webhook(other).verify(message.body, headers));
  });

  it('carries the time of its attempt in whole seconds', () => {
    const headers = signedHeaders({ ...message, at: 1_700_000_000_999.7 });
    assert.equal(headers['webhook-timestamp'], '1700000000');
    assert.equal(headers['webhook-id'], 'd-1');
  });
});
