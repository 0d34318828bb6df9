import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { test } from 'node:test';
import { promisify } from 'node:util';
import { Problem } from '@maskwatch/platform/problem';
import { goldenPattern } from '@maskwatch/vision/golden-pattern';
import { openDetector } from './detector.ts';
import { LastingSession } from './lasting-session.ts';
import { type OnnxSession, openOnnxSession, type PictureBatch } from './onnx-session.ts';
import { providersToTry } from './provider.ts';
import { loadClassifier, loadDetector, modelsFolder } from './registry.ts';
import type { Comparison } from './testing/compare-with-cpu.ts';

const folder = modelsFolder({});
const judge = await loadClassifier('mask-mobilenetv2', folder);
const crop: PictureBatch = {
  planes: goldenPattern(112, 112),
  ...{ count: 1, width: 112, height: 112, colour: 'rgb' },
};

test('what is asked for is tried first, and the cpu last', () => {
  assert.deepEqual(providersToTry('cpu'), ['cpu']);
  assert.deepEqual(providersToTry('webgpu'), ['webgpu', 'cpu']);
  assert.deepEqual(providersToTry('auto'), ['cuda', 'webgpu', 'cpu']);
});

test('several looks at once find what each finds alone, in order, also of other sizes', async () => {
  const detector = await openDetector(await loadDetector('face-yolov4-mobilenetv2', folder));
  const looks = [
    { width: 160, height: 96 },
    { width: 96, height: 64 },
    { width: 160, height: 96 },
    { width: 160, height: 96 },
  ].map(({ width, height }, n) => ({
    ...{ width, height, scale: 2, pictureWidth: 2 * width, pictureHeight: 2 * height },
    planes: goldenPattern(width, height).map((value) => value + 40 * n),
    ...({ colour: 'rgb', minConfidence: 1e-4 * (n + 1) } as const),
  }));
  const together = await detector.detectAll(looks);
  assert.deepEqual(await detector.detectAll([]), []);
  for (const [n, look] of looks.entries()) {
    const alone = await detector.detect(look);
    assert.ok(alone.length > 0);
    assert.equal(together[n]!.length, alone.length);
    for (const [at, { box, confidence }] of alone.entries()) {
      const found = together[n]![at]!;
      assert.ok(Math.abs(found.confidence - confidence) < 1e-5);
      assert.ok(box.every((value, side) => Math.abs(value - found.box[side]!) < 1e-2));
    }
  }
  assert.deepEqual([detector.provider, detector.fallback], ['cpu', undefined]);
  await detector.release();
});

/** A session on a GPU that is lost when it is told: the fault that no test can cause. */
async function losable() {
  const cpu = await openOnnxSession(judge, 'cpu');
  const state = { lost: false, released: 0 };
  const session: OnnxSession = {
    provider: 'webgpu',
    takesMany: true,
    async run(batch) {
      if (state.lost) throw new Problem('inference-run', 'the device was lost');
      return cpu.run(batch);
    },
    async release() {
      state.released += 1;
      await cpu.release();
    },
  };
  return { session, state };
}

test('a GPU that is lost in mid-run costs no request, and is told once', async () => {
  const { session: first, state } = await losable();
  const told: string[] = [];
  const session = new LastingSession({
    ...{ name: 'mask-mobilenetv2', first },
    openCpu: () => openOnnxSession(judge, 'cpu'),
    onFallback: (sentence) => told.push(sentence),
  });
  const expected = await session.run(crop);
  assert.deepEqual([session.provider, session.fallback, told], ['webgpu', undefined, []]);

  state.lost = true;
  const started = performance.now();
  const both = await Promise.all([session.run(crop), session.run(crop)]);
  assert.ok(performance.now() - started < 10_000);
  assert.deepEqual(both, [expected, expected]);
  assert.equal(session.provider, 'cpu');
  assert.deepEqual(told, [
    'mask-mobilenetv2 computes on cpu, since webgpu was lost: the device was lost',
  ]);
  assert.equal(session.fallback, told[0]);
  assert.deepEqual(await session.run(crop), expected);
  assert.equal(state.released, 1);
  await session.release();
});

test('a request that fails on the cpu as well leaves the GPU in its place', async () => {
  const { session: first, state } = await losable();
  const openCpu = () => openOnnxSession(judge, 'cpu');
  const session = new LastingSession({ name: 'mask-mobilenetv2', first, openCpu });
  const wrong = { ...crop, planes: new Uint8Array(3 * 64 * 64), width: 64, height: 64 };
  await assert.rejects(session.run(wrong), { code: 'inference-run' });
  await assert.rejects(session.run({ ...crop, width: 1 }), { code: 'inference-input' });
  assert.deepEqual([session.provider, session.fallback, state.released], ['webgpu', undefined, 0]);
  await session.release();
});

const script = new URL('./testing/compare-with-cpu.ts', import.meta.url).pathname;

/** In a process of its own: a driver's fault ends it. */
async function compare(provider: string, environment: NodeJS.ProcessEnv): Promise<Comparison> {
  const env = { ...process.env, ...environment };
  const { stdout } = await promisify(execFile)(process.execPath, [script, provider], { env });
  return JSON.parse(stdout);
}

test('without a GPU every request for one ends on the cpu and says why, once a network', async () => {
  const none = { VK_ICD_FILENAMES: '/nonexistent', VK_DRIVER_FILES: '', CUDA_VISIBLE_DEVICES: '' };
  for (const [provider, why] of [
    ['auto', /computes on cpu, not on cuda: .*; not on webgpu: .*Failed to get a WebGPU adapter/],
    ['webgpu', /computes on cpu, not on webgpu: .*Failed to get a WebGPU adapter/],
    ['cuda', /computes on cpu, not on cuda: /],
  ] as const) {
    const { detector, classifier, told } = await compare(provider, none);
    for (const one of [detector, classifier]) {
      assert.equal(one.provider, 'cpu');
      assert.match(one.fallback ?? '', why);
      assert.equal(one.difference, 0);
    }
    assert.deepEqual(told, [detector.fallback, classifier.fallback]);
  }
});

/** The Vulkan that computes in software: Chromium brings it, and ONNX Runtime's webgpu takes it. */
const software = { VK_ICD_FILENAMES: '/usr/lib/chromium/vk_swiftshader_icd.json' };

test('webgpu in software agrees with the cpu', {
  timeout: 180_000,
}, async (t) => {
  const found = await compare('webgpu', software);
  for (const { provider, fallback, difference } of [found.detector, found.classifier]) {
    if (fallback !== undefined) t.diagnostic(`no webgpu on this machine: ${fallback}`);
    assert.equal(provider, fallback === undefined ? 'webgpu' : 'cpu');
    assert.ok(difference < 1e-3, `differs by ${difference}`);
  }
});

test('auto leaves a driver alone that computes in software', { timeout: 60_000 }, async () => {
  const source = `
    import { openSession } from ${JSON.stringify(new URL('./session.ts', import.meta.url).href)};
    import { loadClassifier } from ${JSON.stringify(new URL('./registry.ts', import.meta.url).href)};
    const session = await openSession(await loadClassifier('mask-mobilenetv2'), { provider: 'auto' });
    process.stdout.write(session.provider + ' ' + session.fallback);
  `;
  const args = ['--input-type=module', '-e', source];
  const env = { ...process.env, ...software, CUDA_VISIBLE_DEVICES: '', MASKWATCH_MODELS: folder };
  const { stdout } = await promisify(execFile)(process.execPath, args, { env });
  const why = /its driver computes in software \(\d+ ms where the cpu needs|No supported adapters/;
  assert.match(stdout, /^cpu mask-mobilenetv2 computes on cpu, not on cuda: /);
  assert.match(stdout, why);
});
