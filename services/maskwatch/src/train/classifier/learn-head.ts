import type { JudgedState } from '@maskwatch/contracts/mask-state';
import { type Backend, openBackend } from '@maskwatch/runtime/tfjs-backend';
import type { Checkpoint } from '@maskwatch/training/head/checkpoint';
import { classWeights } from '@maskwatch/training/head/class-weights';
import { headNetwork } from '@maskwatch/training/head/classifier-network';
import { featureExamples } from '@maskwatch/training/head/feature-examples';
import { type Fit, type FitOptions, type Fitted, fit } from '@maskwatch/training/head/fit';
import type { HeadShape } from '@maskwatch/training/head/head-layers';
import { logitsOfAll } from '@maskwatch/training/head/measure-examples';
import type { ClassifierOptions } from './options.ts';

/** Features with labels, and which rows are learned from and which measured on. */
export interface HeadData {
  classes: readonly JudgedState[];
  channels: number;
  rows: readonly Float32Array[];
  labels: readonly JudgedState[];
  training: readonly number[];
  validation: readonly number[];
}

export interface LearnedHead {
  head: ReturnType<typeof headNetwork>;
  fitted: Fitted;
  /** Of the validation rows, in their order. */
  logits: number[][];
}

export function headShape(options: ClassifierOptions, classes: number): HeadShape {
  const { dense, activation, dropout, seed } = options;
  return { dense, activation, dropout, seed, classes };
}

/** A backend on which such a head takes a step. */
export async function backendForHead(options: ClassifierOptions, data: HeadData): Promise<Backend> {
  // Wrong class weights are no fault of a backend.
  fitOptions(options, data);
  return openBackend(async () => {
    const few = { ...data, training: data.training.slice(0, 4), validation: [] };
    const { network, training } = taskOf(options, few);
    const once = {
      ...fitOptions(options, few),
      classWeights: data.classes.map(() => 1),
      epochs: 1,
    };
    await fit({ network, training, validation: training, options: once });
    network.dispose();
  });
}

/** Trains a head on the training rows and says what it makes of the validation rows. */
export async function learnHead(
  options: ClassifierOptions,
  data: HeadData,
  hooks: Pick<Fit, 'signal' | 'onStep' | 'onEpoch'> & { from?: Checkpoint } = {},
): Promise<LearnedHead> {
  const { network, training, validation } = taskOf(options, data);
  const task = { network, training, validation, options: fitOptions(options, data), ...hooks };
  const fitted = await fit(task);
  return { head: network, fitted, logits: await logitsOfAll(network, validation) };
}

function taskOf(options: ClassifierOptions, data: HeadData) {
  const { classes, channels } = data;
  const examples = (numbers: readonly number[]) =>
    featureExamples({
      channels,
      labels: numbers.map((n) => classes.indexOf(data.labels[n]!)),
      rows: numbers.map((n) => data.rows[n]!),
    });
  const network = headNetwork(channels, headShape(options, classes.length));
  return { network, training: examples(data.training), validation: examples(data.validation) };
}

/** As asked, with the weights of the classes for these rows. */
export function fitOptions(
  options: ClassifierOptions,
  { classes, labels, training }: Pick<HeadData, 'classes' | 'labels' | 'training'>,
): FitOptions {
  const numbers = training.map((n) => classes.indexOf(labels[n]!));
  const { learningRate, batchSize, epochs, patience, seed } = options;
  const weights = classWeights(options.classWeights, classes, numbers);
  return { learningRate, batchSize, epochs, patience, seed, classWeights: weights };
}
