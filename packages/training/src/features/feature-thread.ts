import '@maskwatch/runtime/no-telemetry';
import { Worker } from 'node:worker_threads';
import {
  problemOf,
  type WorkerReply,
  type WorkerRequest,
  type WorkerSetup,
} from './worker-messages.ts';

type Answer = Float32Array | Uint8Array;

/** The owner's side of one thread: one request at a time. */
export class FeatureThread {
  readonly #thread: Worker;
  readonly #ended = Promise.withResolvers<void>();
  #pending: PromiseWithResolvers<Answer> | undefined;
  #stopping = false;

  private constructor(thread: Worker) {
    this.#thread = thread;
  }

  /**
   * Starts a thread and waits until its model is open; rejects with its Problem. A thread that later
   * ends by itself throws out of this process: the runtime inside it may have been anywhere.
   */
  static async start(setup: WorkerSetup): Promise<FeatureThread> {
    const script = new URL('./feature-worker.ts', import.meta.url);
    // Node's flags of the process are not for a thread: some are refused there.
    const thread = new Worker(script, { workerData: setup, name: 'features', execArgv: [] });
    const own = new FeatureThread(thread);
    const ready = Promise.withResolvers<void>();
    let isReady = false;
    thread.on('message', (reply: WorkerReply) => {
      if (reply.kind === 'ready') ready.resolve();
      else if (own.#pending !== undefined) own.#settle(reply);
      else if (reply.kind === 'problem') ready.reject(problemOf(reply.problem));
    });
    thread.on('error', (error) => {
      if (isReady) throw error;
      ready.reject(error);
    });
    thread.on('exit', (code) => {
      own.#ended.resolve();
      ready.reject(new Error(`a thread for features ended at its start with exit code ${code}`));
      if (isReady && !own.#stopping) {
        throw new Error(`a thread for features ended by itself with exit code ${code}`);
      }
    });
    await ready.promise;
    isReady = true;
    return own;
  }

  /** Resolves with the answer, rejects with the Problem of that request. Never while busy. */
  send(request: WorkerRequest): Promise<Answer> {
    this.#pending = Promise.withResolvers<Answer>();
    this.#thread.postMessage(request);
    return this.#pending.promise;
  }

  /** Never terminates the thread: during a run that would abort the process. */
  async stop(): Promise<void> {
    this.#stopping = true;
    await this.#pending?.promise.catch(() => undefined);
    this.#thread.postMessage({ kind: 'stop' } satisfies WorkerRequest);
    await this.#ended.promise;
  }

  #settle(reply: Exclude<WorkerReply, { kind: 'ready' }>): void {
    const pending = this.#pending;
    this.#pending = undefined;
    if (reply.kind === 'problem') pending?.reject(problemOf(reply.problem));
    else pending?.resolve(reply.values);
  }
}
