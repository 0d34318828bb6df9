import type { Clock } from '@maskwatch/platform/clock';
import type { Logger } from '@maskwatch/platform/logger';
import type { JobKind, Jobs, JobsStatus, JobWork } from './jobs.ts';
import { OneAtATime } from './one-at-a-time.ts';

/** Wake-ups of one process, by timers: what waits is forgotten with it. */
export class TimerJobs implements Jobs {
  readonly #clock: Clock;
  readonly #logger: Logger;
  readonly #handlers = new Map<JobKind, OneAtATime>();
  /** What cancels each wake-up that waits, by kind, id and time. */
  readonly #waiting = new Map<string, () => void>();
  #workedAt: number | undefined;
  #closed = false;

  constructor({ clock, logger }: { clock: Clock; logger: Logger }) {
    this.#clock = clock;
    this.#logger = logger;
  }

  handle(kind: JobKind, work: JobWork): void {
    this.#handlers.set(kind, new OneAtATime(kind, { work, logger: this.#logger }));
  }

  wake(kind: JobKind, id: string, at: number): void {
    const key = `${kind} ${id} ${at}`;
    if (this.#closed || this.#waiting.has(key)) return;
    const waitMs = at - this.#clock.now();
    if (waitMs <= 0) {
      void this.#work(kind, id);
      return;
    }
    const cancel = this.#clock.setTimer(() => {
      this.#waiting.delete(key);
      // Node's timers count whole milliseconds, and may come a part of one early.
      this.wake(kind, id, at);
    }, Math.ceil(waitMs));
    this.#waiting.set(key, cancel);
  }

  status(): JobsStatus {
    return {
      ...{ lost: 0, rebuilt: 0 },
      ...(this.#workedAt !== undefined && { workedAt: this.#workedAt }),
    };
  }

  async close(): Promise<void> {
    this.#closed = true;
    for (const cancel of this.#waiting.values()) cancel();
    this.#waiting.clear();
    await Promise.all([...this.#handlers.values()].map((handler) => handler.idle()));
  }

  async #work(kind: JobKind, id: string): Promise<void> {
    await this.#handlers.get(kind)?.run(id);
    this.#workedAt = this.#clock.now();
  }
}
