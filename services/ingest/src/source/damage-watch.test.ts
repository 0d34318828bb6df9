import assert from 'node:assert/strict';
import { test } from 'node:test';
import { DamageWatch } from './damage-watch.ts';

const BROKEN = '[mjpeg @ 0x55f24bbe1600] error y=12 x=9';

/** `pictures` at 5 a second, those in `damaged` with an error line just before them. */
function watch(pictures: number, damaged: (n: number) => boolean, standAlone = true) {
  const damage = new DamageWatch({ rate: 5, standAlone });
  const unusable: number[] = [];
  const suspended: number[] = [];
  for (let n = 0; n < pictures; n += 1) {
    if (damaged(n)) damage.hear(BROKEN, n * 200 - 20 + 10_000);
    if (damage.isUnusable(n * 200 + 10_000)) unusable.push(n);
    if (damage.suspended) suspended.push(n);
  }
  return { unusable, suspended };
}

test('one broken picture now and then costs that picture, and blinds nobody', () => {
  const { unusable, suspended } = watch(100, (n) => n % 10 === 5);
  assert.deepEqual(unusable, [5, 15, 25, 35, 45, 55, 65, 75, 85, 95]);
  assert.deepEqual(suspended, []);
});

test('where pictures are built on one another a damage lasts for a second', () => {
  const { unusable } = watch(20, (n) => n === 5, false);
  assert.deepEqual(unusable, [5, 6, 7, 8, 9]);
});

test('while most are broken none is usable, until they are clean again for some seconds', () => {
  const { unusable, suspended } = watch(100, (n) => n >= 20 && n < 50 && n % 4 !== 0);
  assert.ok(!unusable.includes(24), 'a whole one between the first broken ones is used');
  assert.equal(suspended[0], 37);
  assert.ok(unusable.includes(44), 'a whole one between many broken ones is not');
  assert.equal(suspended.at(-1), 67);
  assert.equal(unusable.at(-1), 67);
});

test('hears damage of every codec of cameras, and nothing else', () => {
  const heard = (line: string) => {
    const damage = new DamageWatch({ rate: 5, standAlone: true });
    damage.hear(line, 1000);
    return damage.isUnusable(1000);
  };
  for (const line of [
    '[mjpeg @ 0x1] error dc',
    '[mjpeg @ 0x1] error count: 64',
    '[mjpeg @ 0x1] overread 8',
    '[h264 @ 0x1] error while decoding MB 29 17',
    '[h264 @ 0x1] corrupted macroblock 0 2 (total_coeff=16)',
    '[hevc @ 0x1] Could not find ref with POC 12',
    'Error while decoding stream #0:0: Invalid data found when processing input',
  ]) {
    assert.ok(heard(line), line);
  }
  for (const line of [
    '[mjpeg @ 0x1] unable to decode APP fields: Invalid data found when processing input',
    '[rtsp @ 0x1] max delay reached. need to consume packet',
    '[h264 @ 0x1] non-existing PPS 0 referenced',
    'rtsp://camera/error while decoding MB: Connection refused',
  ]) {
    assert.ok(!heard(line), line);
  }
});
