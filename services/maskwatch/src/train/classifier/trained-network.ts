import { readFile } from 'node:fs/promises';
import type { JudgedState } from '@maskwatch/contracts/mask-state';
import type { FeaturesModel } from '@maskwatch/contracts/model';
import { readOnnx } from '@maskwatch/onnx/onnx-reader';
import { Problem } from '@maskwatch/platform/problem';
import { type LoadedModel, loadModel, modelsFolder } from '@maskwatch/runtime/registry';
import { convolutionsOf, loadBaseWeights } from '@maskwatch/training/head/base-weights';
import {
  type ClassifierNetwork,
  classifierNetwork,
} from '@maskwatch/training/head/classifier-network';
import { type Base, mobilenetv2 } from '@maskwatch/training/head/mobilenetv2';
import { headShape, type LearnedHead } from './learn-head.ts';
import type { ClassifierOptions } from './options.ts';

const baseName = 'mobilenetv2-imagenet';

/** The base of every trained classifier: the shipped one, whichever models folder is set. */
export async function loadBase(): Promise<LoadedModel<FeaturesModel>> {
  const { model, path } = await loadModel(baseName, modelsFolder({}));
  if (model.task === 'features') return { model, path };
  throw new Problem('model-task', `The model ${baseName} is a ${model.task}, not a base.`, {
    action: `Restore models/${baseName} as it came.`,
  });
}

/** The base with the weights of its ONNX file, and the trained head on it. */
export async function wholeNetwork(
  options: ClassifierOptions,
  {
    features,
    classes,
    head,
  }: { features: LoadedModel; classes: readonly JudgedState[]; head: LearnedHead['head'] },
): Promise<{ base: Base; network: ClassifierNetwork }> {
  const base = mobilenetv2({ size: options.imageSize });
  loadBaseWeights(base, convolutionsOf(readOnnx(await readFile(features.path))));
  return { base, network: classifierNetwork(base, headShape(options, classes.length), head) };
}
