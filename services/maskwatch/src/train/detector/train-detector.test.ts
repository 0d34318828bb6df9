import assert from 'node:assert/strict';
import { access, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Writable } from 'node:stream';
import { after, before, test } from 'node:test';
import { Problem } from '@maskwatch/platform/problem';
import { loadDetector } from '@maskwatch/runtime/registry';
import { seededRandom } from '@maskwatch/training/features/seeded-random';
import sharp from 'sharp';
import { findPython } from '../recipe-process.ts';
import type { DetectorOptions } from './options.ts';
import { trainDetector } from './train-detector.ts';

const cfg = `[net]
channels=3
[convolutional]
batch_normalize=1
filters=8
size=3
stride=4
pad=1
activation=leaky
[convolutional]
batch_normalize=1
filters=16
size=3
stride=2
pad=1
activation=leaky
[convolutional]
filters=12
size=1
activation=linear
[yolo]
mask=0,1
anchors=16,16, 32,32
classes=1
scale_x_y=2
`;

let folder: string;
let python: string | undefined;

before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'maskwatch-train-detector-'));
  python = await findPython('detector', undefined).catch(() => undefined);
  await writeFile(join(folder, 'small.cfg'), cfg);
  await makeShard(join(folder, 'data'), 20);
});

/** Grey noise with a bright square (mask) and a dark one (no_mask). */
async function makeShard(below: string, count: number): Promise<void> {
  await mkdir(below);
  const records: string[] = [];
  for (let n = 0; n < count; n += 1) {
    const random = seededRandom(`picture ${n}`);
    const data = Buffer.from(Uint8Array.from({ length: 3 * 96 * 64 }, () => 90 + 60 * random()));
    const faces = (['mask', 'no_mask'] as const).map((label, side) => {
      const length = 18 + Math.floor(14 * random());
      const [x, y] = [4 + 48 * side + Math.floor(10 * random()), Math.floor(30 * random())];
      for (let row = y; row < y + length; row += 1) {
        data.fill(side === 0 ? 250 : 5, 3 * (96 * row + x), 3 * (96 * row + x + length));
      }
      return { box: [x, y, length, length], label };
    });
    const raw = { width: 96, height: 64, channels: 3 } as const;
    await sharp(data, { raw })
      .png()
      .toFile(join(below, `${n}.png`));
    records.push(JSON.stringify({ file: `${n}.png`, faces }));
  }
  await writeFile(join(below, 'labels.jsonl'), records.join('\n'));
}

function options(more: Partial<DetectorOptions> = {}): DetectorOptions {
  return {
    ...{ data: join(folder, 'data'), out: join(folder, 'out'), network: join(folder, 'small.cfg') },
    ...{ from: 'none', classes: ['mask', 'no_mask'], anchors: 'data', size: 96, epochs: 6 },
    ...{ batchSize: 4, learningRate: 0.01, seed: 1, resume: false },
    ...more,
  };
}

function quiet(): { stderr: Writable; said: string[] } {
  const said: string[] = [];
  const stderr = new Writable({
    write(chunk, _, done) {
      said.push(String(chunk));
      done();
    },
  });
  return { stderr, said };
}

const codeOf = (code: string) => (thrown: unknown) =>
  thrown instanceof Problem && thrown.code === code && thrown.action !== undefined;

test('a detector that judges is trained, measured, registered, and goes on', async (t) => {
  if (python === undefined) return t.skip('no Python with torch, cv2 and numpy');
  const { stderr, said } = quiet();

  const { figures, model, prepared } = await trainDetector(options(), stderr);

  assert.equal(prepared.counts.training.pictures + prepared.counts.validation.pictures, 20);
  assert.equal(prepared.anchors.from, 'data');
  assert.ok(figures.faceAp !== undefined && figures.faceAp > 0.2, `AP ${figures.faceAp}`);
  assert.match(said.join(''), /epoch 6 of 6: done/);
  const { model: loaded } = await loadDetector(`${join(folder, 'out')}/`);
  assert.deepEqual(loaded, model);
  assert.deepEqual(loaded.classes, ['mask', 'no_mask']);
  assert.ok(loaded.judges !== undefined && loaded.judges.threshold >= 0.5);
  assert.match(await readFile(join(folder, 'out', 'CARD.md'), 'utf8'), /6 epochs/);
  assert.match(await readFile(join(folder, 'out', 'report.html'), 'utf8'), /Parts of the training/);
  const log = await readFile(join(folder, 'out', 'log.csv'), 'utf8');
  assert.equal(log.trim().split('\n').length, 7);
  // Copies of people's pictures do not stay in the model's folder.
  await assert.rejects(access(join(folder, 'out', 'training', 'pictures')));

  await assert.rejects(trainDetector(options(), stderr), codeOf('model-exists'));
  const other = options({ resume: true, epochs: 8, seed: 2 });
  await assert.rejects(trainDetector(other, stderr), codeOf('training-differs'));
  const { outcome } = await trainDetector(options({ resume: true, epochs: 8 }), stderr);
  assert.equal(outcome.epochs, 8);
});

test('what cannot be trained is said before anything is begun', async (t) => {
  const { stderr } = quiet();
  const resumed = options({ out: join(folder, 'nothing'), resume: true });
  await assert.rejects(trainDetector(resumed, stderr), codeOf('training-missing'));
  const without = options({ out: join(folder, 'other'), python: process.execPath });
  await assert.rejects(trainDetector(without, stderr), (thrown: Problem) => {
    assert.equal(thrown.code, 'recipe-python');
    assert.match(thrown.action ?? '', /apt install python3-torch python3-opencv/);
    assert.match(thrown.action ?? '', /pip install -r models\/recipes\/detector\/requirements.txt/);
    return true;
  });
  if (python === undefined) return t.skip('the rest needs a Python with torch, cv2 and numpy');

  await mkdir(join(folder, 'classes', 'mask'), { recursive: true });
  await writeFile(join(folder, 'classes', 'mask', 'a.png'), '');
  const whole = options({ data: join(folder, 'classes'), out: join(folder, 'other') });
  await assert.rejects(trainDetector(whole, stderr), codeOf('detector-data'));
  await assert.rejects(access(join(folder, 'other')));
  await makeShard(join(folder, 'few'), 6);
  const few = options({ data: join(folder, 'few'), out: join(folder, 'other') });
  await assert.rejects(trainDetector(few, stderr), codeOf('detector-data'));
});

after(() => rm(folder, { recursive: true, force: true }));
