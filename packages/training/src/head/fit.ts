import { setImmediate as nextTurn } from 'node:timers/promises';
import * as tf from '@tensorflow/tfjs-core';
import type { LayersModel } from '@tensorflow/tfjs-layers';
import type { Checkpoint, EpochFigures } from './checkpoint.ts';
import type { Examples } from './examples.ts';
import { logitsOfAll, lossAndAccuracy } from './measure-examples.ts';
import { momentsOf, restoreMoments, restoreWeights, weightsOf } from './network-state.ts';
import { mixedSeed, randomOrder } from './random-order.ts';
import { trainingStep } from './training-step.ts';

export interface FitOptions {
  learningRate: number;
  batchSize: number;
  epochs: number;
  /** Epochs without a lower validation loss after which it ends. */
  patience: number;
  seed: number;
  /** How much a row of each class counts. */
  classWeights: readonly number[];
}

export interface Fit {
  /** Puts out logits; its trainable weights are changed. */
  network: LayersModel;
  training: Examples;
  validation: Examples;
  options: FitOptions;
  /** Where an earlier run stopped. */
  from?: Checkpoint;
  /** Ends after the first epoch at the earliest; an epoch under way later is thrown away. */
  signal?: AbortSignal;
  onStep?(step: { epoch: number; done: number; steps: number }): void;
  onEpoch?(checkpoint: Checkpoint): Promise<void>;
}

export interface Fitted {
  epochs: EpochFigures[];
  best: EpochFigures;
  ended: 'epochs' | 'patience' | 'interrupted';
}

/**
 * Trains with Adam on categorical cross-entropy and leaves the network with the weights of the
 * epoch with the lowest validation loss. Order of rows, dropout and views come from the seed and the
 * number of the epoch alone, so a run that goes on ends as one that was never stopped.
 */
export async function fit(task: Fit): Promise<Fitted> {
  const { network, options, signal } = task;
  const optimizer = tf.train.adam(options.learningRate);
  let state = await startingState(task, optimizer);
  let ended: Fitted['ended'] | undefined = endOf(state, options);
  try {
    while (ended === undefined) {
      const epoch = (state?.epochs.length ?? 0) + 1;
      const figures = await runEpoch(task, optimizer, epoch);
      if (figures === undefined) {
        ended = 'interrupted';
        break;
      }
      state = await nextState(state, figures, { network, optimizer });
      await task.onEpoch?.(state);
      ended = signal?.aborted === true ? 'interrupted' : endOf(state, options);
    }
    // The first epoch always ends, so there is a best one.
    const { epochs, best } = state!;
    restoreWeights(network, best.weights);
    return { epochs, best: epochs[best.epoch - 1]!, ended };
  } finally {
    optimizer.dispose();
  }
}

async function startingState(
  { network, from }: Fit,
  optimizer: tf.AdamOptimizer,
): Promise<Checkpoint | undefined> {
  if (from === undefined) return undefined;
  restoreWeights(network, from.weights);
  await restoreMoments(optimizer, network, from.moments);
  return from;
}

function endOf(
  state: Checkpoint | undefined,
  { epochs, patience }: FitOptions,
): Fitted['ended'] | undefined {
  if (state === undefined) return undefined;
  const done = state.epochs.length;
  if (done - state.best.epoch >= patience) return 'patience';
  return done >= epochs ? 'epochs' : undefined;
}

async function nextState(
  before: Checkpoint | undefined,
  figures: EpochFigures,
  { network, optimizer }: { network: LayersModel; optimizer: tf.AdamOptimizer },
): Promise<Checkpoint> {
  const epochs = [...(before?.epochs ?? []), figures];
  const weights = weightsOf(network);
  const lowest = before === undefined ? undefined : epochs[before.best.epoch - 1]!.validationLoss;
  const better = lowest === undefined || figures.validationLoss < lowest;
  const best = better ? { epoch: figures.epoch, weights } : before!.best;
  return { epochs, weights, best, moments: await momentsOf(optimizer) };
}

/** Undefined where it was interrupted. */
async function runEpoch(
  { network, training, validation, options, signal, onStep }: Fit,
  optimizer: tf.AdamOptimizer,
  epoch: number,
): Promise<EpochFigures | undefined> {
  const startedAt = performance.now();
  const { batchSize, seed, classWeights, learningRate } = options;
  const order = randomOrder(training.labels.length, mixedSeed(seed, epoch));
  const steps = Math.ceil(order.length / batchSize);
  let loss = 0;
  let right = 0;
  for (let step = 0; step < steps; step += 1) {
    // Signals are heard between steps only.
    await nextTurn();
    if (signal?.aborted === true && epoch > 1) return undefined;
    const rows = order.slice(step * batchSize, (step + 1) * batchSize);
    const labels = rows.map((row) => training.labels[row]!);
    const weights = labels.map((label) => classWeights[label]!);
    const inputs = await training.inputs(rows, epoch);
    const batch = { inputs, labels, weights, seed: mixedSeed(seed, epoch, step) };
    const figures = trainingStep(network, optimizer, batch);
    inputs.dispose();
    loss += figures.loss * rows.length;
    right += figures.right;
    onStep?.({ epoch, done: step + 1, steps });
  }
  const measured = lossAndAccuracy(await logitsOfAll(network, validation), validation.labels);
  return {
    ...{ epoch, loss: loss / order.length, accuracy: right / order.length },
    ...{ validationLoss: measured.loss, validationAccuracy: measured.accuracy, learningRate },
    seconds: (performance.now() - startedAt) / 1000,
  };
}
