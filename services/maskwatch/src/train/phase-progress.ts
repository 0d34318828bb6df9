import type { WriteStream } from 'node:tty';
import type { Clock } from '@maskwatch/platform/clock';
import { duration } from '../detect/progress.ts';

type Stream = NodeJS.WritableStream & Partial<Pick<WriteStream, 'isTTY'>>;

/** A terminal shows progress twice a second, a log a line every ten. */
const terminalMs = 500;
const logMs = 10_000;
const barWidth = 24;

/** A bar with the time left for one phase after another, on stderr. */
export class PhaseProgress {
  readonly #stderr: Stream;
  readonly #clock: Clock;
  #phase = '';
  #startedAt = 0;
  #startedFrom = 0;
  #saidAt = 0;
  #shown = false;

  constructor(stderr: Stream, clock: Clock) {
    this.#stderr = stderr;
    this.#clock = clock;
  }

  /** `from` of its steps are done already. */
  start(phase: string, from = 0): void {
    this.clear();
    this.#phase = phase;
    this.#startedAt = this.#clock.now();
    this.#startedFrom = from;
    this.#saidAt = this.#startedAt;
  }

  /** `words` stand behind: the figures so far. */
  show(done: number, total: number, words = ''): void {
    const now = this.#clock.now();
    const terminal = this.#stderr.isTTY === true;
    if (now - this.#saidAt < (terminal ? terminalMs : logMs)) return;
    this.#saidAt = now;
    const ran = done - this.#startedFrom;
    const left = ran <= 0 ? '' : duration(((now - this.#startedAt) / ran) * (total - done));
    const line = `${this.#phase} ${bar(done / total)} ${Math.floor(done)} of ${total}, ${left} left${words}`;
    this.#stderr.write(terminal ? `\r\u001b[K${line}` : `${line}\n`);
    this.#shown = terminal;
  }

  /** A line that stays. */
  say(line: string): void {
    this.clear();
    this.#stderr.write(`${line}\n`);
  }

  clear(): void {
    if (this.#shown) this.#stderr.write('\r\u001b[K');
    this.#shown = false;
  }
}

function bar(share: number): string {
  const full = Math.round(barWidth * Math.min(1, share));
  return `[${'='.repeat(full)}${' '.repeat(barWidth - full)}]`;
}
