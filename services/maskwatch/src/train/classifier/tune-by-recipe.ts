import { copyFile, mkdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { readOnnx } from '@maskwatch/onnx/onnx-reader';
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
import type { LearningData } from './learning-data.ts';
import type { ClassifierOptions } from './options.ts';
import { type RecipeFolders, recipeArguments } from './recipe-arguments.ts';
import { rgbOfPlanes } from './rgb-of-planes.ts';
import { requirePyTorch, runRecipe } from './run-recipe.ts';
import { examplesOf, type Tuned, type TuningParts } from './tune-network.ts';
import type { Trained } from './write-results.ts';

/**
 * Hands crops and weights to models/recipes/classifier, and takes the weights of its best epoch. Its
 * state stays in OUT/recipe/out after an interruption, so that --resume goes on.
 */
export async function tuneByRecipe(
  options: ClassifierOptions,
  tuned: Tuned,
  parts: TuningParts,
): Promise<Trained> {
  const { data, base, network } = tuned;
  const { progress, signal, out, features } = parts;
  await requirePyTorch(options.python);
  const root = join(out.folder, 'recipe');
  const folders = foldersIn(root);
  const args = recipeArguments(options, data.classes, folders);
  if (!options.resume) await rm(root, { recursive: true, force: true });
  for (const folder of Object.values(folders)) await mkdir(folder, { recursive: true });
  await writeCrops(options, data, { pool: parts.pool, folders });
  const convolutions = convolutionsOf(readOnnx(await readFile(features.path)));
  const dense = denseWeightsOf(network.logits);
  await writeWeightsFolder(folders.base, { convolutions, dense });
  const said = (line: string) => progress.say(line);
  const outcome = await runRecipe({ python: options.python, args, signal, said });
  const weights = await readWeightsFolder(folders.out);
  loadBaseWeights(base, weights.convolutions);
  loadDenseWeights(network.logits, weights.dense);
  await copyFile(join(folders.out, 'log.csv'), out.log);
  const epochs = await readEpochLog(out.log);
  const logits = await logitsOfAll(
    network.logits,
    examplesOf(options, data.validation, tuned, parts),
  );
  const interrupted = outcome.stopped === 'interrupted' || outcome.stopped === 'minutes';
  if (!interrupted) await rm(root, { recursive: true });
  else await rm(folders.training, { recursive: true });
  const best = epochs.find(({ epoch }) => epoch === outcome.bestEpoch) ?? epochs.at(-1)!;
  const ended = outcome.stopped === 'minutes' ? 'interrupted' : outcome.stopped;
  return { epochs, best, ended, backend: 'PyTorch (models/recipes)', network, logits };
}

function foldersIn(root: string): RecipeFolders {
  const folder = (name: string) => join(root, name);
  return {
    ...{ training: folder('training'), validation: folder('validation') },
    ...{ base: folder('base'), out: folder('out') },
  };
}

/** Crops as PNG in a folder per class; pictures of people leave the folder again when it is done. */
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
