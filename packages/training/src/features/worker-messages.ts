import type { FeaturesModel } from '@maskwatch/contracts/model';
import { messageOf, Problem } from '@maskwatch/platform/problem';
import type { LoadedModel } from '@maskwatch/runtime/registry';
import type { ViewPlan } from './cut-views.ts';

/** What a thread is started with. */
export interface WorkerSetup {
  model: LoadedModel<FeaturesModel>;
}

/** To the thread: one at a time; `stop` only after the last answer. */
export type WorkerRequest =
  | { kind: 'features' | 'pixels' | 'thumbnail'; bytes: Uint8Array; plan: ViewPlan }
  | { kind: 'stop' };

/** Structured clones of a Problem: a class does not survive the way between threads. */
export interface ProblemRecord {
  code: string;
  message: string;
  action: string | undefined;
}

/** From the thread: `ready` or `problem` once at the start, then one message a request. */
export type WorkerReply =
  | { kind: 'ready' }
  | { kind: 'features'; values: Float32Array }
  | { kind: 'bytes'; values: Uint8Array }
  | { kind: 'problem'; problem: ProblemRecord };

export function recordOf(thrown: unknown): ProblemRecord {
  if (thrown instanceof Problem) {
    return { code: thrown.code, message: thrown.message, action: thrown.action };
  }
  return { code: 'features-run', message: messageOf(thrown), action: undefined };
}

export function problemOf({ code, message, action }: ProblemRecord): Problem {
  return new Problem(code, message, action === undefined ? {} : { action });
}
