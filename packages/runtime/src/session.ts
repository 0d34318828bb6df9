import { messageOf, Problem } from '@maskwatch/platform/problem';
import { goldenPattern } from '@maskwatch/vision/golden-pattern';
import { checkGolden } from './golden-check.ts';
import { LastingSession } from './lasting-session.ts';
import { type RawOutput, reasonOf } from './onnx-results.ts';
import { type OnnxSession, openOnnxSession, type PictureBatch } from './onnx-session.ts';
import {
  type ComputesOn,
  type OnnxProvider,
  type ProviderOptions,
  providersToTry,
} from './provider.ts';
import type { LoadedModel } from './registry.ts';

/**
 * One network that is open. `run` computes on the calling thread and blocks it: only an inference
 * thread may call it, and nothing may end that thread meanwhile (the process would abort).
 */
export interface PictureSession extends ComputesOn {
  /** The network takes any number of pictures in one run, not one only. */
  readonly takesMany: boolean;
  run(batch: PictureBatch): Promise<Record<string, RawOutput>>;
  /** Frees the session's memory; no run may be under way or follow. */
  release(): Promise<void>;
}

/**
 * Drivers that compute in software need some hundred times as long as ONNX Runtime on the same
 * processor; a real GPU never this many times, not even for one small picture.
 */
const softwareFactor = 20;

/** Loaded only where a model asks for it: it takes some 100 MB. Problem tfjs-absent. */
async function openTfjs(loaded: LoadedModel, options: ProviderOptions): Promise<PictureSession> {
  const { openTfjsSession } = await import('./tfjs-session.ts').catch((cause: unknown) => {
    if (!/MODULE_NOT_FOUND$/.test((cause as NodeJS.ErrnoException).code ?? '')) throw cause;
    const { name } = loaded.model;
    throw new Problem('tfjs-absent', `${name} runs with TensorFlow.js, which is not installed.`, {
      action:
        'Install the packages again (npm ci), or import the network as ONNX (maskwatch models import without --runtime).',
      cause,
    });
  });
  return openTfjsSession(loaded, options);
}

/**
 * Opens a model where it was asked to compute, else on the next provider down to the CPU, which
 * `fallback` then explains. On a GPU a network must pass its golden check first, and where `auto`
 * chooses, it must be no CPU in disguise. A classifier of TensorFlow.js opens there, whatever is
 * asked; see tfjs-session.ts. Problems: model-open, and of TensorFlow.js tfjs-absent and those of
 * its session; runs reject with inference-run.
 */
export async function openSession(
  loaded: LoadedModel,
  options: ProviderOptions = {},
): Promise<PictureSession> {
  if (loaded.model.runtime === 'tfjs') return openTfjs(loaded, options);
  const { provider = 'cpu', onFallback } = options;
  const { name } = loaded.model;
  const reasons: string[] = [];
  const open = (candidate: OnnxProvider) => {
    if (candidate === 'cpu') return openOnnxSession(loaded, 'cpu');
    const opened =
      provider === 'auto' ? openHardware(loaded, candidate) : openChecked(loaded, candidate);
    return opened.catch((thrown: unknown) => {
      reasons.push(`not on ${candidate}: ${whyNot(thrown)}`);
    });
  };
  for (const candidate of providersToTry(provider)) {
    const first = await open(candidate);
    if (first === undefined) continue;
    const why = [`${name} computes on ${candidate}`, reasons.join('; ')].join(', ');
    const fallback = reasons.length === 0 ? undefined : why;
    if (fallback !== undefined) onFallback?.(fallback);
    const openCpu = () => openChecked(loaded, 'cpu');
    return new LastingSession({ name, first, fallback, openCpu, onFallback });
  }
  throw new Problem('model-open', `The model ${name} was tried on no provider.`);
}

async function openChecked(loaded: LoadedModel, provider: OnnxProvider): Promise<OnnxSession> {
  const session = await openOnnxSession(loaded, provider);
  try {
    await checkGolden(loaded.model, session);
    return session;
  } catch (thrown) {
    await session.release().catch(() => undefined);
    throw thrown;
  }
}

/** And not in software. Problem provider-software. */
async function openHardware(loaded: LoadedModel, provider: OnnxProvider): Promise<OnnxSession> {
  const session = await openChecked(loaded, provider);
  const cpu = await openChecked(loaded, 'cpu');
  // Both have run once, so that nothing is prepared in this time.
  const onCpu = await runMs(loaded, cpu);
  const here = await runMs(loaded, session);
  await cpu.release();
  if (here < softwareFactor * onCpu) return session;
  await session.release();
  const times = `${here.toFixed(0)} ms where the cpu needs ${onCpu.toFixed(1)}`;
  throw new Problem('provider-software', `its driver computes in software (${times})`);
}

async function runMs({ model }: LoadedModel, session: OnnxSession): Promise<number> {
  const { width, height } = model.golden;
  const planes = goldenPattern(width, height);
  const started = performance.now();
  await session.run({ planes, count: 1, width, height, colour: 'rgb' });
  return performance.now() - started;
}

function whyNot(thrown: unknown): string {
  const opening = thrown instanceof Problem && thrown.code === 'model-open';
  return opening ? reasonOf(thrown.cause) : messageOf(thrown);
}
