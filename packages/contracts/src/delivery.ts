import { z } from 'zod';

export const DeliveryState = z.enum(['waiting', 'delivered', 'given-up', 'cancelled']);
export type DeliveryState = z.infer<typeof DeliveryState>;

/** One HTTP try of a delivery. */
export const Attempt = z.object({
  number: z.number().int(),
  startedAt: z.number(),
  durationMs: z.number(),
  /** HTTP status, where there was an answer. */
  status: z.number().int().optional(),
  /** What went wrong, as a sentence; absent on success. */
  error: z.string().optional(),
});
export type Attempt = z.infer<typeof Attempt>;

/** One transition of an alert on its way to one endpoint. `id` is the webhook-id, the same on every try. */
export const Delivery = z.object({
  id: z.string(),
  endpointId: z.string(),
  /** Absent for a test message. */
  alertId: z.string().optional(),
  type: z.enum(['alert.firing', 'alert.ended', 'test']),
  state: DeliveryState,
  createdAt: z.number(),
  /** The truth about when the next try is due; absent when no more follow. */
  nextAttemptAt: z.number().optional(),
  attempts: z.array(Attempt),
});
export type Delivery = z.infer<typeof Delivery>;

/** An endpoint as the API shows it: never its secret. */
export const Endpoint = z.object({
  id: z.string(),
  /** Without credentials and query. */
  url: z.string(),
  picture: z.boolean(),
  waiting: z.number().int(),
  lastDeliveredAt: z.number().optional(),
  lastError: z.string().optional(),
});
export type Endpoint = z.infer<typeof Endpoint>;
