import { execFile } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { Box } from '@maskwatch/contracts/box';
import type { Probabilities } from '@maskwatch/contracts/mask-state';
import { weightsFolder } from './run-notebook.ts';

const run = promisify(execFile);
/** Boxes of a few hundred pictures, or the features of a few, stay far below. */
const mostOutput = 64e6;

/** Width and height of the pictures that the notebook's classifier sees. */
export const notebookSize = 224;

export interface KerasRun {
  classes: string[];
  /** From the first picture read to the model saved; loading TensorFlow is not in it. */
  seconds: number;
  epochs: number;
  tests: Record<string, { loss: number; accuracy: number }>;
  model: string;
}

/** The notebook's first part. `tests` are folders that are not trained on. */
export async function trainInKeras(options: {
  python: string;
  data: string;
  tests: Record<string, string>;
  seed: number;
  out: string;
}): Promise<KerasRun> {
  const { python, ...settings } = options;
  const path = `${options.out}.json`;
  await writeFile(path, JSON.stringify({ ...settings, base: baseFile() }));
  const { stdout } = await run(python, [script('train.py'), path], { maxBuffer: mostOutput });
  return { ...JSON.parse(lastLine(stdout)), model: join(options.out, 'model.h5') };
}

/** Features of the frozen base, or outputs of a model, for uint8 [n, 224, 224, 3] in a file. */
export async function askKeras(
  python: string,
  what: 'features' | { model: string },
  pictures: string,
): Promise<Float32Array> {
  const about = what === 'features' ? ['features', baseFile()] : ['model', what.model];
  const { stdout } = await run(python, [script('ask.py'), ...about, pictures], {
    maxBuffer: mostOutput,
    encoding: 'buffer',
  });
  return new Float32Array(
    stdout.buffer.slice(stdout.byteOffset, stdout.byteOffset + stdout.length),
  );
}

export interface NotebookPicture {
  file: string;
  faces: { box: Box; confidence: number; probabilities: Probabilities }[];
}

/** The notebook's second part with a detector's darknet files and the Keras model. */
export async function judgeInNotebook(options: {
  python: string;
  pictures: string[];
  model: string;
  classes: string[];
  size: number;
  confidence: number;
  iou: number;
  settingsFile: string;
}): Promise<{ judged: NotebookPicture[]; seconds: number }> {
  const { python, settingsFile, ...settings } = options;
  const cfg = join(weightsFolder(), 'face-yolov4-mobilenetv2.cfg');
  const weights = cfg.replace(/cfg$/, 'weights');
  await writeFile(settingsFile, JSON.stringify({ ...settings, cfg, weights }));
  const arguments_ = [script('pictures.py'), settingsFile];
  const { stdout } = await run(python, arguments_, { maxBuffer: mostOutput });
  const lines = stdout
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line));
  const { totals } = lines.pop() as { totals: { seconds: number } };
  return { judged: lines, seconds: totals.seconds };
}

/** The ImageNet features that the shipped base was made of. */
function baseFile(): string {
  return join(weightsFolder(), 'mobilenetv2-imagenet.npz');
}

function script(name: string): string {
  return join(import.meta.dirname, name);
}

function lastLine(text: string): string {
  return text.trim().split('\n').at(-1)!;
}
