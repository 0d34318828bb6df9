import type {
  ClassifierRequest,
  DetectorRequest,
  InferenceQueue,
  InferenceStatus,
} from '@maskwatch/inference/inference-queue';
import type { Clock } from '@maskwatch/platform/clock';
import { Problem } from '@maskwatch/platform/problem';

/** Passes requests on, and sees whether they are answered. */
export class AnsweredQueue implements InferenceQueue {
  readonly #queue: InferenceQueue;
  readonly #clock: Clock;
  #unansweredSince: number | undefined;
  #answered = 0;
  #lost = 0;
  #failed = 0;

  constructor(queue: InferenceQueue, clock: Clock) {
    this.#queue = queue;
    this.#clock = clock;
  }

  /** For how long requests have been asked and none was answered. */
  get silentMs(): number {
    return this.#unansweredSince === undefined ? 0 : this.#clock.now() - this.#unansweredSince;
  }

  /** Requests by how they ended. */
  get counts(): { answered: number; lost: number; failed: number } {
    return { answered: this.#answered, lost: this.#lost, failed: this.#failed };
  }

  detect(request: DetectorRequest) {
    return this.#watch(this.#queue.detect(request));
  }

  classify(request: ClassifierRequest) {
    return this.#watch(this.#queue.classify(request));
  }

  status(): InferenceStatus {
    return this.#queue.status();
  }

  close(): Promise<void> {
    return this.#queue.close();
  }

  async #watch<T>(answer: Promise<T>): Promise<T> {
    const askedAt = this.#clock.now();
    try {
      const answered = await answer;
      this.#unansweredSince = undefined;
      this.#answered += 1;
      return answered;
    } catch (fault) {
      this.#unansweredSince ??= askedAt;
      if (fault instanceof Problem && fault.code === 'inference-lost') this.#lost += 1;
      else this.#failed += 1;
      throw fault;
    }
  }
}
