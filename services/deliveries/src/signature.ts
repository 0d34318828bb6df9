import { createHmac } from 'node:crypto';

/**
 * The three headers of Standard Webhooks 1.0.0 (https://www.standardwebhooks.com): HMAC-SHA256 over
 * "id.timestamp.body" with the base64 bytes behind `whsec_` as the key.
 */
export function signedHeaders(message: {
  id: string;
  body: string;
  secret: string;
  /** Of this attempt, in milliseconds; receivers refuse what is too old. */
  at: number;
}): Record<'webhook-id' | 'webhook-timestamp' | 'webhook-signature', string> {
  const timestamp = String(Math.floor(message.at / 1000));
  const key = Buffer.from(message.secret.replace(/^whsec_/, ''), 'base64');
  const signature = createHmac('sha256', key)
    .update(`${message.id}.${timestamp}.${message.body}`)
    .digest('base64');
  return {
    'webhook-id': message.id,
    'webhook-timestamp': timestamp,
    'webhook-signature': `v1,${signature}`,
  };
}
