/** The floor of inference: onnxruntime-node alone, the shipped models, one thread. */
import type { ClassifierModel, DetectorModel } from '@maskwatch/contracts/model';
import { type LoadedModel, loadClassifier, loadDetector } from '@maskwatch/runtime/registry';
import { colourInputs } from '@maskwatch/vision/colour';
import { goldenPattern } from '@maskwatch/vision/golden-pattern';
import { detectorGeometry } from '@maskwatch/vision/letterbox';
import { InferenceSession, Tensor } from 'onnxruntime-node';

export interface BareSessions {
  /** Of the detector's input for a 720p picture. */
  width: number;
  height: number;
  /** A run on one picture; blocks the thread. */
  detect(): Promise<void>;
  /** A run on one crop; blocks the thread. */
  classify(): Promise<void>;
  release(): Promise<void>;
}

export const shippedModels = {
  detector: 'face-yolov4-mobilenetv2',
  classifier: 'mask-mobilenetv2',
};

export async function loadShipped(): Promise<{
  detector: LoadedModel<DetectorModel>;
  classifier: LoadedModel<ClassifierModel>;
}> {
  return {
    detector: await loadDetector(shippedModels.detector),
    classifier: await loadClassifier(shippedModels.classifier),
  };
}

/** What is not named here is the runtime's default. */
const options: InferenceSession.SessionOptions = {
  executionProviders: ['cpu'],
  intraOpNumThreads: 1,
  interOpNumThreads: 1,
  graphOptimizationLevel: 'all',
  extra: { session: { intra_op: { allow_spinning: '0' } } },
};

export async function openBareSessions(): Promise<BareSessions> {
  const { detector, classifier } = await loadShipped();
  const { input } = detector.model;
  const { width, height } = detectorGeometry(1280, 720, { ...input, upscale: 'never' });
  const { size: crop } = classifier.model.input;
  const finder = await InferenceSession.create(detector.path, options);
  const judge = await InferenceSession.create(classifier.path, options);
  const picture = feeds(detector.model, width, height);
  const face = feeds(classifier.model, crop, crop);
  const sessions: BareSessions = {
    ...{ width, height },
    detect: async () => void (await finder.run(picture)),
    classify: async () => void (await judge.run(face)),
    async release() {
      await finder.release();
      await judge.release();
    },
  };
  // The first runs set up their memory.
  await sessions.detect();
  await sessions.classify();
  return sessions;
}

function feeds(model: DetectorModel | ClassifierModel, width: number, height: number) {
  const { colour, offset } = colourInputs('bt601', model);
  return {
    [model.input.name]: new Tensor('uint8', goldenPattern(width, height), [1, 3, height, width]),
    colour: new Tensor('float32', colour, [3, 3, 1, 1]),
    offset: new Tensor('float32', offset, [3]),
  };
}
