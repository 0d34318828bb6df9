import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { promisify } from 'node:util';
import type { Detection } from '@maskwatch/contracts/detection';
import type { InferenceQueue } from '@maskwatch/inference/inference-queue';
import { loadClassifier, loadDetector } from '@maskwatch/runtime/registry';
import { newTracker } from '../ingest-service.ts';
import { findDecoder } from '../source/decoder.ts';
import { FilmSource } from '../source/film-source.ts';
import { portraitArguments } from '../testing/portrait-picture.ts';
import { FaceJudge, type Judgement } from './face-judge.ts';
import { runFilm } from './film-run.ts';

const models = {
  detector: (await loadDetector('face-yolov4-mobilenetv2')).model,
  classifier: (await loadClassifier('mask-mobilenetv2')).model,
};
const decoder = await findDecoder();
let folder: string;
let film: string;

before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'maskwatch-film-run-'));
  film = join(folder, 'film.mp4');
  const args = portraitArguments([{ kind: 'mask', at: [60, 80] }], 3);
  await promisify(execFile)('ffmpeg', [...args, '-c:v', 'libx264', '-g', '10', film]);
});
after(() => rm(folder, { recursive: true }));

/** Answers the later the earlier it was asked, so that order is not had for nothing. */
function inference(detect: (n: number) => Promise<Detection[]>): InferenceQueue {
  let asked = 0;
  return {
    detect() {
      asked += 1;
      return detect(asked - 1);
    },
    classify: async () => [],
    status: () => ({ workers: [], queued: 0, refused: 0, failed: 0 }),
    async close() {},
  };
}

const shuffled = (n: number) =>
  new Promise<Detection[]>((resolve) => setTimeout(resolve, (n % 3) * -8 + 20, []));

function run(options: {
  path?: string;
  detect?: (n: number) => Promise<Detection[]>;
  onJudgement?: (judgement: Judgement) => void | Promise<void>;
}) {
  const { path = film, detect = shuffled, onJudgement = () => {} } = options;
  const queue = inference(detect);
  const analysis = { rate: 5, maxWidth: 640, maxHeight: 360, buffers: 3 };
  const tracker = newTracker(models);
  return runFilm({
    judge: new FaceJudge({ cameraId: 'film', rate: 5, models, inference: queue, tracker }),
    openSource: (onFrame) =>
      new FilmSource({ path, decoder, ...analysis }, { onFrame, onStatus: () => {} }),
    onJudgement,
  });
}

test('every frame is judged once, in the order and the time of the film', async () => {
  const times: number[] = [];

  const { frames } = await run({
    onJudgement: ({ observation }) => void times.push(observation.capturedAt),
  });

  assert.equal(frames, 15);
  assert.deepEqual(
    times,
    Array.from({ length: 15 }, (_, n) => n * 200),
  );
});

test('what follows a judgement is waited for before the next one', async () => {
  let under = 0;
  let most = 0;

  await run({
    async onJudgement() {
      under += 1;
      most = Math.max(most, under);
      await new Promise((resolve) => setTimeout(resolve, 5));
      under -= 1;
    },
  });

  assert.equal(most, 1);
});

test('a run that fails ends the film with its error, and nothing comes after it', async () => {
  const judged: number[] = [];
  const broken = (n: number) =>
    n === 3 ? Promise.reject(new Error('the worker said no')) : shuffled(n);

  await assert.rejects(
    run({
      detect: broken,
      onJudgement: ({ observation }) => void judged.push(observation.sequence),
    }),
    /the worker said no/,
  );

  assert.deepEqual(judged, [0, 1, 2]);
});

test('what is thrown after a judgement ends the film', async () => {
  let judged = 0;
  const fail = () => {
    judged += 1;
    throw new Error('nobody takes it');
  };

  await assert.rejects(run({ onJudgement: fail }), /nobody takes it/);

  assert.equal(judged, 1);
});

test('a film that breaks off is judged as far as it goes, or refused', async () => {
  const path = join(folder, 'text.mp4');
  await writeFile(path, 'this is no film');
  await assert.rejects(run({ path }), { code: 'film-unreadable' });

  const transport = join(folder, 'film.ts');
  await promisify(execFile)('ffmpeg', ['-v', 'error', '-i', film, '-c', 'copy', transport]);
  const bytes = await readFile(transport);
  const cut = join(folder, 'cut.ts');
  await writeFile(cut, bytes.subarray(0, Math.floor(bytes.length * 0.6)));
  const judged: number[] = [];
  const onJudgement = ({ observation }: Judgement) => void judged.push(observation.sequence);
  await run({ path: cut, onJudgement }).catch(() => {});
  assert.ok(judged.length > 3 && judged.length < 15, `${judged.length}`);
});
