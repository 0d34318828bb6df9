import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { WorkerStatus } from '@maskwatch/contracts/scaled';
import { camerasOf, modelsOf } from './scaled-words.ts';

const leases = (...ids: string[]) => ids.map((cameraId) => ({ cameraId, epoch: 1 }));

test('cameras of an ingest are named in order, and many are counted', () => {
  assert.equal(camerasOf([]), 'no camera');
  assert.equal(camerasOf(leases('gate')), '1 camera: gate');
  assert.equal(camerasOf(leases('yard', 'gate')), '2 cameras: gate, yard');
  assert.equal(
    camerasOf(leases('a', 'b', 'c', 'd', 'e', 'f', 'g', 'h')),
    '8 cameras: a, b, c, d, e, f and 2 more',
  );
});

test('models of the workers are named once', () => {
  const worker = (id: string): WorkerStatus => ({
    ...{ id, host: 'box', pid: 1, at: 0, version: '1', provider: 'cpu', batch: 1 },
    ...{ pictures: 0, crops: 0, failed: 0 },
    detector: { name: 'faces', sha256: 'aa' },
    classifier: { name: 'masks', sha256: 'bb' },
  });
  assert.deepEqual(modelsOf([worker('one'), worker('two')]), [
    { task: 'detector', name: 'faces', hash: 'aa' },
    { task: 'classifier', name: 'masks', hash: 'bb' },
  ]);
});
