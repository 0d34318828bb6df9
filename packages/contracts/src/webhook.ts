import { z } from 'zod';
import { MaskState } from './mask-state.ts';
import { EndReason, Severity } from './violation.ts';

/** The body of a webhook, signed as these exact bytes (Standard Webhooks). */
export const WebhookBody = z.object({
  type: z.enum(['alert.firing', 'alert.ended', 'test']),
  /** ISO 8601: when the transition was committed. */
  timestamp: z.iso.datetime(),
  data: z.object({
    /** The alert's id; the same in firing and ended. */
    id: z.string(),
    camera: z.string(),
    rule: z.string(),
    severity: Severity,
    state: MaskState,
    startedAt: z.iso.datetime(),
    endedAt: z.iso.datetime().nullable(),
    ended: EndReason.nullable(),
    /** Opens the alert in the page. */
    url: z.url(),
    /** JPEG as base64, only for endpoints with `picture: true`, at most 200 KB before encoding. */
    picture: z.base64().optional(),
    /** Why there is no picture where one was due. */
    pictureMissing: z.string().optional(),
  }),
});
export type WebhookBody = z.infer<typeof WebhookBody>;
