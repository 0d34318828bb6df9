import assert from 'node:assert/strict';
import { test } from 'node:test';
import { yuv420pBytes, yuv420pPicture } from '@maskwatch/vision/picture';
import { FrozenWatch } from './frozen-watch.ts';

function picture(change?: { at: number; value: number }) {
  const bytes = new Uint8Array(yuv420pBytes(64, 48)).fill(90);
  if (change !== undefined) bytes[change.at] = change.value;
  return yuv420pPicture(bytes, 64, 48);
}

test('counts how long pictures were equal to the bit', () => {
  const watch = new FrozenWatch();
  assert.equal(watch.look(picture(), 0), 0);
  watch.look(picture(), 200);
  watch.look(picture(), 400);
  assert.ok(watch.look(picture(), 60_000) >= 59_000);
});

test('one pixel that differs is a new picture, also between the samples', () => {
  const watch = new FrozenWatch();
  watch.look(picture(), 0);
  watch.look(picture(), 200);
  assert.equal(watch.look(picture({ at: 1000, value: 91 }), 400), 0);
  assert.equal(watch.look(picture({ at: 61, value: 91 }), 600), 0);
});

test('a picture that comes back after another one starts anew', () => {
  const watch = new FrozenWatch();
  for (const at of [0, 200, 400]) watch.look(picture(), at);
  watch.look(picture({ at: 61, value: 91 }), 600);
  assert.equal(watch.look(picture(), 800), 0);
});
