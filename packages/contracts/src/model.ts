import { z } from 'zod';
import { JudgedState } from './mask-state.ts';

const Common = z.object({
  name: z.string(),
  version: z.string(),
  /** File name in the model's folder, and the hash of its bytes. */
  file: z.string(),
  sha256: z.string().regex(/^[0-9a-f]{64}$/),
  licence: z.string(),
  sources: z.array(z.string()),
  /** Figures and what they were measured on. */
  measured: z.record(z.string(), z.union([z.number(), z.string()])),
  /**
   * The raw outputs for the generated pattern of the given shape: a runtime that is off by more
   * than the tolerance (of the output's range) is refused.
   */
  golden: z.object({
    width: z.number().int(),
    height: z.number().int(),
    tolerance: z.number(),
    /** Per output: its range (max - min) and evenly spaced samples of its values. */
    outputs: z.array(
      z.object({
        name: z.string(),
        shape: z.array(z.number().int()),
        range: z.number(),
        samples: z.array(z.number()),
      }),
    ),
  }),
  interpolation: z.literal('area-down-bilinear-up'),
  colourOrder: z.literal('rgb'),
  /** The network sees pixel * scale + offset. */
  scale: z.number(),
  offset: z.number(),
});

/** A face detector of the YOLO family: raw head maps out. */
export const DetectorModel = Common.extend({
  task: z.literal('detector'),
  input: z.object({
    name: z.string(),
    /** Longest side that the detector sees, in pixels; the sides are padded to `multiple`. */
    size: z.number().int(),
    multiple: z.number().int(),
    resize: z.literal('letterbox-topleft'),
    padding: z.number().int(),
  }),
  heads: z.array(
    z.object({
      output: z.string(),
      stride: z.number().int(),
      anchors: z.array(z.tuple([z.number(), z.number()])),
      scaleXY: z.number(),
    }),
  ),
  classes: z.array(z.string()),
  /** Confidence from which the service believes a face; from `evidence` on it is pixelated. */
  thresholds: z.object({ confidence: z.number(), pixelate: z.number(), iou: z.number() }),
  /** Smallest face found, in pixels of the detector's input. */
  smallestFace: z.number(),
});
export type DetectorModel = z.infer<typeof DetectorModel>;

/** A mask classifier: face crops in, one logit a class out. */
export const ClassifierModel = Common.extend({
  task: z.literal('classifier'),
  input: z.object({ name: z.string(), size: z.number().int() }),
  /** Side of the square crop over the longer side of the box; the border is replicated. */
  crop: z.object({ shape: z.literal('square'), side: z.number() }),
  output: z.string(),
  classes: z.array(JudgedState),
  calibration: z.object({
    /** Logits are divided by it before the softmax. */
    temperature: z.number(),
    /** Below this probability of the likeliest state a look is `unknown`. */
    threshold: z.number(),
  }),
  /** Smallest face judged, in analysis pixels. */
  smallestFace: z.number(),
});
export type ClassifierModel = z.infer<typeof ClassifierModel>;

export const Model = z.discriminatedUnion('task', [DetectorModel, ClassifierModel]);
export type Model = z.infer<typeof Model>;
