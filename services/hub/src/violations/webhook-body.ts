import type { Violation } from '@maskwatch/contracts/violation';
import { WebhookBody } from '@maskwatch/contracts/webhook';

export interface WebhookBodyOptions {
  type: 'alert.firing' | 'alert.ended';
  alertId: string;
  violation: Violation;
  publicUrl: string;
  at: number;
  picture?: Uint8Array;
  pictureMissing?: string;
}

const iso = (at: number) => new Date(at).toISOString();

/** The text that is signed and sent, the same bytes on every try. */
export function webhookBody(options: WebhookBodyOptions): string {
  const { type, alertId, violation, publicUrl, at, picture, pictureMissing } = options;
  const { cameraId, ruleId, severity, state, startedAt, endedAt, ended } = violation;
  const body: WebhookBody = {
    type,
    timestamp: iso(at),
    data: {
      id: alertId,
      camera: cameraId,
      rule: ruleId,
      ...{ severity, state },
      startedAt: iso(startedAt),
      endedAt: endedAt === undefined ? null : iso(endedAt),
      ended: ended ?? null,
      url: new URL(`/alerts/${alertId}`, publicUrl).href,
      ...(picture === undefined ? {} : { picture: Buffer.from(picture).toString('base64') }),
      ...(pictureMissing === undefined ? {} : { pictureMissing }),
    },
  };
  return JSON.stringify(WebhookBody.parse(body));
}
