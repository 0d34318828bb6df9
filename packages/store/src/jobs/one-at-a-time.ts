import type { Logger } from '@maskwatch/platform/logger';
import { messageOf } from '@maskwatch/platform/problem';
import type { JobKind, JobWork } from './jobs.ts';

interface Line {
  now: Promise<void>;
  /** Begins after `now`: whoever comes meanwhile shares it. */
  next?: Promise<void>;
}

/** The handler of a kind: one run at a time for an id, and one more for all that came during it. */
export class OneAtATime {
  readonly #kind: JobKind;
  readonly #work: JobWork;
  readonly #logger: Logger;
  readonly #lines = new Map<string, Line>();

  constructor(kind: JobKind, { work, logger }: { work: JobWork; logger: Logger }) {
    this.#kind = kind;
    this.#work = work;
    this.#logger = logger;
  }

  /**
   * Resolves after a run that began later than this call, or at once where one waits to begin; never
   * rejects.
   */
  async run(id: string): Promise<void> {
    const line = this.#lines.get(id);
    if (line === undefined) return this.#start(id);
    if (line.next !== undefined) return;
    line.next = line.now.then(() => this.#start(id));
    return line.next;
  }

  async idle(): Promise<void> {
    while (this.#lines.size > 0) {
      await Promise.all([...this.#lines.values()].map(({ now, next }) => next ?? now));
    }
  }

  #start(id: string): Promise<void> {
    const line: Line = { now: this.#once(id) };
    this.#lines.set(id, line);
    line.now = line.now.then(() => {
      if (line.next === undefined) this.#lines.delete(id);
    });
    return line.now;
  }

  async #once(id: string): Promise<void> {
    try {
      await this.#work(id);
    } catch (fault) {
      const fields = { kind: this.#kind, id, fault: messageOf(fault) };
      this.#logger.error(fields, 'the work of a wake-up failed');
    }
  }
}
