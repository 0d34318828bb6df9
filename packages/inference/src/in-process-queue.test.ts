import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { cp, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { silentLogger } from '@maskwatch/platform/logger';
import { modelsFolder } from '@maskwatch/runtime/registry';
import { goldenPattern } from '@maskwatch/vision/golden-pattern';
import { inferenceQueueContract } from './contract-suite.ts';
import { startInferenceWorkers, startQueue } from './in-process-queue.ts';
import type { DetectorRequest } from './inference-queue.ts';

const shipped = {
  detector: 'face-yolov4-mobilenetv2',
  classifier: 'mask-mobilenetv2',
  folder: modelsFolder({}),
  workers: 2,
  logger: silentLogger,
};

inferenceQueueContract('threads of this process', () => startInferenceWorkers(shipped));

/** Speaks as the real worker does, takes 2 ms a request and answers with what it was asked. */
const slow = script(`
  port.on('message', (message) => {
    if (message.kind === 'stop') return port.close();
    setTimeout(() => port.postMessage(
      message.kind === 'detect'
        ? { kind: 'detections', detections: [], ms: 2 }
        : { kind: 'probabilities', probabilities: [], ms: 2 }), 2);
  });
`);

const dying = script(`port.on('message', () => process.exit(7));`);

function script(body: string): URL {
  const source = `
    import { parentPort as port } from 'node:worker_threads';
    ${body}
    port.postMessage({ kind: 'ready' });
  `;
  return new URL(`data:text/javascript,${encodeURIComponent(source)}`);
}

function shareOf(bytes: Uint8Array): Uint8Array<SharedArrayBuffer> {
  const shared = new Uint8Array(new SharedArrayBuffer(bytes.length));
  shared.set(bytes);
  return shared;
}

const shared = new Uint8Array(new SharedArrayBuffer(1));
const picture = (cameraId: string): DetectorRequest => ({
  cameraId,
  planes: shared,
  width: 1,
  height: 1,
  colour: 'rgb',
  scale: 1,
  minConfidence: 0.4,
});
const crop = { cameraId: 'gate', crops: shared, count: 1, colour: 'rgb' } as const;

test('crops go before pictures, and pictures in the order in which they came', async () => {
  const queue = await startQueue({ script: slow, setups: [{}] });
  const order: string[] = [];
  const note = (name: string) => () => order.push(name);
  await Promise.all([
    queue.detect(picture('a')).then(note('a')),
    queue.detect(picture('b')).then(note('b')),
    queue.detect(picture('c')).then(note('c')),
    queue.classify(crop).then(note('crop')),
  ]);
  await queue.close();

  assert.deepEqual(order, ['a', 'crop', 'b', 'c']);
});

test('eight cameras that ask for more than there is are served alike', async () => {
  const queue = await startQueue({ script: slow, setups: [{}] });
  const served = new Map<string, number>();
  let total = 0;
  const camera = async (id: string) => {
    while (total < 80) {
      await queue.detect(picture(id));
      total += 1;
      served.set(id, (served.get(id) ?? 0) + 1);
    }
  };
  await Promise.all(['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h'].map(camera));
  await queue.close();

  const counts = [...served.values()];
  assert.ok(Math.max(...counts) - Math.min(...counts) <= 1, counts.join());
});

test('a full queue turns requests away at once and counts them', async () => {
  const queue = await startQueue({ script: slow, setups: [{}], most: 2 });
  const asked = ['a', 'b', 'c', 'd', 'e'].map((id) => queue.detect(picture(id)));
  const results = await Promise.allSettled(asked);
  const { refused } = queue.status();
  await queue.close();

  const codes = results.map((one) => (one.status === 'rejected' ? one.reason.code : 'answered'));
  const full = 'inference-full';
  assert.deepEqual(codes, ['answered', 'answered', 'answered', full, full]);
  assert.equal(refused, 2);
});

test('a thread that ends by itself ends the process', () => {
  const source = `
    import { startQueue } from ${JSON.stringify(new URL('./in-process-queue.ts', import.meta.url).href)};
    const queue = await startQueue({ script: new URL(${JSON.stringify(dying.href)}), setups: [{}] });
    setInterval(() => {}, 1000);
    await queue.classify({ crops: new Uint8Array(1), count: 1 });
  `;
  const child = spawnSync(process.execPath, ['--input-type=module', '-e', source], {
    timeout: 20_000,
    encoding: 'utf8',
  });

  assert.equal(child.status, 1, child.stderr);
  assert.match(child.stderr, /an inference thread ended by itself with exit code 7/);
});

test('an unknown model is a problem before any thread is started', async () => {
  const start = startInferenceWorkers({ ...shipped, detector: 'yolo' });
  await assert.rejects(start, { code: 'model-unknown' });
});

test('a detector that judges by itself runs alone, and answers with states', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'maskwatch-one-stage-'));
  await cp(shipped.folder, folder, { recursive: true });
  const path = join(folder, shipped.detector, 'model.json');
  const model = JSON.parse(await readFile(path, 'utf8'));
  const judges = { threshold: 0.7, smallestFace: 32 };
  // Its 18 channels read as two anchors of four classes: nonsense, but of the right shape.
  const classes = ['no_mask', 'mask', 'face', 'ignore'];
  for (const head of model.heads) head.anchors.length = 2;
  await writeFile(path, JSON.stringify({ ...model, classes, judges }));
  await rm(join(folder, shipped.classifier), { recursive: true });

  const { detector, logger } = shipped;
  const queue = await startInferenceWorkers({ detector, logger, folder, workers: 1 });
  const planes = shareOf(goldenPattern(96, 64));
  const look = { ...picture('gate'), planes, width: 96, height: 64, minConfidence: 1e-7 };
  const found = await queue.detect(look);
  const refused = await queue.classify(crop).catch((thrown) => thrown.code);
  await queue.close();
  await rm(folder, { recursive: true });

  assert.ok(found.length > 0);
  for (const { probabilities } of found) {
    const { mask, no_mask: bare } = probabilities!;
    assert.ok(Math.abs(mask! + bare! - 1) < 1e-9);
  }
  assert.equal(refused, 'inference-input');
});

test('ensembles run on the threads as single models do, each member checked', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'maskwatch-together-'));
  const described = { version: '1', licence: 'own', sources: [], measured: {} };
  const put = async (name: string, own: object) => {
    await mkdir(join(folder, name));
    const text = JSON.stringify({ ...described, name, ...own });
    await writeFile(join(folder, name, 'model.json'), text);
  };
  const twice = (name: string) => [{ name }, { name: join(shipped.folder, name), flip: true }];
  for (const name of [shipped.detector, shipped.classifier]) {
    await cp(join(shipped.folder, name), join(folder, name), { recursive: true });
  }
  const thresholds = { confidence: 0.3, pixelate: 0.1, iou: 0.45 };
  await put('finders', { task: 'detector', thresholds, members: twice(shipped.detector) });
  await put('judges', { task: 'classifier', threshold: 0.7, members: twice(shipped.classifier) });

  const names = { detector: join(folder, 'finders'), classifier: 'judges' };
  const { logger } = shipped;
  const queue = await startInferenceWorkers({ ...names, logger, folder, workers: 1 });
  const planes = shareOf(goldenPattern(96, 64));
  const size = { width: 96, height: 64, minConfidence: 1e-7 };
  const found = await queue.detect({ ...picture('gate'), planes, ...size });
  const crops = shareOf(goldenPattern(112, 112));
  const [said] = await queue.classify({ ...crop, crops });
  await queue.close();

  assert.ok(found.length > 0 && found.length <= 300);
  assert.deepEqual(Object.keys(said!), ['mask', 'no_mask', 'incorrect']);

  const path = join(folder, shipped.classifier, 'model.json');
  const model = JSON.parse(await readFile(path, 'utf8'));
  model.golden.outputs[0].samples[1] += 0.1;
  await writeFile(path, JSON.stringify(model));
  const start = startInferenceWorkers({ ...names, logger, folder, workers: 1 });
  await assert.rejects(start, { code: 'model-golden' });
  await rm(folder, { recursive: true });
});

test('a model off its golden output is refused, and no thread stays', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'maskwatch-golden-'));
  await cp(shipped.folder, folder, { recursive: true });
  const path = join(folder, shipped.classifier, 'model.json');
  const model = JSON.parse(await readFile(path, 'utf8'));
  model.golden.outputs[0].samples[1] += 0.1;
  await writeFile(path, JSON.stringify(model));

  await assert.rejects(startInferenceWorkers({ ...shipped, folder }), { code: 'model-golden' });
  await rm(folder, { recursive: true });
});
