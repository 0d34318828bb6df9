import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { goldenPattern } from '@maskwatch/vision/golden-pattern';
import { calibrated, openClassifier } from './classifier.ts';
import { openDetector } from './detector.ts';
import { checkAllGolden, checkGolden } from './golden-check.ts';
import { loadClassifier, loadDetector, loadModel, modelsFolder } from './registry.ts';
import { openSession } from './session.ts';

const folder = modelsFolder({});
const detector = await openDetector(await loadDetector('face-yolov4-mobilenetv2', folder));
const classifier = await openClassifier(await loadClassifier('mask-mobilenetv2', folder));
const [finder] = detector.networks;
const [judge] = classifier.networks;

test('both shipped models compute here what they were released with', async () => {
  for (const { model, networks } of [detector, classifier]) {
    const results = await checkAllGolden(networks);
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
  await assert.rejects(checkGolden(model, judge!.session), {
    code: 'model-golden',
    message: /logits differs by 2\.0 % of its range, allowed are 0\.10 %/,
  });
});

test('bytes in shared memory give the same maps as others', async () => {
  const bytes = goldenPattern(64, 32);
  const shared = new Uint8Array(new SharedArrayBuffer(bytes.length));
  shared.set(bytes);
  const input = { count: 1, width: 64, height: 32, colour: 'rgb' } as const;
  const maps = await finder!.session.run({ ...input, planes: bytes });
  assert.deepEqual(
    ['head8', 'head16', 'head32'].map((name) => maps[name]!.shape.slice(2)),
    [
      [4, 8],
      [2, 4],
      [1, 2],
    ],
  );
  assert.deepEqual(await finder!.session.run({ ...input, planes: shared }), maps);
});

test('the same grey as RGB and as luma with chroma gives nearly the same maps', async () => {
  const rgb = new Uint8Array(3 * 64 * 64).fill(114);
  const yuv = rgb.slice().fill(128, 64 * 64);
  const input = { count: 1, width: 64, height: 64 };
  const { head8: a } = await finder!.session.run({ ...input, planes: rgb, colour: 'rgb' });
  const { head8: b } = await finder!.session.run({ ...input, planes: yuv, colour: 'bt601' });
  a!.data.forEach((value, n) => {
    assert.ok(Math.abs(value - b!.data[n]!) < 0.05);
  });
});

test('too few bytes are refused, and the session goes on', async () => {
  const size = { width: 64, height: 64, scale: 1, pictureWidth: 64, pictureHeight: 64 };
  const look = { ...size, colour: 'rgb', minConfidence: 0.4 } as const;
  const short = detector.detect({ ...look, planes: new Uint8Array(10) });
  await assert.rejects(short, { code: 'inference-input' });
  await assert.rejects(classifier.run({ crops: new Uint8Array(9), count: 1, colour: 'rgb' }), {
    code: 'inference-input',
  });
  await detector.detect({ ...look, planes: new Uint8Array(3 * 64 * 64) });
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

test('a description that does not fit its network is a problem of the run', async () => {
  const loaded = await loadDetector('face-yolov4-mobilenetv2', folder);
  const model = { ...loaded.model, classes: ['mask', 'no_mask'] as ('mask' | 'no_mask')[] };
  const planes = new Uint8Array(3 * 64 * 64);
  const size = { width: 64, height: 64, scale: 1, pictureWidth: 64, pictureHeight: 64 };
  const wrong = await openDetector({ ...loaded, model });
  const run = wrong.detect({ ...size, planes, colour: 'rgb', minConfidence: 0.4 });
  await assert.rejects(run, { code: 'inference-output', message: /1x18x8x8, not 1x21x8x8/ });
  const start = checkAllGolden(wrong.networks);
  await assert.rejects(start, { code: 'inference-output' });
  await wrong.release();

  const three = await loadClassifier('mask-mobilenetv2', folder);
  const two = { ...three.model, classes: ['mask', 'no_mask'] as ('mask' | 'no_mask')[] };
  const short = checkAllGolden([{ model: two, session: judge!.session }]);
  await assert.rejects(short, {
    code: 'inference-output',
    message: 'logits of mask-mobilenetv2 has 3 values for 2 classes.',
  });

  const headless = openDetector({ ...loaded, model: { ...loaded.model, heads: [] } });
  await assert.rejects(headless, { code: 'model-invalid' });
});

test('a file that is no network is a problem, not a crash', async () => {
  const temporary = await mkdtemp(join(tmpdir(), 'maskwatch-session-'));
  const path = join(temporary, 'text.onnx');
  await writeFile(path, 'not a network');
  const { model } = await loadModel('mask-mobilenetv2', folder);
  await assert.rejects(openSession({ model, path }), { code: 'model-open' });
  await rm(temporary, { recursive: true });
});
