import assert from 'node:assert/strict';
import { test } from 'node:test';
import jpegTurbo from '@julusian/jpeg-turbo';
import type { Box } from '@maskwatch/contracts/box';
import type { Track } from '@maskwatch/contracts/observation';
import { toRgb } from '@maskwatch/vision/colour';
import type { Picture } from '@maskwatch/vision/picture';
import { faceOf, type Portrait, portraitPicture } from '../testing/portrait-picture.ts';
import { type Candidate, EvidenceCandidates } from './evidence-candidates.ts';
import type { Look } from './face-judge.ts';

const bare: Portrait = { kind: 'no_mask', at: [60, 80] };
/** Close enough to be on the crop of the first. */
const neighbour: Portrait = { kind: 'no_mask', at: [140, 80] };
const picture = await portraitPicture([bare, neighbour]);
const box = faceOf(bare);
const other = faceOf(neighbour);

const aLook = (change: Partial<Look> = {}): Look => ({
  ...{ trackId: 'a', box, state: 'no_mask', quality: 10 },
  ...change,
});

function source(
  looks: Look[],
  { at = 0, detections = [box, other], lost = [] as Box[], ids = ['a', 'b'] } = {},
) {
  return {
    ...{ looks, picture, lost },
    detections: detections.map((one) => ({ box: one, confidence: 0.1 })),
    observation: {
      ...{ cameraId: 'gate', sequence: 0, capturedAt: at, width: 640, height: 360 },
      tracks: ids.map((id) => ({ id }) as Track),
      coveredMs: 200,
    },
  };
}

interface Rgb {
  data: Uint8Array;
  width: number;
}

async function decoded(jpeg: Uint8Array): Promise<Rgb> {
  const options = { format: jpegTurbo.FORMAT_RGB };
  return jpegTurbo.decompress(Buffer.from(jpeg), options);
}

/** Mean difference of two pictures inside of a box, in levels. */
function difference(a: Rgb, b: Rgb, { inA, inB = inA }: { inA: Box; inB?: Box }): number {
  const [width, height] = [Math.floor(inA[2]), Math.floor(inA[3])];
  let sum = 0;
  for (let y = 0; y < height; y += 1) {
    const rowA = ((Math.round(inA[1]) + y) * a.width + Math.round(inA[0])) * 3;
    const rowB = ((Math.round(inB[1]) + y) * b.width + Math.round(inB[0])) * 3;
    for (let i = 0; i < width * 3; i += 1) sum += Math.abs(a.data[rowA + i]! - b.data[rowB + i]!);
  }
  return sum / (width * height * 3);
}

const original = (from: Picture): Rgb => toRgb(from);
/** The middle of a face: away from borders, and from the margin of a pixelated neighbour. */
const middle = ([x, y, width, height]: Box): Box => [x + width / 4, y + height / 4, 30, 40];

async function only(candidates: Promise<Candidate[]>): Promise<Candidate> {
  const all = await candidates;
  assert.equal(all.length, 1);
  return all[0]!;
}

test('the violating face stays, every other one is pixelated: on the picture and the crop', async () => {
  const { candidate, jpegs } = await only(
    new EvidenceCandidates(['no_mask']).of(source([aLook()])),
  );
  const [whole, crop] = await Promise.all(jpegs.map(decoded));
  const was = original(picture);

  assert.deepEqual(
    [candidate.pictureBytes, candidate.cropBytes],
    jpegs.map((j) => j.length),
  );
  assert.ok(difference(whole!, was, { inA: middle(box) }) < 5);
  assert.ok(difference(whole!, was, { inA: middle(other) }) > 12);
  const left = box[0] - candidate.crop.box[0];
  const top = box[1] - candidate.crop.box[1];
  const onCrop = ([x, y, w, h]: Box): Box => [x - left, y - top, w, h];
  assert.ok(difference(crop!, was, { inA: onCrop(middle(box)), inB: middle(box) }) < 5);
  const part: Box = [other[0], other[1] + 20, 20, 60];
  assert.ok(difference(crop!, was, { inA: onCrop(part), inB: part }) > 8);
});

test('a face that was lost a moment ago is pixelated where it was', async () => {
  const given = source([aLook()], { detections: [box], lost: [other] });

  const { jpegs } = await only(new EvidenceCandidates(['no_mask']).of(given));

  const whole = await decoded(jpegs[0]);
  assert.ok(difference(whole, original(picture), { inA: middle(other) }) > 12);
});

test('the picture that is still being judged is not changed', async () => {
  const before = picture.planes.map(({ data }) => data.slice());

  await new EvidenceCandidates(['no_mask']).of(source([aLook()]));

  assert.deepEqual(
    picture.planes.map(({ data }) => data),
    before,
  );
});

test('only states that a rule forbids give candidates', async () => {
  const candidates = new EvidenceCandidates(['no_mask']);

  const looks = [aLook({ state: 'mask' }), aLook({ state: undefined, trackId: 'b' })];

  assert.deepEqual(await candidates.of(source(looks)), []);
});

test('a track gives at most one a second, and only a better one', async () => {
  const candidates = new EvidenceCandidates(['no_mask']);
  const made = async (at: number, quality: number) =>
    (await candidates.of(source([aLook({ quality })], { at }))).length;

  assert.equal(await made(0, 10), 1);
  assert.equal(await made(600, 99), 0);
  assert.equal(await made(1000, 10.5), 0);
  assert.equal(await made(1000, 12), 1);
});

test('a track that is gone is forgotten', async () => {
  const candidates = new EvidenceCandidates(['no_mask']);
  await candidates.of(source([aLook()]));
  await candidates.of(source([], { at: 200, ids: ['b'] }));

  assert.equal((await candidates.of(source([aLook()], { at: 400 }))).length, 1);
});

test('of many at once two are made on one frame', async () => {
  const candidates = new EvidenceCandidates(['no_mask']);
  const looks = ['a', 'b', 'c'].map((trackId) => aLook({ trackId }));
  const ids = ['a', 'b', 'c'];

  const first = await candidates.of(source(looks, { ids }));
  const second = await candidates.of(source(looks, { ids, at: 200 }));

  const made = [...first, ...second].map(({ candidate }) => candidate.trackId);
  assert.deepEqual(made, ['a', 'b', 'c']);
});

test('a face at the border has a crop that ends with the picture', async () => {
  const atBorder: Box = [0, 0, 40, 40];
  const given = source([aLook({ box: atBorder })], { detections: [] });

  const { candidate, jpegs } = await only(new EvidenceCandidates(['no_mask']).of(given));

  const crop = await jpegTurbo.decompress(Buffer.from(jpegs[1]), { format: jpegTurbo.FORMAT_RGB });
  assert.deepEqual([crop.width, crop.height], [candidate.crop.width, candidate.crop.height]);
  assert.deepEqual(candidate.crop.box, atBorder);
});
