import assert from 'node:assert/strict';
import { test } from 'node:test';
import { goldenPattern } from '@maskwatch/vision/golden-pattern';
import type { ClassifierRequest, DetectorRequest, InferenceQueue } from './inference-queue.ts';

const width = 160;
const height = 96;
const cropBytes = 3 * 112 * 112;

/** The generated pattern: no face, but enough for low confidences. */
function patternRequest(minConfidence: number): DetectorRequest {
  const planes = new Uint8Array(new SharedArrayBuffer(3 * width * height));
  planes.set(goldenPattern(width, height));
  return {
    cameraId: 'gate',
    planes,
    width,
    height,
    colour: 'rgb',
    scale: 2,
    pictureWidth: 300,
    pictureHeight: 180,
    minConfidence,
  };
}

function cropsRequest(count: number): ClassifierRequest {
  const crops = new Uint8Array(new SharedArrayBuffer(Math.max(1, count) * cropBytes));
  const pattern = goldenPattern(112, 112);
  for (let n = 0; n < count; n += 1)
    crops.set(
      pattern.map((byte) => byte >> (n % 3)),
      n * cropBytes,
    );
  return { cameraId: 'gate', crops, count, colour: 'rgb' };
}

/** What every inference queue promises, whatever computes behind it. */
export function inferenceQueueContract(name: string, start: () => Promise<InferenceQueue>): void {
  test(`${name}: detections are sure first and lie in the analysis picture`, async () => {
    const queue = await start();
    const found = await queue.detect(patternRequest(1e-6));
    const sure = await queue.detect(patternRequest(found[0]!.confidence * 0.999));
    await queue.close();

    assert.ok(found.length > 1 && found.length <= 300, `${found.length} boxes`);
    found.forEach(({ box: [x, y, w, h], confidence }, n) => {
      assert.ok(x >= 0 && y >= 0 && x + w <= 300.001 && y + h <= 180.001 && w > 0 && h > 0);
      assert.ok(n === 0 || confidence <= found[n - 1]!.confidence);
    });
    assert.deepEqual(sure, found.slice(0, sure.length));
  });

  test(`${name}: every crop is answered in order, none is no run`, async () => {
    const queue = await start();
    const three = await queue.classify(cropsRequest(3));
    const one = await queue.classify(cropsRequest(1));
    const none = await queue.classify(cropsRequest(0));
    await queue.close();

    assert.equal(three.length, 3);
    assert.deepEqual(three[0], one[0]);
    assert.notDeepEqual(three[0], three[1]);
    assert.deepEqual(none, []);
    for (const probabilities of three) {
      const sum = Object.values(probabilities).reduce((a, b) => a + b, 0);
      assert.ok(Math.abs(sum - 1) < 1e-6);
    }
  });

  test(`${name}: a request that cannot be run is a problem of that request alone`, async () => {
    const queue = await start();
    const short = { ...patternRequest(0.5), height: height + 32 };
    const [good, bad, after] = await Promise.allSettled([
      queue.detect(patternRequest(0.5)),
      queue.detect(short),
      queue.classify(cropsRequest(1)),
    ]);
    const { failed } = queue.status();
    await queue.close();

    assert.deepEqual(
      [good.status, bad.status, after.status],
      ['fulfilled', 'rejected', 'fulfilled'],
    );
    assert.equal(bad.status === 'rejected' && bad.reason.code, 'inference-input');
    assert.equal(failed, 1);
  });

  test(`${name}: closing answers what waits, and takes nothing more`, async () => {
    const queue = await start();
    const asked = Array.from({ length: 12 }, () => queue.detect(patternRequest(0.5)));
    const closed = queue.close();
    const late = await queue.detect(patternRequest(0.5)).catch((thrown) => thrown.code);
    const answers = await Promise.all(asked);
    await closed;

    assert.equal(late, 'inference-closed');
    assert.equal(answers.length, 12);
    const { workers, queued } = queue.status();
    const runs = workers.reduce((sum, worker) => sum + worker.runs, 0);
    assert.deepEqual([runs, queued], [12, 0]);
    assert.ok(queue.status().detectorMs! > 0);
  });
}
