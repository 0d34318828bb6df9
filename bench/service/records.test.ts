import assert from 'node:assert/strict';
import { test } from 'node:test';
import { judgedFrames, type VisionRecord } from './records.ts';

const request = (cameraId: string, kind: 'detect' | 'classify', askedAt: number): VisionRecord => ({
  ...{ kind, cameraId, askedAt, count: 1, answeredAt: askedAt + 5, ms: 4 },
});

const observation = (cameraId: string, sequence: number): VisionRecord => ({
  ...{ kind: 'observation', cameraId, sequence, capturedAt: 0, sentAt: 100, faces: 1 },
});

test('requests belong to the next observation of their own camera', () => {
  const frames = judgedFrames([
    request('gate', 'detect', 1),
    request('yard', 'detect', 2),
    request('gate', 'classify', 8),
    observation('gate', 7),
    request('gate', 'detect', 20),
    observation('yard', 3),
  ]);

  assert.deepEqual(
    frames.map(({ cameraId, requests }) => [cameraId, requests.map(({ askedAt }) => askedAt)]),
    [
      ['gate', [1, 8]],
      ['yard', [2]],
    ],
  );
});
