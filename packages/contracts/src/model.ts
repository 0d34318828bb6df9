import { z } from 'zod';
import { JudgedState } from './mask-state.ts';

/** One value for all channels, or red, green and blue each. */
const PerChannel = z.union([z.number(), z.tuple([z.number(), z.number(), z.number()])]);
export type PerChannel = z.infer<typeof PerChannel>;

/** In pixels: what a description may ask of memory. */
const Side = z.number().int().min(1).max(4096);

const Described = z.object({
  name: z.string(),
  version: z.string(),
  licence: z.string(),
  sources: z.array(z.string()),
  /** Figures and what they were measured on. */
  measured: z.record(z.string(), z.union([z.number(), z.string()])),
});

const Network = Described.extend({
  /**
   * File name in the model's folder, and the hash of its bytes; of the runtime tfjs those of the
   * JSON, followed by the files of weights in the order in which it names them.
   */
  file: z.string().regex(/^[^/\\]+$/),
  sha256: z.string().regex(/^[0-9a-f]{64}$/),
  /**
   * The raw outputs for the generated pattern of the given shape: a runtime that is off by more
   * than the tolerance (of the output's range) is refused.
   */
  golden: z.object({
    width: Side,
    height: Side,
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
  /** The order in which the network reads its channels; the host hands it red, green, blue. */
  colourOrder: z.enum(['rgb', 'bgr']),
  /** The network sees pixel * scale + offset. */
  scale: PerChannel,
  offset: PerChannel,
});

/** Of what is no classifier. */
const onlyOnnx = z.literal('onnx', 'Only a classifier runs with TensorFlow.js.').optional();

/** What one class of a detector means; boxes of an `ignore` class are dropped. */
export const DetectorClass = z.enum(['face', ...JudgedState.options, 'ignore']);
export type DetectorClass = z.infer<typeof DetectorClass>;

const DetectorThresholds = z.object({
  /** From here on the service believes a face. */
  confidence: z.number(),
  /** From here on a face is pixelated in evidence. */
  pixelate: z.number(),
  /** Boxes of one picture that overlap more than this are one face. */
  iou: z.number(),
});

/** A face detector: raw maps out, decoded by the host as `layout` says. */
export const DetectorModel = Network.extend({
  task: z.literal('detector'),
  runtime: onlyOnnx,
  input: z.object({
    name: z.string(),
    /** Longest side that the detector sees, in pixels. */
    size: Side,
    /** Both sides are padded to a multiple of it. */
    multiple: Side,
    resize: z.literal('letterbox-topleft'),
    padding: z.number().int().min(0).max(255),
    /** A network of one fixed input shape: always padded to size x size. */
    square: z.boolean().default(false),
  }),
  /**
   * yolo: the maps of `heads` (darknet YOLOv3 and v4). yolov8: one output `predictions`
   * [1, 4 + classes, cells], centre, width, height in input pixels. yunet: outputs cls_S, obj_S
   * and bbox_S for the strides 8, 16, 32 (score = square root of cls times obj).
   */
  layout: z.enum(['yolo', 'yolov8', 'yunet']).default('yolo'),
  /** Empty but for the layout yolo. */
  heads: z.array(
    z.object({
      output: z.string(),
      stride: Side,
      anchors: z.array(z.tuple([z.number(), z.number()])),
      scaleXY: z.number(),
    }),
  ),
  classes: z.array(DetectorClass),
  thresholds: DetectorThresholds,
  /** Smallest face found, in pixels of the detector's input. */
  smallestFace: z.number(),
  /** Of a one-stage detector, whose classes are mask states: it runs without a classifier. */
  judges: z
    .object({
      /** Below this probability of the likeliest state a look is `unknown`. */
      threshold: z.number(),
      /** Smallest face judged, in analysis pixels. */
      smallestFace: z.number(),
    })
    .optional(),
});
export type DetectorModel = z.infer<typeof DetectorModel>;

/** A mask classifier: face crops in, one logit a class out. */
export const ClassifierModel = Network.extend({
  task: z.literal('classifier'),
  /** What runs the file; `onnx` where absent. `tfjs`: a LayersModel or GraphModel. */
  runtime: z.enum(['onnx', 'tfjs']).optional(),
  input: z.object({ name: z.string(), size: Side }),
  /**
   * square: side of the square crop over the longer side of the box, the border is replicated.
   * box: the box, each side times `side`, stretched to the square; a picture that is one labelled
   * face stands for its own box.
   */
  crop: z.object({ shape: z.enum(['square', 'box']), side: z.number().positive().max(10) }),
  output: z.string(),
  classes: z.array(JudgedState),
  calibration: z.object({
    /** Logits are divided by it before the softmax. */
    temperature: z.number().positive(),
    /** Below this probability of the likeliest state a look is `unknown`. */
    threshold: z.number(),
  }),
  /** Smallest face judged, in analysis pixels. */
  smallestFace: z.number(),
});
export type ClassifierModel = z.infer<typeof ClassifierModel>;

/** The lower part of a network: pictures in, one row of features out; classifiers are trained on it. */
export const FeaturesModel = Network.extend({
  task: z.literal('features'),
  runtime: onlyOnnx,
  input: z.object({ name: z.string(), size: Side }),
  /** float32 [n, channels]. */
  output: z.string(),
  channels: z.number().int(),
});
export type FeaturesModel = z.infer<typeof FeaturesModel>;

/** A model that consists of others of the same registry. */
const Members = z
  .array(
    z.object({
      name: z.string(),
      weight: z.number().positive().default(1),
      /** Also ask with the picture mirrored, and take the mean. */
      flip: z.boolean().default(false),
    }),
  )
  .min(2);

/** The weighted mean of calibrated probabilities; members have the same classes and crop. */
export const ClassifierEnsemble = Described.extend({
  task: z.literal('classifier'),
  members: Members,
  /** Below this probability of the likeliest state a look is `unknown`. */
  threshold: z.number(),
});
export type ClassifierEnsemble = z.infer<typeof ClassifierEnsemble>;

/** Weighted boxes fusion (Solovyev and others, 2021); members take the same input. */
export const DetectorEnsemble = Described.extend({
  task: z.literal('detector'),
  members: Members,
  thresholds: DetectorThresholds,
});
export type DetectorEnsemble = z.infer<typeof DetectorEnsemble>;

export const Model = z.discriminatedUnion('task', [DetectorModel, ClassifierModel, FeaturesModel]);
export type Model = z.infer<typeof Model>;

/** What a model.json holds. */
export const ModelFile = z.union([ClassifierEnsemble, DetectorEnsemble, Model]);
export type ModelFile = z.infer<typeof ModelFile>;

/** What the running models say of a face, and from where on it is believed. */
export interface Judging {
  /** In the order of the classes; empty where nothing judges. */
  states: JudgedState[];
  /** Below this probability of the likeliest state a look is `unknown`. */
  threshold: number;
  /** Smallest face judged, in analysis pixels. */
  smallestFace: number;
}

/** Of a detector and its classifier; one that judges by itself needs none. */
export function judgingOf({
  detector,
  classifier,
}: {
  detector?: DetectorModel | undefined;
  classifier?: ClassifierModel | undefined;
}): Judging {
  if (detector?.judges !== undefined) {
    const states = detector.classes.flatMap((name) => JudgedState.safeParse(name).data ?? []);
    return { states: [...new Set(states)], ...detector.judges };
  }
  if (classifier === undefined) return { states: [], threshold: 1, smallestFace: 0 };
  const { classes, calibration, smallestFace } = classifier;
  return { states: classes, threshold: calibration.threshold, smallestFace };
}
