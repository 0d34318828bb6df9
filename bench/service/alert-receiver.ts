/** A webhook receiver that notes when it first heard of each alert. */
import { randomBytes } from 'node:crypto';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { WebhookBody } from '@maskwatch/contracts/webhook';

export interface AlertReceiver {
  /** The service's config to reach it. */
  endpoints: Record<string, unknown>;
  /** By alert: when the first attempt arrived, in milliseconds since the epoch. */
  firstAttempts: ReadonlyMap<string, number>;
  close(): Promise<void>;
}

export async function startAlertReceiver(): Promise<AlertReceiver> {
  const firstAttempts = new Map<string, number>();
  const server = createServer(async (request, response) => {
    const at = performance.timeOrigin + performance.now();
    const { type, data } = WebhookBody.parse(JSON.parse(await text(request)));
    if (type === 'alert.firing' && !firstAttempts.has(data.id)) firstAttempts.set(data.id, at);
    response.writeHead(204).end();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const secret = `whsec_${randomBytes(24).toString('base64')}`;
  return {
    endpoints: {
      allow: ['127.0.0.0/8'],
      webhooks: [{ id: 'receiver', url: `http://127.0.0.1:${port}/hook`, secret }],
    },
    firstAttempts,
    async close() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
