import type { Detection } from '@maskwatch/contracts/detection';
import type { Probabilities } from '@maskwatch/contracts/mask-state';
import { messageOf, Problem } from '@maskwatch/platform/problem';
import type { ModelPair } from '@maskwatch/runtime/model-pair';
import type { ComputesOn, RequestedProvider } from '@maskwatch/runtime/provider';
import type { ClassifierRequest, DetectorRequest } from './inference-queue.ts';

/** What a worker is started with. */
export interface WorkerSetup extends ModelPair {
  /** Compare the models with their golden outputs before the first request. */
  golden: boolean;
  /** `cpu` where absent. */
  provider?: RequestedProvider;
}

export type Asked =
  | { kind: 'detect'; request: DetectorRequest }
  | { kind: 'classify'; request: ClassifierRequest };

/** To the worker: one at a time; `stop` only after the last answer. A batch shares its runs. */
export type WorkerRequest = Asked | { kind: 'batch'; asked: readonly Asked[] } | { kind: 'stop' };

/** Structured clones of a Problem: a class does not survive the way between threads. */
export interface ProblemRecord {
  code: string;
  message: string;
  action: string | undefined;
}

/** What became of a request; `ms` is the time of the runs that it had a part in. */
export type Outcome =
  | { kind: 'detections'; detections: Detection[]; ms: number }
  | { kind: 'probabilities'; probabilities: Probabilities[]; ms: number }
  | { kind: 'problem'; problem: ProblemRecord };

/**
 * From the worker: `ready` or `problem` once at the start, then one message a request; `computes`
 * before `ready` and whenever it has changed.
 */
export type WorkerReply =
  | { kind: 'computes'; on: ComputesOn }
  | { kind: 'ready' }
  | Outcome
  | { kind: 'outcomes'; outcomes: Outcome[]; ms: number };

export function recordOf(thrown: unknown): ProblemRecord {
  if (thrown instanceof Problem) {
    return { code: thrown.code, message: thrown.message, action: thrown.action };
  }
  return { code: 'inference-run', message: messageOf(thrown), action: undefined };
}

export function problemOf({ code, message, action }: ProblemRecord): Problem {
  return new Problem(code, message, action === undefined ? {} : { action });
}
