import { faceSize } from '@maskwatch/contracts/box';
import type { DetectedFace, Detection } from '@maskwatch/contracts/detection';
import { likeliest, type Probabilities } from '@maskwatch/contracts/mask-state';
import {
  type ClassifierModel,
  type DetectorModel,
  type Judging,
  judgingOf,
} from '@maskwatch/contracts/model';
import type { InferenceQueue } from '@maskwatch/inference/inference-queue';
import { cropBytes, fillCrop } from '@maskwatch/vision/crops';
import { detectorBytes, detectorGeometry, fillDetectorInput } from '@maskwatch/vision/letterbox';
import type { Picture } from '@maskwatch/vision/picture';

/** Crops of one request; more faces take more requests, so memory does not grow with a crowd. */
const cropsAtOnce = 32;

export interface PictureJudgeOptions {
  queue: InferenceQueue;
  detector: DetectorModel;
  /** None beside a detector that judges by itself. */
  classifier?: ClassifierModel;
  /** Faces from this confidence on. */
  minConfidence: number;
  /** Longest side that the detector sees, exactly. */
  inputSize: number;
}

/** Finds and judges the faces of pictures given to a command; several may be under way. */
export class PictureJudge {
  readonly #options: PictureJudgeOptions;
  readonly #judging: Judging;
  /** Grows to the number of pictures under way. */
  readonly #idle: { planes: SharedArrayBuffer; crops: SharedArrayBuffer }[] = [];

  constructor(options: PictureJudgeOptions) {
    this.#options = options;
    this.#judging = judgingOf(options);
  }

  /** Faces in pixels of the picture, most confident first. Its bytes may change afterwards. */
  async judge(picture: Picture): Promise<DetectedFace[]> {
    const { classifier, detector, inputSize } = this.#options;
    const geometry = detectorGeometry(picture.width, picture.height, {
      ...detector.input,
      size: inputSize,
      upscale: 'exact',
    });
    const crops = classifier === undefined ? 0 : cropsAtOnce * cropBytes(classifier.input);
    const memory = this.#idle.pop() ?? {
      planes: new SharedArrayBuffer(3 * paddedArea(inputSize, detector.input.multiple)),
      crops: new SharedArrayBuffer(crops),
    };
    try {
      const planes = new Uint8Array(memory.planes, 0, detectorBytes(geometry));
      fillDetectorInput(picture, geometry, planes);
      const detections = await this.#options.queue.detect({
        cameraId: 'detect',
        planes,
        colour: picture.colour,
        minConfidence: this.#options.minConfidence,
        ...geometry,
      });
      const probabilities = await this.#classify(picture, detections, new Uint8Array(memory.crops));
      return detections.map((face, n) => this.#face(face, probabilities[n]!));
    } finally {
      this.#idle.push(memory);
    }
  }

  async #classify(
    picture: Picture,
    detections: readonly Detection[],
    crops: Uint8Array<SharedArrayBuffer>,
  ): Promise<Probabilities[]> {
    const { classifier, queue } = this.#options;
    if (classifier === undefined) {
      return detections.map(({ probabilities }) => probabilities ?? {});
    }
    const { size } = classifier.input;
    const shape = { ...classifier.crop, size };
    const bytes = cropBytes({ size });
    const probabilities: Probabilities[] = [];
    for (let first = 0; first < detections.length; first += cropsAtOnce) {
      const some = detections.slice(first, first + cropsAtOnce);
      some.forEach(({ box }, n) => {
        fillCrop(picture, box, { ...shape, target: crops.subarray(n * bytes, (n + 1) * bytes) });
      });
      const request = { cameraId: 'detect', crops, count: some.length, colour: picture.colour };
      probabilities.push(...(await queue.classify(request)));
    }
    return probabilities;
  }

  /** Believed is what a camera's owner would let vote: found surely, large enough, judged surely. */
  #face({ box, confidence }: Detection, probabilities: Probabilities): DetectedFace {
    const { threshold, smallestFace } = this.#judging;
    const best = likeliest(probabilities);
    return {
      box,
      confidence,
      label: best?.state ?? 'face',
      judged:
        best !== undefined &&
        best.probability >= threshold &&
        faceSize(box) >= smallestFace &&
        confidence >= this.#options.detector.thresholds.confidence,
      probabilities,
    };
  }
}

/** The longest side is padded, the other cannot be longer. */
function paddedArea(size: number, multiple: number): number {
  return (Math.ceil(size / multiple) * multiple) ** 2;
}
