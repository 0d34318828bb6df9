import type { WriteStream } from 'node:tty';
import type { Clock } from '@maskwatch/platform/clock';

/** A terminal shows progress twice a second, a log a line every ten. */
const terminalMs = 500;
const logMs = 10_000;

export interface ProgressOptions {
  stderr: NodeJS.WritableStream & Partial<Pick<WriteStream, 'isTTY'>>;
  clock: Clock;
  /** Pictures and frames to come, as far as known. */
  total: number;
}

/** How far a command is and how long it will take, on stderr. */
export class Progress {
  readonly #options: ProgressOptions;
  readonly #startedAt: number;
  #total: number;
  #done = 0;
  #saidAt: number;
  #shown = false;

  constructor(options: ProgressOptions) {
    this.#options = options;
    this.#total = options.total;
    this.#startedAt = options.clock.now();
    this.#saidAt = this.#startedAt;
  }

  /** One picture or frame more. */
  step(): void {
    this.#done += 1;
    this.#total = Math.max(this.#total, this.#done);
    const now = this.#options.clock.now();
    const terminal = this.#options.stderr.isTTY === true;
    if (now - this.#saidAt < (terminal ? terminalMs : logMs)) return;
    this.#saidAt = now;
    this.#options.stderr.write(terminal ? `\r\u001b[K${this.#line(now)}` : `${this.#line(now)}\n`);
    this.#shown = terminal;
  }

  /** Takes the line off the terminal, before something else is written or at the end. */
  clear(): void {
    if (this.#shown) this.#options.stderr.write('\r\u001b[K');
    this.#shown = false;
  }

  #line(now: number): string {
    const perStep = (now - this.#startedAt) / this.#done;
    const left = duration((this.#total - this.#done) * perStep);
    const rate = (1000 / perStep).toFixed(1);
    return `${this.#done} of ${this.#total}, ${rate} a second, ${left} left`;
  }
}

/** "45 s", "3 min 20 s", "2 h 5 min". */
export function duration(ms: number): string {
  const seconds = Math.round(ms / 1000);
  if (seconds < 60) return `${seconds} s`;
  if (seconds < 3600) return `${Math.floor(seconds / 60)} min ${seconds % 60} s`;
  return `${Math.floor(seconds / 3600)} h ${Math.floor((seconds % 3600) / 60)} min`;
}
