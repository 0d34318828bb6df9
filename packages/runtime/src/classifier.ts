import type { Probabilities } from '@maskwatch/contracts/mask-state';
import type { ClassifierModel } from '@maskwatch/contracts/model';
import { Problem } from '@maskwatch/platform/problem';
import type { Colour } from '@maskwatch/vision/picture';
import type { OpenNetwork } from './golden-check.ts';
import type { LoadedModel } from './registry.ts';
import { openSession, outputOf } from './session.ts';

export interface Classifier {
  model: ClassifierModel;
  /** What it consists of, for the golden check. */
  networks: OpenNetwork[];
  /** Calibrated probabilities of each crop in order; crops are uint8 [count, 3, size, size]. */
  run(input: { crops: Uint8Array; count: number; colour: Colour }): Promise<Probabilities[]>;
  /** Frees the memory; no run may be under way or follow. */
  release(): Promise<void>;
}

/** Opens a classifier on the calling thread; problems as those of a session. */
export async function openClassifier(loaded: LoadedModel<ClassifierModel>): Promise<Classifier> {
  const { model } = loaded;
  const session = await openSession(loaded);
  const { size } = model.input;
  const bytes = 3 * size * size;
  return {
    model,
    networks: [{ model, session }],
    release: () => session.release(),
    async run({ crops, count, colour }) {
      if (crops.length < count * bytes) {
        throw new Problem(
          'inference-input',
          `${count} crops of ${size}x${size} take ${count * bytes} bytes, not ${crops.length}.`,
        );
      }
      const probabilities: Probabilities[] = [];
      // One by one: a batch is no faster on a CPU, and one input shape keeps the memory steady.
      for (let n = 0; n < count; n += 1) {
        const planes = crops.subarray(n * bytes, (n + 1) * bytes);
        const outputs = await session.run({ planes, count: 1, width: size, height: size, colour });
        probabilities.push(calibrated(outputOf(outputs, model.output, model).data, model));
      }
      return probabilities;
    },
  };
}

/**
 * Softmax of the logits over the model's temperature (Guo 2017). Problem inference-output where
 * one is not finite: nonsense must not become a vote.
 */
export function calibrated(
  logits: ArrayLike<number>,
  { classes, calibration }: Pick<ClassifierModel, 'classes' | 'calibration'>,
): Probabilities {
  const scaled = classes.map((_, n) => (logits[n] ?? Number.NaN) / calibration.temperature);
  if (!scaled.every(Number.isFinite)) {
    throw new Problem(
      'inference-output',
      'The classifier answered with a value that is no number.',
    );
  }
  const highest = Math.max(...scaled);
  const powers = scaled.map((value) => Math.exp(value - highest));
  const sum = powers.reduce((a, b) => a + b, 0);
  return Object.fromEntries(classes.map((state, n) => [state, powers[n]! / sum]));
}
