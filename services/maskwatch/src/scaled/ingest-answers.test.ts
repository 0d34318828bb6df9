import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { ClassifierRequest, InferenceQueue } from '@maskwatch/inference/inference-queue';
import { FakeClock } from '@maskwatch/platform/clock';
import { Problem } from '@maskwatch/platform/problem';
import { AnsweredQueue } from './ingest-answers.ts';

const request = { cameraId: 'gate' } as ClassifierRequest;

test('silence counts from the first request without an answer to the next answer', async () => {
  const clock = new FakeClock();
  let fault: Error | undefined;
  const queue = {
    async classify() {
      if (fault !== undefined) throw fault;
      return [];
    },
  } as unknown as InferenceQueue;
  const answers = new AnsweredQueue(queue, clock);

  await answers.classify(request);
  await clock.advance(60_000);
  assert.equal(answers.silentMs, 0);

  fault = new Problem('inference-lost', 'No answer came.');
  await assert.rejects(answers.classify(request));
  await clock.advance(7000);
  fault = new Error('another');
  await assert.rejects(answers.classify(request), { message: 'another' });
  await clock.advance(4000);
  assert.equal(answers.silentMs, 11_000);

  fault = undefined;
  await answers.classify(request);
  assert.equal(answers.silentMs, 0);
  assert.deepEqual(answers.counts, { answered: 2, lost: 1, failed: 1 });
});
