import assert from 'node:assert/strict';
import { test } from 'node:test';
import { WatchList } from './watch-list.ts';

test('watches a camera until the last of its handlers has gone', () => {
  const list = new WatchList<string>();
  list.add('gate', 'tile');
  list.add('gate', 'large view');
  list.delete('gate', 'tile');
  assert.deepEqual(list.cameraIds(), ['gate']);
  assert.deepEqual(list.of('gate'), ['large view']);
  list.delete('gate', 'large view');
  assert.deepEqual(list.cameraIds(), []);
});

test('asks for no more cameras than the service accepts, the latest first', () => {
  const list = new WatchList<string>();
  for (let i = 0; i < 70; i += 1) list.add(`camera-${i}`, 'tile');
  assert.equal(list.cameraIds().length, 64);
  assert.equal(list.cameraIds().at(-1), 'camera-69');
});
