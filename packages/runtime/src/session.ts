import { messageOf, Problem } from '@maskwatch/platform/problem';
import { checkGolden } from './golden-check.ts';
import { LastingSession } from './lasting-session.ts';
import type { RawOutput } from './onnx-results.ts';
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
 * Opens a model where it was asked to compute, else on the next provider down to the CPU, which
 * `fallback` then explains. On a GPU a network must pass its golden check first. Problems:
 * model-open; runs reject with inference-run.
 */
export async function openSession(
  loaded: LoadedModel,
  { provider = 'cpu', onFallback }: ProviderOptions = {},
): Promise<PictureSession> {
  const { name } = loaded.model;
  const reasons: string[] = [];
  for (const candidate of providersToTry(provider)) {
    const first =
      candidate === 'cpu'
        ? await openOnnxSession(loaded, 'cpu')
        : await openChecked(loaded, candidate).catch(noting(reasons, candidate));
    if (first === undefined) continue;
    const fallback =
      reasons.length === 0 ? undefined : `${name} computes on ${candidate}, ${reasons.join('; ')}`;
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

/** A network that is open on no GPU is no fault yet: the reason is kept for the sentence. */
function noting(reasons: string[], candidate: OnnxProvider) {
  return (thrown: unknown): undefined => {
    reasons.push(`not on ${candidate}: ${messageOf(thrown)}`);
  };
}
