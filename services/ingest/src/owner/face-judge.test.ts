import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import type { Box } from '@maskwatch/contracts/box';
import type { Detection } from '@maskwatch/contracts/detection';
import { startInferenceWorkers } from '@maskwatch/inference/in-process-queue';
import type { InferenceQueue } from '@maskwatch/inference/inference-queue';
import { silentLogger } from '@maskwatch/platform/logger';
import { loadClassifier, loadDetector } from '@maskwatch/runtime/registry';
import { fillCrop } from '@maskwatch/vision/crops';
import { iou } from '@maskwatch/vision/iou';
import type { Picture } from '@maskwatch/vision/picture';
import { newTracker } from '../ingest-service.ts';
import { faceOf, type Portrait, portraitPicture } from '../testing/portrait-picture.ts';
import { FaceJudge } from './face-judge.ts';

const names = { detector: 'face-yolov4-mobilenetv2', classifier: 'mask-mobilenetv2' };
const models = {
  detector: (await loadDetector(names.detector)).model,
  classifier: (await loadClassifier(names.classifier)).model,
};
const real = await startInferenceWorkers({ ...names, workers: 1, logger: silentLogger });
after(() => real.close());

function aJudge(inference: InferenceQueue = real, rate = 5) {
  const tracker = newTracker(models);
  return new FaceJudge({ cameraId: 'gate', rate, models, inference, tracker });
}

const frame = (picture: Picture, capturedAt: number) => ({
  ...{ sequence: capturedAt / 200, capturedAt, picture },
  release() {},
});

const people: Portrait[] = [
  { kind: 'no_mask', at: [60, 80] },
  { kind: 'mask', at: [400, 60] },
];

test('faces are found where they are, and settle in their states within 1.5 s', async () => {
  const picture = await portraitPicture(people);
  const judge = aJudge();
  let last: Awaited<ReturnType<FaceJudge['conclude']>> | undefined;
  for (let at = 0; at <= 1400; at += 200) {
    last = await judge.conclude(frame(picture, at), await judge.detect(picture));
  }

  const tracks = last!.observation.tracks;
  assert.equal(tracks.length, 2);
  for (const person of people) {
    const track = tracks.find(({ box }) => iou(box, faceOf(person)) > 0.4);
    assert.equal(track?.state, person.kind, JSON.stringify(tracks));
  }
});

test('each look says what it saw and how good it was', async () => {
  const picture = await portraitPicture(people);
  const judge = aJudge();

  const { looks } = await judge.conclude(frame(picture, 0), await judge.detect(picture));

  assert.deepEqual(looks.map(({ state }) => state).sort(), ['mask', 'no_mask']);
  assert.ok(looks.every(({ quality }) => quality > 0));
});

test('a picture without a person has no observation of one', async () => {
  const picture = await portraitPicture([]);
  const judge = aJudge();

  const { observation } = await judge.conclude(frame(picture, 0), await judge.detect(picture));

  assert.deepEqual(observation.tracks, []);
});

test('the smallest face that can be found is known with the first picture', async () => {
  const judge = aJudge();
  assert.equal(judge.smallestFound, undefined);

  await judge.detect(await portraitPicture([]));

  // 640 wide is what the detector sees: nothing is reduced.
  assert.equal(judge.smallestFound, models.detector.smallestFace);
});

/** Finds what the test says, and is sure of nothing: what is asked of it is what is tested. */
function scripted(detections: Detection[]) {
  const counts: number[] = [];
  const queue: InferenceQueue = {
    detect: async () => detections,
    async classify({ count }) {
      counts.push(count);
      return Array.from({ length: count }, () => ({ no_mask: 0.4, mask: 0.4 }));
    },
    status: () => ({ workers: [], queued: 0, refused: 0, failed: 0 }),
    async close() {},
  };
  return { queue, counts };
}

const crowd = (count: number): Detection[] =>
  Array.from({ length: count }, (_, n) => {
    const box: Box = [(n % 8) * 80, Math.floor(n / 8) * 80, 40, 40];
    return { box, confidence: 0.9 };
  });

test('of a crowd 16 are looked at on one frame, the others on the next', async () => {
  const { queue, counts } = scripted(crowd(24));
  const judge = aJudge(queue);
  const picture = await portraitPicture([]);
  const looked: string[][] = [];
  for (const at of [1000, 1200]) {
    const { looks } = await judge.conclude(frame(picture, at), await judge.detect(picture));
    looked.push(looks.map(({ trackId }) => trackId));
  }

  assert.deepEqual(counts, [16, 16]);
  assert.equal(new Set(looked.flat()).size, 24);
});

test('a detector that judges by itself is asked for no crops, and its states are voted on', async () => {
  const judges = { threshold: 0.6, smallestFace: 32 };
  const detector = { ...models.detector, judges };
  const [one, two, three] = crowd(3);
  const { queue, counts } = scripted([
    { ...one!, probabilities: { mask: 0.1, no_mask: 0.9 } },
    { ...two!, probabilities: { mask: 0.95, no_mask: 0.05 } },
    three!,
  ]);
  const tracker = newTracker({ detector });
  const options = { cameraId: 'gate', rate: 5, inference: queue, tracker };
  const judge = new FaceJudge({ ...options, models: { detector } });
  const picture = await portraitPicture(people);
  let last: Awaited<ReturnType<FaceJudge['conclude']>> | undefined;
  for (let at = 0; at <= 1400; at += 200) {
    last = await judge.conclude(frame(picture, at), await judge.detect(picture));
  }

  const states = new Map(last!.observation.tracks.map(({ box, state }) => [box[0], state]));
  assert.deepEqual([states.get(0), states.get(80)], ['no_mask', 'mask']);
  // It found a third face and said nothing of it.
  assert.equal(states.get(160), 'unknown');
  assert.deepEqual(counts, []);
});

test('a crop of the box itself is what a classifier gets that asks for it', async () => {
  const crop = { shape: 'box', side: 1 } as const;
  const classifier = { ...models.classifier, crop };
  const box: Box = [100, 40, 40, 60];
  const { queue } = scripted([{ box, confidence: 0.9 }]);
  let seen: Uint8Array | undefined;
  const classify: InferenceQueue['classify'] = async ({ crops }) => {
    seen = crops.slice();
    return [{ mask: 0.5, no_mask: 0.5 }];
  };
  const tracker = newTracker(models);
  const options = { cameraId: 'gate', rate: 5, inference: { ...queue, classify }, tracker };
  const judge = new FaceJudge({ ...options, models: { ...models, classifier } });
  const picture = await portraitPicture(people);
  await judge.conclude(frame(picture, 0), await judge.detect(picture));

  const expected = new Uint8Array(3 * 112 * 112);
  fillCrop(picture, box, { ...crop, size: 112, target: expected });
  assert.equal(Buffer.compare(seen!, expected), 0);
});

test('a weak detection is nobody, but is handed on to be pixelated', async () => {
  const weak = [{ ...crowd(1)[0]!, confidence: models.detector.thresholds.pixelate }];
  const judge = aJudge(scripted(weak).queue);
  const picture = await portraitPicture([]);
  let judgement: Awaited<ReturnType<FaceJudge['conclude']>> | undefined;
  for (const at of [0, 200, 400]) {
    judgement = await judge.conclude(frame(picture, at), await judge.detect(picture));
  }

  assert.deepEqual(judgement?.observation.tracks, []);
  assert.deepEqual(judgement?.detections, weak);
});

test('a judged frame covers the time since the last one, but no long gap', async () => {
  const picture = await portraitPicture([]);
  const covered = async (rate: number, times: number[]) => {
    const judge = aJudge(scripted([]).queue, rate);
    const found: number[] = [];
    for (const at of times) {
      found.push((await judge.conclude(frame(picture, at), [])).observation.coveredMs);
    }
    return found;
  };

  assert.deepEqual(await covered(5, [0, 200, 600, 60_000]), [0, 200, 400, 1000]);
  assert.deepEqual(await covered(0.2, [0, 5000, 60_000]), [0, 5000, 7500]);
});
