import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { silentLogger } from '@maskwatch/platform/logger';
import { modelsFolder } from '@maskwatch/runtime/registry';
import { goldenPattern } from '@maskwatch/vision/golden-pattern';
import { type BatchQueue, startInferenceWorkers } from './in-process-queue.ts';
import type { Asked, Outcome } from './worker-messages.ts';

const crop = 112;
let queue: BatchQueue;

before(async () => {
  queue = await startInferenceWorkers({
    ...{ detector: 'face-yolov4-mobilenetv2', classifier: 'mask-mobilenetv2' },
    ...{ folder: modelsFolder({}), workers: 1, logger: silentLogger },
  });
});
after(() => queue.close());

function picture(n: number, { width = 160, height = 96 } = {}): Asked {
  const planes = new Uint8Array(new SharedArrayBuffer(3 * width * height));
  planes.set(goldenPattern(width, height).map((value) => value + 40 * n));
  return {
    kind: 'detect',
    request: {
      ...{ cameraId: `camera-${n}`, planes, width, height, colour: 'rgb', scale: 2 },
      minConfidence: 1e-4,
    },
  };
}

function faces(n: number, count: number): Asked {
  const crops = new Uint8Array(new SharedArrayBuffer(count * 3 * crop * crop));
  for (let face = 0; face < count; face += 1) {
    const pattern = goldenPattern(crop, crop).map((value) => value >> ((n + face) % 4));
    crops.set(pattern, face * pattern.length);
  }
  return { kind: 'classify', request: { cameraId: `camera-${n}`, crops, count, colour: 'rgb' } };
}

const runs = () => queue.status().workers[0]!.runs;

function near(one: Outcome, other: Outcome): void {
  assert.equal(one.kind, other.kind);
  if (one.kind === 'detections' && other.kind === 'detections') {
    assert.ok(one.detections.length > 0);
    assert.equal(one.detections.length, other.detections.length);
    for (const [n, { box, confidence }] of one.detections.entries()) {
      const same = other.detections[n]!;
      assert.ok(Math.abs(same.confidence - confidence) < 1e-5);
      assert.ok(box.every((value, side) => Math.abs(value - same.box[side]!) < 1e-2));
    }
  } else if (one.kind === 'probabilities' && other.kind === 'probabilities') {
    assert.equal(one.probabilities.length, other.probabilities.length);
    for (const [n, states] of one.probabilities.entries()) {
      for (const [state, share] of Object.entries(states)) {
        const same = other.probabilities[n]![state as keyof typeof states];
        assert.ok(Math.abs(same! - share!) < 1e-5);
      }
    }
  }
}

test('pictures of a batch are answered as each alone, in order, also of other sizes', async () => {
  const asked = [picture(0), picture(1, { width: 96, height: 64 }), picture(2), picture(3)];
  const before = runs();
  const together = await queue.judgeAll(asked);
  assert.equal(runs(), before + 1);

  for (const [n, one] of asked.entries()) {
    const [alone] = await queue.judgeAll([one]);
    near(alone!, together[n]!);
  }
});

test('faces of several cameras are judged as those of each alone', async () => {
  const asked = [faces(0, 3), faces(1, 1), faces(2, 2)];
  const together = await queue.judgeAll(asked);

  for (const [n, one] of asked.entries()) {
    const [alone] = await queue.judgeAll([one]);
    near(alone!, together[n]!);
  }
  const counts = together.map((one) => one.kind === 'probabilities' && one.probabilities.length);
  assert.deepEqual(counts, [3, 1, 2]);
});

test('a request that cannot be run costs only itself, pictures and faces alike', async () => {
  const short = picture(1);
  if (short.kind === 'detect') short.request.height += 32;
  const odd = picture(2, { width: 100, height: 60 });
  const few = faces(1, 2);
  if (few.kind === 'classify') few.request.count = 3;
  const { failed } = queue.status();

  const pictures = await queue.judgeAll([picture(0), short, odd, picture(3)]);
  const judged = await queue.judgeAll([faces(0, 1), few]);

  assert.deepEqual(
    pictures.map(({ kind }) => kind),
    ['detections', 'problem', 'problem', 'detections'],
  );
  near(pictures[3]!, (await queue.judgeAll([picture(3)]))[0]!);
  assert.deepEqual(
    judged.map(({ kind }) => kind),
    ['probabilities', 'problem'],
  );
  const [, refused] = pictures;
  assert.ok(refused?.kind === 'problem' && refused.problem.code === 'inference-input');
  assert.equal(queue.status().failed, failed + 3);
  assert.deepEqual(await queue.judgeAll([]), []);
});
