import { randomUUID } from 'node:crypto';
import type { WebhookBody } from '@maskwatch/contracts/webhook';
import type { NewDelivery } from '@maskwatch/store/store';

/** What the test button sends: the shape of an alert, of a camera and a rule that nobody has. */
export function testMessage(options: {
  endpointId: string;
  publicUrl: string;
  now: number;
}): NewDelivery {
  const { endpointId, publicUrl, now } = options;
  const timestamp = new Date(now).toISOString();
  const body: WebhookBody = {
    type: 'test',
    timestamp,
    data: {
      id: 'test',
      camera: 'test',
      rule: 'test',
      severity: 'low',
      state: 'unknown',
      startedAt: timestamp,
      endedAt: null,
      ended: null,
      url: new URL('/deliveries', publicUrl).href,
    },
  };
  const id = randomUUID();
  return { id, endpointId, type: 'test', body: JSON.stringify(body), createdAt: now };
}
