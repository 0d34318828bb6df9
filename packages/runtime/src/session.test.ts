import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { goldenPattern } from '@maskwatch/vision/golden-pattern';
import { calibrated, openClassifier } from './classifier.ts';
import { openDetector } from './detector.ts';
import { checkGolden } from './golden-check.ts';
import { loadClassifier, loadDetector, loadModel, modelsFolder } from './registry.ts';
import { openSession } from './session.ts';

const folder = modelsFolder({});
const detector = await openDetector(await loadDetector('face-yolov4-mobilenetv2', folder));
const classifier = await openClassifier(await loadClassifier('mask-mobilenetv2', folder));

test('both shipped models compute here what they were released with', async () => {
  for (const { model, session } of [detector, classifier]) {
    const results = await checkGolden(model, session);
    assert.equal(results.length, model.golden.outputs.length);
    assert.ok(results.every(({ difference }) => difference < 1e-4));
  }
});

test('a model that computes something else is refused with the difference', async () => {
  const { golden } = classifier.model;
  const [output] = golden.outputs;
  const samples = output!.samples.map((value) => value + output!.range * 0.02);
  const model = {
    ...classifier.model,
    golden: { ...golden, outputs: [{ ...output!, samples }] },
  };
  await assert.rejects(checkGolden(model, classifier.session), {
    code: 'model-golden',
    message: /logits differs by 2\.0 % of its range, allowed are 0\.10 %/,
  });
});

test('bytes in shared memory give the same maps as others', async () => {
  const bytes = goldenPattern(64, 32);
  const shared = new Uint8Array(new SharedArrayBuffer(bytes.length));
  shared.set(bytes);
  const input = { width: 64, height: 32, colour: 'rgb' } as const;
  const maps = await detector.run({ ...input, planes: bytes });
  assert.deepEqual(
    maps.map(({ width, height }) => [width, height]),
    [
      [8, 4],
      [4, 2],
      [2, 1],
    ],
  );
  assert.deepEqual(await detector.run({ ...input, planes: shared }), maps);
});

test('the same grey as RGB and as luma with chroma gives nearly the same maps', async () => {
  const rgb = new Uint8Array(3 * 64 * 64).fill(114);
  const yuv = rgb.slice().fill(128, 64 * 64);
  const input = { width: 64, height: 64 };
  const [a] = await detector.run({ ...input, planes: rgb, colour: 'rgb' });
  const [b] = await detector.run({ ...input, planes: yuv, colour: 'bt601' });
  a!.data.forEach((value, n) => {
    assert.ok(Math.abs(value - b!.data[n]!) < 0.05);
  });
});

test('too few bytes are refused, and the session goes on', async () => {
  const input = { planes: new Uint8Array(10), width: 64, height: 64, colour: 'rgb' } as const;
  await assert.rejects(detector.run(input), { code: 'inference-input' });
  await assert.rejects(classifier.run({ crops: new Uint8Array(9), count: 1, colour: 'rgb' }), {
    code: 'inference-input',
  });
  await detector.run({ ...input, planes: new Uint8Array(3 * 64 * 64) });
});

test('crops are judged in order, each with probabilities that sum to one', async () => {
  const size = 3 * 112 * 112;
  const crops = new Uint8Array(2 * size);
  crops.set(goldenPattern(112, 112), size);
  const [flat, pattern] = await classifier.run({ crops, count: 2, colour: 'rgb' });
  const [alone] = await classifier.run({ crops: crops.subarray(size), count: 1, colour: 'rgb' });
  assert.deepEqual(pattern, alone);
  assert.notDeepEqual(flat, pattern);
  const sum = Object.values(flat!).reduce((a, b) => a + b, 0);
  assert.ok(Math.abs(sum - 1) < 1e-9);
});

test('the temperature flattens probabilities, and nonsense is refused', () => {
  const model = (temperature: number) => ({
    classes: ['mask', 'no_mask'] as ('mask' | 'no_mask')[],
    calibration: { temperature, threshold: 0.7 },
  });
  assert.ok(Math.abs(calibrated([Math.log(9), 0], model(1)).mask! - 0.9) < 1e-9);
  assert.ok(Math.abs(calibrated([Math.log(9), 0], model(2)).mask! - 0.75) < 1e-9);
  assert.throws(() => calibrated([Number.NaN, 0], model(1)), { code: 'inference-output' });
});

test('a file that is no network is a problem, not a crash', async () => {
  const temporary = await mkdtemp(join(tmpdir(), 'maskwatch-session-'));
  const path = join(temporary, 'text.onnx');
  await writeFile(path, 'not a network');
  const { model } = await loadModel('mask-mobilenetv2', folder);
  await assert.rejects(openSession({ model, path }), { code: 'model-open' });
  await rm(temporary, { recursive: true });
});
