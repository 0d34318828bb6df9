import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { type TestContext, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import type { IngestBus } from '@maskwatch/bus/bus';
import type { IngestMessage } from '@maskwatch/contracts/bus';
import { CameraConfig } from '@maskwatch/contracts/config';
import type { InferenceQueue } from '@maskwatch/inference/inference-queue';
import { systemClock } from '@maskwatch/platform/clock';
import { silentLogger } from '@maskwatch/platform/logger';
import { until } from '@maskwatch/platform/testing/until';
import { loadPair, modelsOf } from '@maskwatch/runtime/model-pair';
import { IngestService } from './ingest-service.ts';
import { findDecoder } from './source/decoder.ts';

const demoFilm = fileURLToPath(new URL('../assets/demo.mp4', import.meta.url));
const pair = await loadPair({
  detector: 'face-yolov4-mobilenetv2',
  classifier: 'mask-mobilenetv2',
});

/** Sees nobody, at once. */
const nobody: InferenceQueue = {
  detect: async () => [],
  classify: async () => [],
  status: () => ({ workers: [], queued: 0, refused: 0, failed: 0 }),
  async close() {},
};

const camera = (id: string) =>
  CameraConfig.parse({ id, source: 'demo', rate: 2, maxWidth: 160, maxHeight: 120 });

async function aService(t: TestContext) {
  const said: { kind: IngestMessage['kind']; cameraId?: string; epoch: number }[] = [];
  const bus = {
    dropped: {},
    send(message: IngestMessage, _bytes: unknown, epoch = 0) {
      const { kind } = message;
      if (kind === 'tick') said.push({ kind, cameraId: message.tick.cameraId, epoch });
      else if (kind === 'observation') {
        said.push({ kind, cameraId: message.observation.cameraId, epoch });
      }
    },
  } as unknown as IngestBus;
  const service = new IngestService({
    ...{ models: modelsOf(pair), inference: nobody, decoder: await findDecoder(), demoFilm, bus },
    ...{ evidenceStates: ['no_mask'], clock: systemClock, logger: silentLogger },
    onHang: () => assert.fail('nothing hangs'),
  });
  t.after(() => service.stop());
  service.start();
  const seen = (cameraId: string, epoch: number) =>
    said.some(
      (one) => one.kind === 'observation' && one.cameraId === cameraId && one.epoch === epoch,
    );
  return { service, said, seen };
}

function decoders(): number[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map(Number)
    .filter((pid) => {
      try {
        const status = readFileSync(`/proc/${pid}/status`, 'utf8');
        return status.includes(`PPid:\t${process.pid}\n`) && /Name:\s+ffmpeg/.test(status);
      } catch {
        return false;
      }
    })
    .sort();
}

test('what is new starts, what went is closed, what stays goes on', async (t) => {
  const { service, seen } = await aService(t);
  await service.own([
    { camera: camera('gate'), epoch: 1 },
    { camera: camera('door'), epoch: 2 },
  ]);
  await until('two cameras', () => seen('gate', 1) && seen('door', 2));
  const both = decoders();
  assert.equal(both.length, 2);

  await service.own([
    { camera: camera('gate'), epoch: 1 },
    { camera: camera('yard'), epoch: 5 },
  ]);
  assert.equal(decoders().filter((pid) => both.includes(pid)).length, 1);
  await until('the third camera', () => seen('yard', 5));
  assert.deepEqual(service.owned, [
    { cameraId: 'gate', epoch: 1 },
    { cameraId: 'yard', epoch: 5 },
  ]);

  const { received, starts } = service.counters;
  await service.own([]);
  assert.deepEqual([decoders(), service.owned], [[], []]);
  assert.ok(service.counters.received >= received && received > 0);
  assert.equal(starts, 3);
});

test('another epoch is said from the next frame on, by the same decoder', async (t) => {
  const { service, said, seen } = await aService(t);
  await service.own([{ camera: camera('gate'), epoch: 1 }]);
  await until('a frame', () => seen('gate', 1));
  const before = decoders();

  await service.own([{ camera: camera('gate'), epoch: 2 }]);
  await until('a frame of the next epoch', () => seen('gate', 2));
  await until('a tick', () => said.some(({ kind, epoch }) => kind === 'tick' && epoch === 2));

  assert.deepEqual(decoders(), before);
  const epochs = said.filter(({ kind }) => kind === 'observation').map(({ epoch }) => epoch);
  assert.deepEqual(epochs, epochs.toSorted());
});

test('a camera that comes back while it closes starts after that, once', async (t) => {
  const { service, seen } = await aService(t);
  await service.own([{ camera: camera('gate'), epoch: 1 }]);
  await until('a frame', () => seen('gate', 1));

  const gone = service.own([]);
  const back = service.own([{ camera: camera('gate'), epoch: 2 }]);
  assert.deepEqual(service.owned, []);
  await Promise.all([gone, back]);
  await until('a frame of the next lease', () => seen('gate', 2));

  assert.equal(decoders().length, 1);
  assert.equal(service.counters.starts, 2);
});

test('one camera that cannot be opened leaves all as it was', async (t) => {
  const { service } = await aService(t);
  await service.own([{ camera: camera('gate'), epoch: 1 }]);
  const strange = CameraConfig.parse({ id: 'door', source: 'demo' });

  const owning = service.own([{ camera: { ...strange, source: 'ftp://x/y' }, epoch: 2 }]);

  await assert.rejects(owning, { code: 'source-unknown' });
  assert.deepEqual(service.owned, [{ cameraId: 'gate', epoch: 1 }]);
});
