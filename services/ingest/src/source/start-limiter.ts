/** At most so many cameras start at once: after a power cut they all come back together. */
export class StartLimiter {
  #free: number;
  /** Bounded by the number of cameras: each waits for one place. */
  readonly #waiting = new Set<() => void>();

  constructor(most = 4) {
    this.#free = most;
  }

  /** Answers when there is a place, or on the signal; the answer gives the place back, once. */
  async take(signal: AbortSignal): Promise<() => void> {
    const hasPlace = signal.aborted ? false : await this.#place(signal);
    let held = hasPlace;
    return () => {
      if (held) this.#handOn();
      held = false;
    };
  }

  /** True with a place, false when the signal came first. */
  #place(signal: AbortSignal): Promise<boolean> {
    if (this.#free > 0) {
      this.#free -= 1;
      return Promise.resolve(true);
    }
    return new Promise((resolve) => {
      const go = () => {
        signal.removeEventListener('abort', leave);
        resolve(true);
      };
      const leave = () => {
        this.#waiting.delete(go);
        resolve(false);
      };
      signal.addEventListener('abort', leave, { once: true });
      this.#waiting.add(go);
    });
  }

  /** To who has waited longest. */
  #handOn(): void {
    const [next] = this.#waiting;
    if (next === undefined) {
      this.#free += 1;
    } else {
      this.#waiting.delete(next);
      next();
    }
  }
}
