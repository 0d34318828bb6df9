import { copyFile, mkdir, mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readOnnx } from '@maskwatch/onnx/onnx-reader';
import { nativeBackend } from '@maskwatch/runtime/tfjs-backend';
import { convolutionsOf, loadBaseWeights } from '@maskwatch/training/head/base-weights';
import { readEpochLog } from '@maskwatch/training/head/epoch-log';
import { logitsOfAll } from '@maskwatch/training/head/measure-examples';
import {
  denseWeightsOf,
  loadDenseWeights,
  readWeightsFolder,
  writeWeightsFolder,
} from '@maskwatch/training/head/weights-folder';
import sharp from 'sharp';
import { z } from 'zod';
import { findPython, runRecipe } from '../recipe-process.ts';
import type { LearningData } from './learning-data.ts';
import type { ClassifierOptions } from './options.ts';
import { type RecipeFolders, recipeArguments } from './recipe-arguments.ts';
import { rgbOfPlanes } from './rgb-of-planes.ts';
import { examplesOf, type Tuned, type TuningParts } from './tune-network.ts';
import type { Trained } from './write-results.ts';

const Outcome = z.object({
  epochs: z.number().int(),
  bestEpoch: z.number().int(),
  stopped: z.enum(['epochs', 'patience', 'minutes', 'interrupted']),
});

/** Problem recipe-python where neither TensorFlow for Node nor PyTorch is there. */
export async function requireTuning({ python }: Pick<ClassifierOptions, 'python'>): Promise<void> {
  if ((await nativeBackend()) === undefined) await findPython('classifier', python);
}

/**
 * Hands crops and weights to models/recipes/classifier, and takes the weights of its best epoch. Its
 * state stays in OUT/recipe after an interruption, so that --resume goes on; crops leave the disk.
 */
export async function tuneByRecipe(
  options: ClassifierOptions,
  tuned: Tuned,
  parts: TuningParts,
): Promise<Trained> {
  const { network, data } = tuned;
  const root = await mkdtemp(join(tmpdir(), 'maskwatch-recipe-'));
  const folders = {
    ...{ training: join(root, 'training'), validation: join(root, 'validation') },
    ...{ base: join(root, 'base'), out: join(parts.out.folder, 'recipe') },
  };
  try {
    if (!options.resume) await rm(folders.out, { recursive: true, force: true });
    const outcome = await runIn(folders, options, tuned, parts);
    const epochs = await readEpochLog(parts.out.log);
    const validation = examplesOf(options, data.validation, tuned, parts);
    const logits = await logitsOfAll(network.logits, validation);
    const { stopped, bestEpoch } = outcome;
    const ended = stopped === 'minutes' ? 'interrupted' : stopped;
    if (ended !== 'interrupted') await rm(folders.out, { recursive: true });
    const best = epochs.find(({ epoch }) => epoch === bestEpoch) ?? epochs.at(-1)!;
    return { epochs, best, ended, backend: 'PyTorch (models/recipes)', network, logits };
  } finally {
    await rm(root, { recursive: true });
  }
}

/** Afterwards the network has the best weights, and the log lies beside the model. */
async function runIn(
  folders: RecipeFolders,
  options: ClassifierOptions,
  { data, base, network }: Tuned,
  { progress, signal, out, features, pool }: TuningParts,
): Promise<z.infer<typeof Outcome>> {
  const args = recipeArguments(options, data.classes, folders);
  for (const folder of Object.values(folders)) await mkdir(folder, { recursive: true });
  await writeCrops(options, data, { pool, folders });
  const convolutions = convolutionsOf(readOnnx(await readFile(features.path)));
  await writeWeightsFolder(folders.base, { convolutions, dense: denseWeightsOf(network.logits) });
  const said = (line: string) => progress.say(line);
  const python = await findPython('classifier', options.python);
  const outcome = await runRecipe({
    ...{ recipe: 'classifier', python, args, signal, said, outcome: Outcome },
  });
  const weights = await readWeightsFolder(folders.out);
  loadBaseWeights(base, weights.convolutions);
  loadDenseWeights(network.logits, weights.dense);
  await copyFile(join(folders.out, 'log.csv'), out.log);
  return outcome;
}

/** Crops as PNG in a folder per class. */
async function writeCrops(
  { imageSize: size }: ClassifierOptions,
  data: LearningData,
  { pool, folders }: { pool: TuningParts['pool']; folders: RecipeFolders },
): Promise<void> {
  for (const part of ['training', 'validation'] as const) {
    for (const state of data.classes) {
      await mkdir(join(folders[part], state), { recursive: true });
    }
    for (const n of data[part]) {
      const cut = data.cuts[n]!;
      const planes = await pool.pixels(cut, { count: 1, seed: 0 });
      const file = join(folders[part], cut.label, `${String(n).padStart(6, '0')}.png`);
      await sharp(rgbOfPlanes(planes), { raw: { width: size, height: size, channels: 3 } })
        .png()
        .toFile(file);
    }
  }
}
