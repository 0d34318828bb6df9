import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { Box } from '@maskwatch/contracts/box';
import type { Probabilities } from '@maskwatch/contracts/mask-state';
import { yolov4 } from '../../test/onnx/darknet-networks.ts';
import { mobilenetv2 } from './mobilenetv2.ts';

const run = promisify(execFile);
const script = join(import.meta.dirname, 'notebook.py');
/** Output of a minute at 25 frames a second with many faces stays far below. */
const mostOutput = 256e6;

export interface NotebookFrame {
  frame: number;
  faces: { box: Box; confidence: number; probabilities: Probabilities }[];
}

export interface NotebookRun {
  frames: number;
  /** From the first read to the last face; loading and one warming run are not in it. */
  seconds: number;
  framesPerSecond: number;
  /** All threads. */
  cpuSeconds: number;
  /** Faces that were classified. */
  faces: number;
  opencv: string;
  /** Of the same networks only; boxes in pixels of the film. */
  judged: NotebookFrame[];
}

export interface NotebookOptions {
  /** From `prepareNotebook`. */
  python: string;
  film: string;
  /** At most this many frames of the film. */
  frames?: number;
  threads?: number;
}

/** What the shipped models say of themselves; the defaults are the same numbers. */
export interface SameNetworks {
  size?: number;
  confidence?: number;
  iou?: number;
}

/** The darknet files of the shipped detector and the classifier in float form. */
export function weightsFolder(): string {
  const beside = join(import.meta.dirname, '..', '..', '..', 'shared', 'weights');
  return process.env.MASKWATCH_WEIGHTS ?? beside;
}

/**
 * The notebook's way with this project's two networks. Undefined, after a line starting with
 * "absent", where their original files (MASKWATCH_WEIGHTS) are not here.
 */
export async function runNotebookSame(
  options: NotebookOptions,
  { size = 640, confidence = 0.4, iou = 0.45 }: SameNetworks = {},
): Promise<NotebookRun | undefined> {
  const file = (name: string) => join(weightsFolder(), name);
  const cfg = file('face-yolov4-mobilenetv2.cfg');
  if (!existsSync(cfg)) {
    console.log(`absent: ${cfg} is not here (MASKWATCH_WEIGHTS names its folder)`);
    return undefined;
  }
  return runScript('same', options, {
    cfg,
    weights: file('face-yolov4-mobilenetv2.weights'),
    classifier: file('mask-mobilenetv2.onnx'),
    classes: ['mask', 'no_mask', 'incorrect'],
    size,
    confidence,
    iou,
    side: 1.4,
    cropSize: 112,
  });
}

/** The notebook's own networks: YOLOv4 at 416, and a MobileNetV2 at 224 for each given face. */
export async function runNotebookOwn(
  options: NotebookOptions,
  { boxes }: { boxes: readonly Box[] },
): Promise<NotebookRun> {
  const folder = await mkdtemp(join(tmpdir(), 'maskwatch-notebook-'));
  try {
    const networks = { detector: yolov4(), classifier: mobilenetv2(224) };
    const path = (name: string) => join(folder, name);
    for (const [name, { cfg, weights }] of Object.entries(networks)) {
      await writeFile(path(`${name}.cfg`), cfg);
      await writeFile(path(`${name}.weights`), weights);
    }
    return await runScript('own', options, {
      cfg: path('detector.cfg'),
      weights: path('detector.weights'),
      classifierCfg: path('classifier.cfg'),
      classifierWeights: path('classifier.weights'),
      boxes,
      size: 416,
      // Random weights find nothing from here on: the faces are given instead.
      confidence: 0.5,
      iou: 0.45,
      cropSize: 224,
    });
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function runScript(
  way: 'same' | 'own',
  { python, film, frames = 1e9, threads = 2 }: NotebookOptions,
  settings: Record<string, unknown>,
): Promise<NotebookRun> {
  const folder = await mkdtemp(join(tmpdir(), 'maskwatch-notebook-'));
  try {
    const path = join(folder, 'options.json');
    await writeFile(path, JSON.stringify({ ...settings, frames, threads }));
    const { stdout } = await run(python, [script, way, film, path], { maxBuffer: mostOutput });
    const lines = stdout
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line));
    const { totals } = lines.pop() as { totals: Omit<NotebookRun, 'judged' | 'framesPerSecond'> };
    return { ...totals, framesPerSecond: totals.frames / totals.seconds, judged: lines };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
