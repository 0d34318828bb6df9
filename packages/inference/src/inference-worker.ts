import '@maskwatch/runtime/no-telemetry';
import { Worker } from 'node:worker_threads';
import type { ComputesOn } from '@maskwatch/runtime/provider';
import { problemOf, type WorkerReply, type WorkerRequest } from './worker-messages.ts';

type Answer = Extract<WorkerReply, { ms: number }>;

/** The owner's side of one inference thread: one request at a time. */
export class InferenceWorker {
  readonly id: number;
  runs = 0;
  computesOn: ComputesOn | undefined;
  readonly #thread: Worker;
  #pending: PromiseWithResolvers<Answer> | undefined;
  #stopping = false;
  readonly #ended = Promise.withResolvers<void>();

  private constructor(id: number, thread: Worker) {
    this.id = id;
    this.#thread = thread;
  }

  /**
   * Starts a thread and waits until its models are open; rejects with its Problem. After that a
   * thread that ends by itself throws out of this process: the runtime inside it may have been
   * anywhere, and the process is cheap to start again (its parent does).
   */
  static async start({
    id,
    script,
    setup,
  }: {
    id: number;
    script: URL;
    setup: unknown;
  }): Promise<InferenceWorker> {
    const thread = new Worker(script, {
      workerData: setup,
      name: `inference-${id}`,
      // Node's flags of the process are not for a thread: some are refused there.
      execArgv: [],
    });
    const worker = new InferenceWorker(id, thread);
    const ready = Promise.withResolvers<void>();
    thread.on('message', (reply: WorkerReply) => {
      if (reply.kind === 'ready') ready.resolve();
      else if (reply.kind === 'computes') worker.computesOn = reply.on;
      else if (worker.#pending !== undefined) worker.#settle(reply);
      else if (reply.kind === 'problem') ready.reject(problemOf(reply.problem));
    });
    let isReady = false;
    thread.on('error', (error) => {
      if (isReady) throw error;
      ready.reject(error);
    });
    thread.on('exit', (code) => {
      worker.#ended.resolve();
      ready.reject(new Error(`an inference thread ended at its start with exit code ${code}`));
      if (isReady && !worker.#stopping) {
        throw new Error(`an inference thread ended by itself with exit code ${code}`);
      }
    });
    await ready.promise;
    isReady = true;
    return worker;
  }

  get busy(): boolean {
    return this.#pending !== undefined;
  }

  /** Resolves with the answer, rejects with the Problem of that run. Never while busy. */
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

  #settle(reply: WorkerReply): void {
    const pending = this.#pending;
    this.#pending = undefined;
    this.runs += 1;
    if (reply.kind === 'problem') pending?.reject(problemOf(reply.problem));
    else if (reply.kind !== 'ready' && reply.kind !== 'computes') pending?.resolve(reply);
  }
}
