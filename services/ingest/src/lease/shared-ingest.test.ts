/** Two ingests, real models and a real Redis: a camera moves from one to the other. */

import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { RedisHubBus } from '@maskwatch/bus/redis-hub-bus';
import { RedisIngestBus } from '@maskwatch/bus/redis-ingest-bus';
import type { IngestMessage } from '@maskwatch/contracts/bus';
import { CameraConfig } from '@maskwatch/contracts/config';
import { startInferenceWorkers } from '@maskwatch/inference/in-process-queue';
import { systemClock } from '@maskwatch/platform/clock';
import { silentLogger } from '@maskwatch/platform/logger';
import { startRedis } from '@maskwatch/platform/testing/redis-server';
import { until } from '@maskwatch/platform/testing/until';
import { loadPair, modelsOf } from '@maskwatch/runtime/model-pair';
import { IngestService } from '../ingest-service.ts';
import { findDecoder } from '../source/decoder.ts';
import { SharedIngest } from './shared-ingest.ts';

const demoFilm = fileURLToPath(new URL('../../assets/demo.mp4', import.meta.url));
const names = { detector: 'face-yolov4-mobilenetv2', classifier: 'mask-mobilenetv2' };
const models = modelsOf(await loadPair(names));
const camera = CameraConfig.parse({ id: 'gate', source: 'demo', rate: 2 });
const { detector } = models;
const stamp = { protocol: 1, version: '0', detector: { name: detector.name, sha256: 'a' } };
const [clock, logger] = [systemClock, silentLogger];

async function anIngest(t: TestContext, url: string, ingestId: string): Promise<SharedIngest> {
  const inference = await startInferenceWorkers({ ...names, logger });
  t.after(() => inference.close());
  const bus = new RedisIngestBus({ url, ingestId, logger });
  t.after(() => bus.close());
  await bus.ready();
  const service = new IngestService({
    ...{ models, inference, decoder: await findDecoder(), demoFilm, bus, clock, logger },
    evidenceStates: ['no_mask'],
    onHang: () => assert.fail('nothing hangs'),
  });
  t.after(() => service.stop());
  const ingest = new SharedIngest({
    ...{ ingestId, cameras: [camera], stamp, service, bus, clock, logger },
  });
  ingest.start();
  t.after(() => ingest.leave());
  return ingest;
}

test('a camera that moves is judged by its new owner in the new epoch, and by nobody beside it', async (t) => {
  const redis = await startRedis('frames');
  t.after(() => redis.close());
  const hub = new RedisHubBus({ url: redis.url, hubId: 'a', logger });
  t.after(() => hub.close());
  await hub.ready();
  const judged: { ingestId: string; epoch: number; faces: number }[] = [];
  let last: (IngestMessage & { kind: 'ingest' }) | undefined;
  hub.onMessage((message, _bytes, { ingestId, epoch }) => {
    if (message.kind === 'observation') {
      judged.push({ ingestId, epoch, faces: message.observation.tracks.length });
    } else if (message.kind === 'ingest' && ingestId === 'one') last = message;
  });
  const lease = (ingestId: string, epoch?: number) =>
    hub.send({
      ...{ kind: 'leases', term: 1, ingestId, validMs: 60_000 },
      leases: epoch === undefined ? [] : [{ cameraId: 'gate', epoch }],
    });
  const one = await anIngest(t, redis.url, 'one');
  await anIngest(t, redis.url, 'two');

  lease('one', 1);
  await until('a face', () => judged.some(({ faces }) => faces > 0));
  lease('two', 2);
  lease('one');
  await until('the new owner', () => judged.filter(({ epoch }) => epoch === 2).length > 2);

  const speakers = new Set(judged.map(({ ingestId, epoch }) => `${ingestId} ${epoch}`));
  assert.deepEqual([...speakers], ['one 1', 'two 2']);
  assert.equal(judged.at(-1)?.ingestId, 'two');
  assert.deepEqual([last?.owned, last?.leaving], [[], false]);
  await one.leave();
  await until('the word that it leaves', () => last?.leaving === true);
});
