/**
 * `train classifier` beside the notebook's first part in Keras, and `detect` beside its second part,
 * on the labelled shards: the same pictures, the same ImageNet features, three seeds, A B A B A B.
 */
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Box } from '@maskwatch/contracts/box';
import { likeliest } from '@maskwatch/contracts/mask-state';
import { loadModel } from '@maskwatch/runtime/registry';
import { openSession } from '@maskwatch/runtime/session';
import { iou } from '@maskwatch/vision/iou';
import sharp from 'sharp';
import { median } from '../measure/numbers.ts';
import { prepareNotebook } from '../notebook/prepare.ts';
import {
  askKeras,
  judgeInNotebook,
  type KerasRun,
  notebookSize,
  trainInKeras,
} from '../notebook/run-training.ts';
import { note, printRatio } from '../report.ts';
import { detectPictures, runCommand } from '../service/command.ts';
import { classFolders, dataFolder, hasShard, unpackShard } from '../training/class-folders.ts';

const seeds = [1, 2, 3];
const tests = ['classify-val', 'crops-val'];
/** Pictures of the comparisons of one network in two runtimes, and of the second part. */
const counts = { features: 10, imported: 200, judged: 100 };
/** A box is the other's box from this overlap on. */
const sameBox = 0.5;

interface OwnRun {
  seconds: number;
  model: string;
  tests: Record<string, { loss: number; accuracy: number }>;
}

export async function trainingOverNotebook(): Promise<void> {
  const missing = ['classify-train', ...tests, 'faces-val'].find((shard) => !hasShard(shard));
  if (missing !== undefined) {
    console.log(`absent: ${missing} is not in ${dataFolder()} (MASKWATCH_DATA names the folder)`);
    return;
  }
  const keras = await prepareNotebook('keras');
  if (keras === undefined) return;
  note(`Keras ${keras.versions}`);
  const directory = await mkdtemp(join(tmpdir(), 'maskwatch-bench-training-'));
  try {
    const { rival, own } = await trainBoth(keras.python, directory);
    await compareRuntimes({ python: keras.python, directory, model: rival.model });
    await secondPart({ python: keras.python, directory, rival, own });
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
}

/** The last run of each. */
async function trainBoth(python: string, directory: string) {
  const data = await classFolders('classify-train', directory);
  const folders: Record<string, string> = {};
  for (const name of tests) folders[name] = await classFolders(name, directory);
  const rivals: KerasRun[] = [];
  const owns: OwnRun[] = [];
  for (const seed of seeds) {
    const out = join(directory, `keras-${seed}`);
    const rival = await trainInKeras({ python, data, tests: folders, seed, out });
    rivals.push(rival);
    note(
      `seed ${seed}, Keras: ${rival.seconds.toFixed(0)} s, ${rival.epochs} epochs, ${words(rival)}`,
    );
    const own = await trainOwn({ data, folders, seed, directory });
    owns.push(own);
    note(`seed ${seed}, train classifier: ${own.seconds.toFixed(0)} s, ${words(own)}`);
  }
  const time = (runs: { seconds: number }[]) => median(runs.map(({ seconds }) => seconds));
  const share = time(owns) / time(rivals);
  printRatio({ name: 'training-time-over-keras', value: share, target: 0.5, better: 'less' });
  for (const name of tests) {
    const accuracy = (runs: Pick<OwnRun, 'tests'>[]) =>
      median(runs.map((run) => run.tests[name]!.accuracy));
    printRatio({
      name: `accuracy-over-keras-${name}`,
      value: accuracy(owns) / accuracy(rivals),
      target: 1,
      better: 'more',
    });
  }
  return { rival: rivals.at(-1)!, own: owns.at(-1)! };
}

/** The command as a user runs it, from the start of its process, with an empty cache. */
async function trainOwn(options: {
  data: string;
  folders: Record<string, string>;
  seed: number;
  directory: string;
}): Promise<OwnRun> {
  const { data, folders, seed, directory } = options;
  const cache = join(directory, `cache-${seed}`);
  await mkdir(cache, { recursive: true });
  const model = join(directory, `own-${seed}`);
  const environment = { XDG_CACHE_HOME: cache };
  const startedAt = performance.now();
  await runCommand(['train', 'classifier', data, '--out', model, '--seed', `${seed}`], environment);
  const seconds = (performance.now() - startedAt) / 1000;
  const figures: OwnRun['tests'] = {};
  for (const [name, folder] of Object.entries(folders)) {
    const arguments_ = ['evaluate', 'classifier', folder, '--model', model, '--json'];
    figures[name] = JSON.parse((await runCommand(arguments_)).join('\n'));
  }
  return { seconds, model, tests: figures };
}

function words({ tests: figures }: Pick<OwnRun, 'tests'>): string {
  return tests
    .map((name) => {
      const { accuracy, loss } = figures[name]!;
      return `${name} accuracy ${accuracy.toFixed(3)} loss ${loss.toFixed(3)}`;
    })
    .join(', ');
}

/** The base's features, and the imported model's probabilities, here and in Keras. */
async function compareRuntimes(options: { python: string; directory: string; model: string }) {
  const { python, directory, model } = options;
  const raw = join(directory, 'pictures.u8');
  const pictures = await rawPictures(join(directory, 'classify-val'), counts.imported);
  await writeFile(raw, pictures.subarray(0, counts.features * pictureBytes));
  const base = await ask(
    'mobilenetv2-imagenet',
    pictures.subarray(0, counts.features * pictureBytes),
  );
  printRatio({
    name: 'features-largest-difference',
    value: largest(await askKeras(python, 'features', raw), base),
    target: 1e-3,
    better: 'less',
  });
  const imported = join(directory, 'imported');
  const stated = ['--scale', 'minus-one-to-one', '--crop', 'box', '--side', '1'];
  await runCommand([
    ...['models', 'import', model, '--names', 'mask,no_mask', '--out', imported],
    ...stated,
  ]);
  await writeFile(raw, pictures);
  const logits = await ask(imported, pictures);
  printRatio({
    name: 'imported-largest-difference',
    value: largest(await askKeras(python, { model }, raw), softmaxPairs(logits)),
    target: 1e-4,
    better: 'less',
  });
}

const pictureBytes = 3 * notebookSize * notebookSize;

/** uint8 [count, 224, 224, 3] of pictures of a class folder, in turn. */
async function rawPictures(folder: string, count: number): Promise<Uint8Array> {
  const files: string[] = [];
  for (const name of await readdir(folder)) {
    for (const file of await readdir(join(folder, name))) files.push(join(folder, name, file));
  }
  const all = new Uint8Array(count * pictureBytes);
  for (let n = 0; n < count; n += 1) {
    const picture = sharp(await readFile(files[n % files.length]!)).toColourspace('srgb');
    const resized = picture.removeAlpha().resize(notebookSize, notebookSize, { fit: 'fill' });
    all.set(await resized.raw().toBuffer(), n * pictureBytes);
  }
  return all;
}

/** First outputs of a model of the registry, for interleaved pictures one by one. */
async function ask(name: string, pictures: Uint8Array): Promise<Float32Array> {
  const session = await openSession(await loadModel(name));
  const rows: Float32Array[] = [];
  const side = notebookSize;
  for (let at = 0; at < pictures.length; at += pictureBytes) {
    const planes = planesOf(pictures.subarray(at, at + pictureBytes));
    const outputs = await session.run({
      planes,
      count: 1,
      width: side,
      height: side,
      colour: 'rgb',
    });
    rows.push(Float32Array.from(Object.values(outputs)[0]!.data));
  }
  await session.release();
  return Float32Array.from(rows.flatMap((row) => [...row]));
}

function planesOf(interleaved: Uint8Array): Uint8Array {
  const area = interleaved.length / 3;
  return Uint8Array.from(
    interleaved,
    (_, n) => interleaved[(n % area) * 3 + Math.floor(n / area)]!,
  );
}

function softmaxPairs(logits: Float32Array): Float32Array {
  return logits.map((value, n) => 1 / (1 + Math.exp(logits[n ^ 1]! - value)));
}

function largest(a: Float32Array, b: Float32Array): number {
  if (a.length !== b.length) throw new Error(`${a.length} values beside ${b.length}`);
  return a.reduce((most, value, n) => Math.max(most, Math.abs(value - b[n]!)), 0);
}

/** Pictures a second, and how far boxes and labels agree. */
async function secondPart(options: {
  python: string;
  directory: string;
  rival: KerasRun;
  own: OwnRun;
}): Promise<void> {
  const { python, directory, rival, own } = options;
  const folder = await unpackShard('faces-val', directory);
  const files = (await readdir(folder)).filter((file) => file.endsWith('.jpg')).sort();
  const pictures = files.slice(0, counts.judged).map((file) => join(folder, file));
  const detector = { size: 640, confidence: 0.4, iou: 0.45 };
  const { model, classes } = rival;
  const settingsFile = join(directory, 'second-part.json');
  const theirs = await judgeInNotebook({
    python,
    pictures,
    model,
    classes,
    ...detector,
    settingsFile,
  });
  const ours = await detectPictures(pictures, own.model);
  const speed = pictures.length / theirs.seconds;
  note(
    `pictures a second: detect ${ours.picturesPerSecond.toFixed(1)}, notebook ${speed.toFixed(1)}`,
  );
  printRatio({
    name: 'detect-over-notebook-pictures',
    value: ours.picturesPerSecond / speed,
    target: 1.8,
    better: 'more',
  });
  const tally = {
    ours: 0,
    theirs: 0,
    both: 0,
    sameLabel: 0,
    labelled: 0,
    right: 0,
    theirsRight: 0,
  };
  const truth = await labelledFaces(folder);
  for (const [n, { faces, file }] of ours.lines.entries()) {
    const others = theirs.judged[n]!.faces;
    tally.ours += faces.length;
    tally.theirs += others.length;
    for (const face of faces) {
      const twin = others.find(({ box }) => iou(box, face.box) >= sameBox);
      if (twin === undefined) continue;
      const said = likeliest(twin.probabilities)?.state;
      tally.both += 1;
      if (said === face.label) tally.sameLabel += 1;
      const label = truth.get(file)?.find(({ box }) => iou(box, face.box) >= sameBox)?.label;
      if (label !== 'mask' && label !== 'no_mask') continue;
      tally.labelled += 1;
      if (face.label === label) tally.right += 1;
      if (said === label) tally.theirsRight += 1;
    }
  }
  note(
    `${tally.ours} faces here, ${tally.theirs} there, ${tally.both} of them the same; ${tally.sameLabel} with the same label`,
  );
  note(
    `of ${tally.labelled} that are labelled mask or no_mask, right: ${tally.right} here, ${tally.theirsRight} there`,
  );
}

/** Of a shard's folder, by file. */
async function labelledFaces(folder: string): Promise<Map<string, { box: Box; label: string }[]>> {
  const lines = (await readFile(join(folder, 'labels.jsonl'), 'utf8')).trim().split('\n');
  return new Map(
    lines.map((line) => {
      const { file, faces } = JSON.parse(line);
      return [file, faces];
    }),
  );
}
