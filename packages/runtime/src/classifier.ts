import type { Probabilities } from '@maskwatch/contracts/mask-state';
import type { ClassifierModel } from '@maskwatch/contracts/model';
import { Problem } from '@maskwatch/platform/problem';
import type { Colour } from '@maskwatch/vision/picture';
import { judgeTogether, type MemberJudge } from './classifier-ensemble.ts';
import { logitsOf } from './classifier-outputs.ts';
import type { OpenNetwork } from './golden-check.ts';
import type { LoadedMember, LoadedModel } from './registry.ts';
import { openSession, type PictureSession } from './session.ts';

export interface Classifier {
  model: ClassifierModel;
  /** What it consists of, for the golden check. */
  networks: OpenNetwork[];
  /** Calibrated probabilities of each crop in order; crops are uint8 [count, 3, size, size]. */
  run(input: { crops: Uint8Array; count: number; colour: Colour }): Promise<Probabilities[]>;
  /** Frees the memory; no run may be under way or follow. */
  release(): Promise<void>;
}

/** Opens a classifier or an ensemble on the calling thread; problems as those of a session. */
export async function openClassifier(loaded: LoadedModel<ClassifierModel>): Promise<Classifier> {
  const { model, members: parts = [{ loaded, weight: 1, flip: false }] } = loaded;
  const opened: OpenMember[] = [];
  for (const part of parts) opened.push(await openMember(part));
  const members = opened.map((member) => ({ ...member, size: member.model.input.size }));
  const { size } = model.input;
  const bytes = 3 * size * size;
  return {
    model,
    networks: opened.map(({ model, session }) => ({ model, session })),
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
        const crop = crops.subarray(n * bytes, (n + 1) * bytes);
        probabilities.push(await judgeTogether(crop, { size, colour, members }));
      }
      return probabilities;
    },
    async release() {
      for (const { session } of opened) await session.release();
    },
  };
}

interface OpenMember extends Omit<MemberJudge, 'size'> {
  model: ClassifierModel;
  session: PictureSession;
}

async function openMember({
  loaded,
  weight,
  flip,
}: LoadedMember<ClassifierModel>): Promise<OpenMember> {
  const { model } = loaded;
  const session = await openSession(loaded);
  const { size } = model.input;
  return {
    ...{ model, session, weight, flip },
    async judge(planes, colour) {
      const outputs = await session.run({ planes, count: 1, width: size, height: size, colour });
      return calibrated(logitsOf(outputs, model), model);
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
