/** At most so many cameras start at once: after a power cut they all come back together. */
export class StartLimiter {
  readonly #most: number;
  #under = 0;
  #waiting: (() => void)[] = [];

  constructor(most = 4) {
    this.#most = most;
  }

  /** Answers when there is a place, with the function that gives it back (once). */
  async take(signal: AbortSignal): Promise<() => void> {
    if (this.#under >= this.#most) await this.#turn(signal);
    if (signal.aborted) return () => {};
    this.#under += 1;
    let held = true;
    return () => {
      if (!held) return;
      held = false;
      this.#under -= 1;
      this.#waiting.shift()?.();
    };
  }

  #turn(signal: AbortSignal): Promise<void> {
    return new Promise((resolve) => {
      const leave = () => {
        this.#waiting = this.#waiting.filter((other) => other !== go);
        resolve();
      };
      const go = () => {
        signal.removeEventListener('abort', leave);
        resolve();
      };
      signal.addEventListener('abort', leave, { once: true });
      this.#waiting.push(go);
    });
  }
}
