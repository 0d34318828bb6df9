import { type Box, faceSize } from '@maskwatch/contracts/box';
import type { Detection } from '@maskwatch/contracts/detection';
import { JudgedState } from '@maskwatch/contracts/mask-state';
import type { ClassifierModel } from '@maskwatch/contracts/model';
import type { Detector } from '@maskwatch/runtime/detector';
import { outputOf } from '@maskwatch/runtime/onnx-results';
import type { LoadedModel } from '@maskwatch/runtime/registry';
import type { PictureSession } from '@maskwatch/runtime/session';
import type { Look } from '@maskwatch/training/evaluation/calibration';
import type { ScoredPicture } from '@maskwatch/training/evaluation/face-matching';
import { cropBytes, fillCrop } from '@maskwatch/vision/crops';
import { detectorBytes, detectorGeometry, fillDetectorInput } from '@maskwatch/vision/letterbox';
import type { Picture } from '@maskwatch/vision/picture';
import { decode, type LabelledPicture } from './labelled-pictures.ts';

/** Candidates below this are not even kept for the curve of precision over recall. */
const LEAST_CONFIDENCE = 0.01;

/** One picture with all that the detector says of it. */
export interface DetectedPicture {
  labelled: LabelledPicture;
  detections: Detection[];
}

/** Runs the detector as a command does: the longest side is brought to exactly its size. */
export async function detectAll(
  detector: Detector,
  pictures: LabelledPicture[],
): Promise<DetectedPicture[]> {
  const { input } = detector.model;
  const detected: DetectedPicture[] = [];
  for (const labelled of pictures) {
    const picture = await decode(labelled);
    const { width: w, height: h } = picture;
    const geometry = detectorGeometry(w, h, { ...input, upscale: 'exact' });
    const planes = new Uint8Array(detectorBytes(geometry));
    fillDetectorInput(picture, geometry, planes);
    const look = { ...geometry, planes, colour: 'rgb', minConfidence: LEAST_CONFIDENCE } as const;
    detected.push({ labelled, detections: await detector.detect(look) });
  }
  return detected;
}

export interface LookOptions {
  session: PictureSession;
  classifier: LoadedModel<ClassifierModel>;
  /** Detections below it are not looked at. */
  confidence: number;
}

/**
 * Looks at each detection that the service would judge: sure enough and large enough. Faces whose
 * state nobody labelled are left out.
 */
export async function lookAtAll(
  pictures: readonly { labelled: LabelledPicture; scored: ScoredPicture }[],
  { session, classifier, confidence }: LookOptions,
): Promise<Look[]> {
  const looks: Look[] = [];
  for (const { labelled, scored } of pictures) {
    const wanted = scored.detections.filter(
      ({ detection, face }) =>
        detection.confidence >= confidence &&
        faceSize(detection.box) >= classifier.model.smallestFace &&
        face?.label !== 'face',
    );
    const picture = wanted.length > 0 ? await decode(labelled) : undefined;
    for (const { detection, face } of wanted) {
      const logits = await logitsOf(picture!, detection.box, { session, model: classifier.model });
      const state = JudgedState.safeParse(face?.label);
      looks.push(state.success ? { label: state.data, logits } : { logits });
    }
  }
  return looks;
}

async function logitsOf(
  picture: Picture,
  box: Box,
  { session, model }: { session: PictureSession; model: ClassifierModel },
): Promise<number[]> {
  const { size } = model.input;
  const planes = new Uint8Array(cropBytes({ size }));
  fillCrop(picture, box, { ...model.crop, size, target: planes });
  const batch = { planes, count: 1, width: size, height: size, colour: 'rgb' as const };
  const outputs = await session.run(batch);
  return [...outputOf(outputs, model.output, model).data];
}
