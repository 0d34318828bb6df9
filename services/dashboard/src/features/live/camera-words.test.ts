import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Camera } from '@maskwatch/contracts/camera';
import { wordsOfCamera } from './camera-words.ts';

const camera: Camera = {
  ...{ id: 'gate', name: 'Gate', kind: 'rtsp', state: 'live', blind: false, since: 0, rate: 5 },
  ...{ smallestJudged: 32, coverage: 1, zones: [] },
  counters: {
    ...{ received: 0, replaced: 0, judged: 0, late: 0, lost: 0, discarded: 0, starts: 1 },
  },
};

test('says nothing more of a camera that is live', () => {
  assert.deepEqual(wordsOfCamera(camera), {
    ...{ word: 'live', icon: 'live', tone: 'good', sentence: undefined },
  });
});

test('says why a camera is not live, by its detail where there is one', () => {
  const offline: Camera = { ...camera, state: 'offline', cause: 'credentials' };
  assert.match(wordsOfCamera(offline).sentence ?? '', /refuses user or password/);
  assert.equal(wordsOfCamera({ ...offline, detail: 'It is locked.' }).sentence, 'It is locked.');
});

test('a live camera that nobody judges is blind, and that is no good state', () => {
  const { word, tone, sentence } = wordsOfCamera({ ...camera, blind: true });
  assert.deepEqual([word, tone], ['blind', 'bad']);
  assert.match(sentence ?? '', /nothing is watched/);
});

test('a camera that is being connected raises no fright', () => {
  const words = wordsOfCamera({ ...camera, state: 'offline', cause: 'connecting' });
  assert.deepEqual([words.word, words.tone], ['connecting', 'warn']);
});
