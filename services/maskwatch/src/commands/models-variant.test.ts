import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { openClassifier } from '@maskwatch/runtime/classifier';
import { openDetector } from '@maskwatch/runtime/detector';
import { checkAllGolden } from '@maskwatch/runtime/golden-check';
import { type LoadedModel, loadClassifier, loadDetector } from '@maskwatch/runtime/registry';
import { readPicture } from '@maskwatch/training/dataset/decode-picture';
import { cropBytes, fillCrop } from '@maskwatch/vision/crops';
import { detectorBytes, detectorGeometry, fillDetectorInput } from '@maskwatch/vision/letterbox';
import { type Picture, rgbPicture } from '@maskwatch/vision/picture';

const main = fileURLToPath(new URL('../main.ts', import.meta.url));
const portraits = fileURLToPath(new URL('../../../../test/scenes/portraits', import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'maskwatch-variant-test-'));
after(() => rmSync(folder, { recursive: true }));

const variant = (...args: string[]) =>
  spawnSync(process.execPath, [main, 'models', 'variant', ...args], { encoding: 'utf8' });

/** The folder of a new variant in float16. */
function half(name: string): string {
  const out = join(folder, `${name}-half`);
  const { status, stdout, stderr } = variant(name, '--half', '--out', out);
  assert.equal(status, 0, stderr);
  assert.match(stdout, new RegExp(`^${name}-half {2}\\w+ in float16\\n`));
  return out;
}

/** The variant's file has half the size, and its model.json says how far it is from the original. */
function looksLikeHalf(original: LoadedModel, { model, path }: LoadedModel): void {
  assert.ok(statSync(path).size < 0.52 * statSync(original.path).size);
  assert.deepEqual(
    model.golden.outputs,
    original.model.golden.outputs,
    'the golden outputs are those of float32',
  );
  const differences = model.golden.outputs.map(({ name }) => model.measured[`${name}Difference`]);
  assert.ok(differences.every((value) => typeof value === 'number' && value > 0 && value < 0.03));
}

async function portrait(state: string): Promise<Picture> {
  const { data, width, height } = await readPicture(join(portraits, `${state}.png`));
  return rgbPicture(data, width, height);
}

test('the shipped detector in float16 finds the same faces', async () => {
  const original = await loadDetector('face-yolov4-mobilenetv2');
  const loaded = await loadDetector(half('face-yolov4-mobilenetv2'));
  looksLikeHalf(original, loaded);
  const detectors = [await openDetector(original), await openDetector(loaded)];
  await checkAllGolden(detectors[1]!.networks);
  for (const state of ['mask', 'no_mask', 'incorrect']) {
    const picture = await portrait(state);
    const { width, height } = picture;
    const geometry = detectorGeometry(width, height, { ...loaded.model.input, upscale: 'exact' });
    const planes = new Uint8Array(detectorBytes(geometry));
    fillDetectorInput(picture, geometry, planes);
    const look = { ...geometry, planes, colour: 'rgb', minConfidence: 0.4 } as const;
    const [expected, found] = await Promise.all(detectors.map((one) => one.detect(look)));
    assert.equal(expected!.length, 1);
    assert.equal(found!.length, 1);
    assert.ok(Math.abs(found![0]!.confidence - expected![0]!.confidence) < 0.01);
    const side = expected![0]!.box[2];
    found![0]!.box.forEach((value, n) => {
      assert.ok(Math.abs(value - expected![0]!.box[n]!) < 0.02 * side);
    });
  }
  for (const detector of detectors) await detector.release();
});

test('the shipped classifier in float16 judges alike', async () => {
  const original = await loadClassifier('mask-mobilenetv2');
  const loaded = await loadClassifier(half('mask-mobilenetv2'));
  looksLikeHalf(original, loaded);
  const classifiers = [await openClassifier(original), await openClassifier(loaded)];
  const { crop, input } = loaded.model;
  for (const state of ['mask', 'no_mask', 'incorrect']) {
    const picture = await portrait(state);
    const side = Math.min(picture.width, picture.height) / 2;
    const crops = new Uint8Array(cropBytes(input));
    const box = [(picture.width - side) / 2, (picture.height - side) / 2, side, side] as const;
    fillCrop(picture, [...box], { ...crop, size: input.size, target: crops });
    const looks = classifiers.map((one) => one.run({ crops, count: 1, colour: 'rgb' }));
    const [[expected], [found]] = (await Promise.all(looks)) as [[object], [object]];
    for (const [name, value] of Object.entries(expected)) {
      const other = Object.entries(found).find(([key]) => key === name)![1];
      assert.ok(Math.abs(value - other) < 0.01);
    }
  }
  for (const classifier of classifiers) await classifier.release();
});

test('a folder that has a model is left alone, and --half must be said', () => {
  const taken = variant(
    'mask-mobilenetv2',
    '--half',
    '--out',
    join(folder, 'mask-mobilenetv2-half'),
  );
  assert.equal(taken.status, 1);
  assert.match(taken.stderr, /There is a model at .*mask-mobilenetv2-half already/);
  assert.match(variant('mask-mobilenetv2', '--out', 'x').stderr, /required option '--half'/);
});
