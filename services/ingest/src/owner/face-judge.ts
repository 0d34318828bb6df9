/** One camera's way from a frame to an observation, whoever paces the frames. */
import { type Box, faceSize } from '@maskwatch/contracts/box';
import type { Detection } from '@maskwatch/contracts/detection';
import { type JudgedState, likeliest, type Probabilities } from '@maskwatch/contracts/mask-state';
import type { ClassifierModel, DetectorModel } from '@maskwatch/contracts/model';
import type { Observation } from '@maskwatch/contracts/observation';
import type { InferenceQueue } from '@maskwatch/inference/inference-queue';
import type { Tracker } from '@maskwatch/tracking/tracker';
import { type CropOptions, cropBytes, fillCrop } from '@maskwatch/vision/crops';
import {
  type DetectorGeometry,
  detectorBytes,
  detectorGeometry,
  fillDetectorInput,
} from '@maskwatch/vision/letterbox';
import type { Colour, Picture } from '@maskwatch/vision/picture';
import { sharpness } from '@maskwatch/vision/sharpness';
import type { Frame } from '../source/frame-source.ts';

/**
 * Faces classified on one frame: what they cost stays below what finding them costs. In a crowd
 * the others have their turn on the next frames, oldest verdict first.
 */
const mostCrops = 16;
/** A judged frame covers at most this much time before it, or one and a half intervals. */
const leastCoverMs = 1000;

/** A detector that judges by itself has no classifier beside it. */
export interface JudgeModels {
  detector: DetectorModel;
  classifier?: ClassifierModel;
}

/** What sharpness is measured on where no classifier says what it wants to see. */
const plainCrop = { shape: 'square', side: 1.4, size: 112 } as const;

export interface FaceJudgeOptions {
  cameraId: string;
  /** Frames a second that are judged. */
  rate: number;
  models: JudgeModels;
  inference: InferenceQueue;
  tracker: Tracker;
}

/** A look at one track on one frame, as evidence needs it. */
export interface Look {
  trackId: string;
  box: Box;
  /** The likeliest state of this look alone. */
  state: JudgedState | undefined;
  /** Face size times sharpness. */
  quality: number;
}

export interface Judgement {
  observation: Observation;
  looks: Look[];
  /** All detections, those too weak to be believed among them: they are pixelated in evidence. */
  detections: Detection[];
}

export class FaceJudge {
  readonly #options: FaceJudgeOptions;
  readonly #shape: CropOptions;
  readonly #crops: Uint8Array<SharedArrayBuffer>;
  readonly #slots: Uint8Array<SharedArrayBuffer>[] = [];
  #geometry: DetectorGeometry | undefined;
  #lastJudgedAt: number | undefined;

  constructor(options: FaceJudgeOptions) {
    this.#options = options;
    const { classifier } = options.models;
    this.#shape = classifier ? { ...classifier.crop, ...classifier.input } : plainCrop;
    const bytes = mostCrops * cropBytes(this.#shape);
    this.#crops = new Uint8Array(new SharedArrayBuffer(bytes));
  }

  /** The smallest face that can be found, in analysis pixels; undefined before the first frame. */
  get smallestFound(): number | undefined {
    if (this.#geometry === undefined) return undefined;
    return this.#options.models.detector.smallestFace * this.#geometry.scale;
  }

  /**
   * Looks for faces. Stateless: several frames of a film may be under way at once. The picture is
   * not needed any more once this returns its promise.
   */
  detect(picture: Picture): Promise<Detection[]> {
    const { inference, cameraId, models } = this.#options;
    const geometry = this.#geometryOf(picture);
    const planes = this.#slots.pop() ?? newSlot(geometry);
    fillDetectorInput(picture, geometry, planes);
    const minConfidence = models.detector.thresholds.pixelate;
    return inference
      .detect({ cameraId, planes, minConfidence, colour: picture.colour, ...geometry })
      .finally(() => this.#slots.push(planes));
  }

  /** Follows the faces and judges those that are due. Frames come in the order of their time. */
  async conclude(frame: Frame, detections: Detection[]): Promise<Judgement> {
    const { tracker, models, cameraId } = this.#options;
    const { picture, capturedAt, sequence } = frame;
    const { width, height } = picture;
    const believed = models.detector.thresholds.confidence;
    tracker.update({
      detections: detections.filter(({ confidence }) => confidence >= believed),
      ...{ capturedAt, width, height },
    });
    const looks = await this.#judgeFaces(picture, detections);
    const tracks = tracker.tracks();
    const coveredMs = this.#cover(capturedAt);
    return {
      observation: { cameraId, sequence, capturedAt, width, height, tracks, coveredMs },
      ...{ looks, detections },
    };
  }

  async #judgeFaces(picture: Picture, detections: readonly Detection[]): Promise<Look[]> {
    const { tracker } = this.#options;
    const due = tracker.due().slice(0, mostCrops);
    if (due.length === 0) return [];
    const bytes = cropBytes(this.#shape);
    const crop = (n: number) => this.#crops.subarray(n * bytes, (n + 1) * bytes);
    for (const [n, { box }] of due.entries()) {
      fillCrop(picture, box, { ...this.#shape, target: crop(n) });
    }
    const { colour } = picture;
    const boxes = due.map(({ box }) => box);
    const verdicts = this.#verdicts(boxes, { detections, colour });
    const sharp = boxes.map((box, n) => sharpness(crop(n), { ...this.#shape, colour, box }));
    const looks: Look[] = [];
    for (const [n, probabilities] of (await verdicts).entries()) {
      const { trackId, box } = due[n]!;
      tracker.look(trackId, { probabilities, sharpness: sharp[n]! });
      const quality = faceSize(box) * sharp[n]!;
      looks.push({ trackId, box, quality, state: likeliest(probabilities)?.state });
    }
    return looks;
  }

  /** Of the crops that were filled, or what the detector said of the same boxes already. */
  async #verdicts(
    boxes: readonly Box[],
    { detections, colour }: { detections: readonly Detection[]; colour: Colour },
  ): Promise<Probabilities[]> {
    const { inference, cameraId, models } = this.#options;
    if (models.classifier === undefined) {
      // A track's box is that of the detection that it was seen by.
      const said = new Map(detections.map(({ box, probabilities }) => [box, probabilities]));
      return boxes.map((box) => said.get(box) ?? {});
    }
    const count = boxes.length;
    const crops = this.#crops.subarray(0, count * cropBytes(this.#shape));
    return inference.classify({ cameraId, crops, count, colour });
  }

  #geometryOf({ width, height }: Picture): DetectorGeometry {
    const known = this.#geometry;
    if (known?.pictureWidth === width && known.pictureHeight === height) return known;
    // The size of a camera's picture changes with its reconnection only: no run is under way.
    this.#slots.length = 0;
    const { input } = this.#options.models.detector;
    this.#geometry = detectorGeometry(width, height, { ...input, upscale: 'never' });
    return this.#geometry;
  }

  #cover(capturedAt: number): number {
    const since = this.#lastJudgedAt === undefined ? 0 : capturedAt - this.#lastJudgedAt;
    this.#lastJudgedAt = capturedAt;
    return Math.min(since, Math.max(leastCoverMs, 1500 / this.#options.rate));
  }
}

function newSlot(geometry: DetectorGeometry): Uint8Array<SharedArrayBuffer> {
  return new Uint8Array(new SharedArrayBuffer(detectorBytes(geometry)));
}
