import { z } from 'zod';
import { Alert, DismissReason, Handling } from './alert.ts';
import { VisionStatus } from './bus.ts';
import { Camera } from './camera.ts';
import { Delivery, Endpoint } from './delivery.ts';
import { JudgedState } from './mask-state.ts';
import { DetectorClass, ModelFile } from './model.ts';
import { ProblemDetails } from './problem.ts';
import { ScaledStatus } from './scaled.ts';
import { Trace } from './violation.ts';

export const apiPrefix = '/api/v1';

/** GET /alerts: newest first; with `after`, by sequence from there on, oldest change first. */
export const AlertQuery = z.object({
  camera: z.string().optional(),
  rule: z.string().optional(),
  handling: Handling.optional(),
  /** Only alerts whose sequence is greater: what a client missed. */
  after: z.coerce.number().int().min(0).optional(),
  /** Only alerts that started before this (milliseconds): the next page. */
  before: z.coerce.number().optional(),
  limit: z.coerce.number().int().min(1).max(200).default(50),
});
export type AlertQuery = z.infer<typeof AlertQuery>;

export const AlertPage = z.object({
  alerts: z.array(Alert),
  /** The highest sequence in the store: where a live client starts. */
  sequence: z.number().int(),
  /** How many are new, over all cameras and rules, counted up to 10,000. */
  newCount: z.number().int(),
});
export type AlertPage = z.infer<typeof AlertPage>;

/** PATCH /alerts/:id */
export const HandleAlert = z.discriminatedUnion('handling', [
  z.strictObject({ handling: z.literal('new') }),
  z.strictObject({ handling: z.literal('acknowledged') }),
  z.strictObject({ handling: z.literal('dismissed'), reason: DismissReason }),
]);
export type HandleAlert = z.infer<typeof HandleAlert>;

export const CameraDetail = Camera.extend({ traces: z.array(Trace) });
export type CameraDetail = z.infer<typeof CameraDetail>;

export const DeliveryQuery = z.object({
  endpoint: z.string().optional(),
  alert: z.string().optional(),
  limit: z.coerce.number().int().min(1).max(200).default(50),
});
export type DeliveryQuery = z.infer<typeof DeliveryQuery>;

/** GET /status */
export const Status = z.object({
  version: z.string(),
  startedAt: z.number(),
  now: z.number(),
  /** What /readyz says: empty when all is well. */
  reasons: z.array(z.object({ code: z.string(), detail: z.string() })),
  vision: VisionStatus.optional(),
  visionStarts: z.number().int(),
  /** Of the scaled shape alone. */
  scaled: ScaledStatus.optional(),
  eventLoopDelayMs: z.number(),
  store: z.object({ path: z.string(), bytes: z.number(), freeBytes: z.number().optional() }),
  evidence: z.object({
    held: z.number().int(),
    dropped: z.number().int(),
    written: z.number().int(),
  }),
  /** Live pictures not sent because a viewer had not acknowledged the last. */
  picturesSkipped: z.number().int(),
  viewers: z.number().int(),
  /** What the running models can say of a face; a state that is not among them is never said. */
  states: z.array(JudgedState),
  rules: z.array(
    z.object({
      id: z.string(),
      severity: z.string(),
      states: z.array(z.string()),
      holdMs: z.number(),
    }),
  ),
});
export type Status = z.infer<typeof Status>;

/** POST /session: the page trades its token for an HttpOnly cookie. */
export const SessionRequest = z.strictObject({ token: z.string().min(1) });

/**
 * GET /session: 200 {"open": boolean} when access is granted (open: no token is configured),
 * 401 problem otherwise.
 */
export const SessionAnswer = z.object({ open: z.boolean() });

export const CameraList = z.object({ cameras: z.array(Camera) });
export const DeliveryList = z.object({ deliveries: z.array(Delivery) });
export const EndpointList = z.object({ endpoints: z.array(Endpoint) });

const Registered = z.object({
  /** The folder's name: what the config calls it. */
  name: z.string(),
  running: z.boolean(),
  /** The folder holds a report.html. */
  report: z.boolean(),
});

/** A folder of the registry that can be used. */
export const UsableModel = Registered.extend({
  task: z.enum(['detector', 'classifier', 'features']),
  version: z.string(),
  licence: z.string(),
  /** What it can say, its members' where it has members; empty of a features model. */
  classes: z.array(DetectorClass),
  sources: z.array(z.string()),
  /** Figures and what they were measured on. */
  measured: z.record(z.string(), z.union([z.number(), z.string()])),
  members: z
    .array(z.object({ name: z.string(), weight: z.number(), flip: z.boolean() }))
    .optional(),
  /** It runs, and the folder now holds another: a restart takes that one. */
  changed: z.boolean(),
});
export type UsableModel = z.infer<typeof UsableModel>;

/** A folder of the registry that cannot be used, and why. */
export const BrokenModel = Registered.extend({ problem: ProblemDetails });
export type BrokenModel = z.infer<typeof BrokenModel>;

/** GET /models: what runs first, then by name. */
export const ModelList = z.object({ models: z.array(z.union([UsableModel, BrokenModel])) });
export type ModelList = z.infer<typeof ModelList>;

/** Beside the model's description the text of its CARD.md, where it has one. */
export const ModelCard = z.object({ card: z.string().optional() });

/** GET /models/:name: the whole model.json, and the card. */
export const ModelDetail = z.intersection(ModelFile, ModelCard);
export type ModelDetail = z.infer<typeof ModelDetail>;

/*
 * Routes, all below apiPrefix:
 * GET /cameras, GET /cameras/:id (CameraDetail)
 * GET /alerts (AlertQuery -> AlertPage), GET /alerts/:id (Alert), PATCH /alerts/:id (HandleAlert -> Alert)
 * GET /evidence/:id (Evidence), GET /evidence/:id/picture (image/jpeg, as stored)
 * GET /deliveries (DeliveryQuery -> DeliveryList), GET /deliveries/:id (Delivery)
 * GET /endpoints, GET /endpoints/:id (Endpoint), POST /endpoints/:id/test (-> Delivery)
 * GET /models (ModelList), GET /models/:name (ModelDetail), GET /models/:name/report (text/html)
 * GET /status (Status)
 * GET /session, POST /session (SessionRequest), DELETE /session
 */
