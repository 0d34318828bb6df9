import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { IngestBus } from '@maskwatch/bus/bus';
import type { IngestMessage } from '@maskwatch/contracts/bus';
import { CameraConfig } from '@maskwatch/contracts/config';
import type { Detection } from '@maskwatch/contracts/detection';
import type { InferenceQueue } from '@maskwatch/inference/inference-queue';
import { FakeClock } from '@maskwatch/platform/clock';
import { silentLogger } from '@maskwatch/platform/logger';
import { loadClassifier, loadDetector } from '@maskwatch/runtime/registry';
import { yuv420pBytes, yuv420pPicture } from '@maskwatch/vision/picture';
import { newTracker } from '../ingest-service.ts';
import type { FrameSourceHandlers, SourceStatus } from '../source/frame-source.ts';
import { CameraOwner } from './camera-owner.ts';
import { EvidenceCandidates } from './evidence-candidates.ts';
import { FaceJudge } from './face-judge.ts';

const models = {
  detector: (await loadDetector('face-yolov4-mobilenetv2')).model,
  classifier: (await loadClassifier('mask-mobilenetv2')).model,
};
const settle = () => new Promise((resolve) => setImmediate(resolve));

/** An inference that answers, or fails, when the test says so: load and faults cannot be had else. */
class HeldInference implements InferenceQueue {
  readonly waiting: PromiseWithResolvers<Detection[]>[] = [];
  /** The brightest byte that each request showed the detector. */
  readonly brightest: number[] = [];

  detect({ planes }: { planes: Uint8Array }): Promise<Detection[]> {
    this.brightest.push(planes.reduce((most, byte) => Math.max(most, byte), 0));
    const answer = Promise.withResolvers<Detection[]>();
    this.waiting.push(answer);
    return answer.promise;
  }

  async answer(detections: Detection[] = []): Promise<void> {
    this.waiting.shift()!.resolve(detections);
    for (let n = 0; n < 4; n += 1) await settle();
  }

  async classify() {
    return [];
  }

  status() {
    return { workers: [], queued: 0, refused: 0, failed: 0 };
  }

  async close() {}
}

function anOwner(change: Partial<CameraConfig> = {}) {
  const clock = new FakeClock();
  const inference = new HeldInference();
  const sent: IngestMessage[] = [];
  const epochs: [string, number | undefined][] = [];
  const bus = {
    send(message: IngestMessage, _bytes: unknown, epoch?: number) {
      sent.push(message);
      epochs.push([message.kind, epoch]);
    },
  } as unknown as IngestBus;
  const tracker = newTracker(models);
  const camera = CameraConfig.parse({ id: 'gate', source: 'rtsp://192.0.2.1/live', ...change });
  let handlers!: FrameSourceHandlers;
  const source = {
    start() {},
    async stop() {},
    status: { state: 'live', since: clock.now() } as SourceStatus,
    counters: { received: 0, replaced: 0, discarded: 0, starts: 1 },
  };
  const owner = new CameraOwner({
    ...{ camera, tracker, bus, clock, logger: silentLogger },
    judge: new FaceJudge({ cameraId: camera.id, rate: camera.rate, models, inference, tracker }),
    candidates: new EvidenceCandidates(['no_mask']),
    openSource(given) {
      handlers = given;
      return source;
    },
  });
  owner.start();
  const released: number[] = [];
  let sequence = 0;
  const frame = (capturedAt = clock.now()) => {
    const n = sequence;
    sequence += 1;
    const bytes = new Uint8Array(yuv420pBytes(640, 360)).fill(200);
    const picture = yuv420pPicture(bytes, 640, 360);
    const release = () => void released.push(n);
    handlers.onFrame({ sequence: n, capturedAt, picture, release });
  };
  const observed = () =>
    sent.flatMap((message) =>
      message.kind === 'observation' ? [message.observation.sequence] : [],
    );
  const seam = () => handlers.onSeam?.();
  return { clock, inference, owner, source, sent, epochs, frame, seam, released, observed };
}

test('while one frame is in flight the newest waits, and what it replaces is counted', async () => {
  const { owner, inference, frame, released, observed } = anOwner();

  for (let n = 0; n < 4; n += 1) frame();
  assert.equal(inference.waiting.length, 1);
  assert.deepEqual(released, [1, 2]);
  await inference.answer();
  await inference.answer();

  assert.deepEqual(observed(), [0, 3]);
  assert.deepEqual(released, [1, 2, 0, 3]);
  const { replaced, judged, lost } = owner.tick().counters;
  assert.deepEqual({ replaced, judged, lost }, { replaced: 2, judged: 2, lost: 0 });
});

test('what is said of a frame is said in the epoch in which it was taken up', async () => {
  const { owner, inference, frame, epochs } = anOwner();

  owner.epoch = 3;
  frame();
  owner.epoch = 4;
  await inference.answer();
  frame();
  await inference.answer();

  assert.deepEqual(epochs, [
    ['in-flight', 3],
    ['observation', 3],
    ['in-flight', 4],
    ['observation', 4],
  ]);
});

test('a frame without an answer is lost, released, and the next one goes', async () => {
  const { owner, inference, frame, released, observed } = anOwner();

  frame();
  frame();
  inference.waiting.shift()!.reject(new Error('the worker said no'));
  for (let n = 0; n < 4; n += 1) await settle();
  await inference.answer();

  assert.deepEqual(observed(), [1]);
  assert.deepEqual(released, [0, 1]);
  assert.equal(owner.tick().counters.lost, 1);
});

test('an answer after more than 2 s is late and says its age', async () => {
  const { owner, inference, frame, sent, clock } = anOwner();

  frame();
  await clock.advance(2500);
  await inference.answer();

  const observation = sent.find((message) => message.kind === 'observation')?.observation;
  assert.equal(observation?.ageMs, 2500);
  assert.equal(owner.tick().counters.late, 1);
  assert.equal(owner.tick().ageMs, 2500);
});

test('the pictures of a frozen camera are not judged', async () => {
  const { owner, inference, source, frame, released, clock } = anOwner();

  source.status = { state: 'frozen', cause: 'frozen', since: clock.now() };
  frame();

  assert.equal(inference.waiting.length, 0);
  assert.deepEqual(released, [0]);
  assert.equal(owner.tick().counters.discarded, 1);
  source.status = { state: 'live', since: clock.now() };
  frame();
  assert.equal(inference.waiting.length, 1);
});

test('of a film every frame is judged, in its own time, and none is late', async () => {
  const { owner, inference, sent, frame, observed, clock } = anOwner({ source: '/films/a.mp4' });
  const start = clock.now();

  for (const ms of [0, 200, 400]) frame(start + ms);
  await settle();
  await clock.advance(5000);
  for (let n = 0; n < 3; n += 1) await inference.answer();

  assert.deepEqual(observed(), [0, 1, 2]);
  const { replaced, late, judged } = owner.tick().counters;
  assert.deepEqual({ replaced, late, judged }, { replaced: 0, late: 0, judged: 3 });
  assert.ok(sent.every((m) => m.kind !== 'observation' || m.observation.ageMs === undefined));
});

test('a film runs no faster than its own time', async () => {
  const { inference, frame, clock } = anOwner({ source: '/films/a.mp4' });
  const start = clock.now();

  frame(start);
  await settle();
  frame(start + 200);
  await inference.answer();
  await clock.advance(199);
  assert.equal(inference.waiting.length, 0);
  await clock.advance(1);
  await settle();

  assert.equal(inference.waiting.length, 1);
});

test('nobody goes on over the seam of a looped film', async () => {
  const { inference, sent, frame, seam, clock, released } = anOwner({ source: 'demo' });
  const face: Detection = { box: [100, 100, 40, 40], confidence: 0.9 };
  const ids = () =>
    sent.flatMap((message) =>
      message.kind === 'observation' ? [message.observation.tracks.map(({ id }) => id).join()] : [],
    );
  for (let n = 0; n < 3; n += 1) {
    frame();
    await inference.answer([face]);
    await clock.advance(200);
  }

  frame();
  frame();
  seam();
  assert.ok(released.includes(4));
  frame();
  await inference.answer([face]);
  await inference.answer([face]);
  await clock.advance(200);
  frame();
  await inference.answer([face]);

  const [first, second, third, last, anew, confirmed] = ids();
  assert.equal(first, '');
  assert.ok(second !== '' && second === third && third === last);
  assert.equal(anew, '');
  assert.ok(confirmed !== '' && confirmed !== last);
});

test('privacy masks are painted before the detector sees the picture', async () => {
  const whole = [
    [0, 0],
    [1, 0],
    [1, 1],
    [0, 1],
  ] as [number, number][];
  const { inference, frame } = anOwner({ privacyMasks: [whole] });

  frame();

  // Black in limited range: luma 16, chroma 128.
  assert.deepEqual(inference.brightest, [128]);
});

test('stopping releases what waits, and what is in flight when it is done', async () => {
  const { owner, inference, frame, released } = anOwner();
  frame();
  frame();

  const stopped = owner.stop();
  assert.deepEqual(released, [1]);
  await inference.answer();
  await stopped;
  frame();

  assert.deepEqual(released, [1, 0, 2]);
});

test('stopping does not wait for the time of a film', async () => {
  const { owner, frame, released, clock } = anOwner({ source: '/films/a.mp4' });
  frame(clock.now() + 60_000);

  await owner.stop();

  assert.deepEqual(released, [0]);
});

test('a frame without an answer for a minute is a hang; many slow ones are none', async () => {
  const { owner, inference, frame } = anOwner();
  const seconds = (count: number) => Array.from({ length: count }, () => owner.hangs());

  assert.ok(!seconds(100).includes(true));
  frame();
  frame();
  assert.ok(!seconds(50).includes(true));
  await inference.answer();
  assert.ok(!seconds(60).includes(true));
  assert.deepEqual(seconds(1), [true]);
});
