import type { Probabilities } from '@maskwatch/contracts/mask-state';
import type { ClassifierModel } from '@maskwatch/contracts/model';
import { Problem } from '@maskwatch/platform/problem';
import { type Crops, judgeTogether, type MemberJudge } from './classifier-ensemble.ts';
import { logitsOf } from './classifier-outputs.ts';
import type { OpenNetwork } from './golden-check.ts';
import { type ComputesOn, computesOn, type ProviderOptions } from './provider.ts';
import type { LoadedMember, LoadedModel } from './registry.ts';
import { openSession, type PictureSession } from './session.ts';

/** Crops of one run on a GPU, padded to it where there are several: each shape is prepared anew. */
const cropsOfRun = 8;

export interface Classifier extends ComputesOn {
  model: ClassifierModel;
  /** What it consists of, for the golden check. */
  networks: OpenNetwork[];
  /** Calibrated probabilities of each crop in order. */
  run(input: Crops): Promise<Probabilities[]>;
  /** Frees the memory; no run may be under way or follow. */
  release(): Promise<void>;
}

/** Opens a classifier or an ensemble on the calling thread; problems as those of a session. */
export async function openClassifier(
  loaded: LoadedModel<ClassifierModel>,
  options: ProviderOptions = {},
): Promise<Classifier> {
  const { model, members: parts = [{ loaded, weight: 1, flip: false }] } = loaded;
  const opened: OpenMember[] = [];
  for (const part of parts) opened.push(await openMember(part, options));
  const members = opened.map((member) => ({ ...member, size: member.model.input.size }));
  const networks = opened.map(({ model, session }) => ({ model, session }));
  const { size } = model.input;
  const bytes = 3 * size * size;
  return {
    model,
    networks,
    get provider() {
      return computesOn(networks).provider;
    },
    get fallback() {
      return computesOn(networks).fallback;
    },
    async run({ crops, count, colour }) {
      if (crops.length < count * bytes) {
        throw new Problem(
          'inference-input',
          `${count} crops of ${size}x${size} take ${count * bytes} bytes, not ${crops.length}.`,
        );
      }
      const taken = { crops: crops.subarray(0, count * bytes), count, colour };
      return judgeTogether(taken, { size, members });
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

async function openMember(
  { loaded, weight, flip }: LoadedMember<ClassifierModel>,
  options: ProviderOptions,
): Promise<OpenMember> {
  const { model } = loaded;
  const session = await openSession(loaded, options);
  return {
    ...{ model, session, weight, flip },
    async judge(input) {
      const probabilities: Probabilities[] = [];
      // One by one on a CPU: a batch is no faster there, and one shape keeps the memory steady.
      const most = session.provider === 'cpu' || !session.takesMany ? 1 : cropsOfRun;
      for (let from = 0; from < input.count; from += most) {
        const rows = await logitsFrom(input, { from, most, model, session });
        probabilities.push(...rows.map((logits) => calibrated(logits, model)));
      }
      return probabilities;
    },
  };
}

/** Of at most `most` crops, padded with black ones; one alone stays alone. */
async function logitsFrom(
  { crops, count, colour }: Crops,
  {
    from,
    most,
    model,
    session,
  }: { from: number; most: number; model: ClassifierModel; session: PictureSession },
): Promise<Float32Array[]> {
  const { size } = model.input;
  const bytes = 3 * size * size;
  const wanted = Math.min(most, count - from);
  const run = wanted === 1 ? 1 : most;
  const own = crops.subarray(from * bytes, (from + wanted) * bytes);
  let planes = own;
  if (run > wanted) {
    planes = new Uint8Array(run * bytes);
    planes.set(own);
  }
  const outputs = await session.run({ planes, count: run, width: size, height: size, colour });
  return logitsOf(outputs, { model, count: run }).slice(0, wanted);
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
