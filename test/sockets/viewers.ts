/** Processes of viewers, as the run sees them. */
import { type ChildProcess, fork } from 'node:child_process';
import { join } from 'node:path';
import type { SlowFigures } from './slow-viewers-process.ts';
import type {
  ToldAlert,
  ViewerOrder,
  ViewersAnswer,
  ViewersFigures,
  ViewersOrder,
} from './viewers-messages.ts';

export class Viewers {
  readonly #child = fork(join(import.meta.dirname, 'viewers-process.ts'));

  get pid(): number {
    return this.#child.pid!;
  }

  async join(viewers: ViewerOrder[]): Promise<void> {
    await this.#ask({ kind: 'join', viewers }, 'joined');
  }

  /** From now on figures count. */
  async begin(): Promise<void> {
    await this.#ask({ kind: 'begin' }, 'begun');
  }

  async figures(): Promise<ViewersFigures> {
    return (await this.#ask({ kind: 'figures' }, 'figures')).figures;
  }

  /** How many viewers were not told the last change, over all of these alerts. */
  async missing(alerts: ToldAlert[]): Promise<number> {
    return (await this.#ask({ kind: 'missing', alerts }, 'missing')).missing;
  }

  close(): void {
    this.#child.kill('SIGKILL');
  }

  #ask<K extends ViewersAnswer['kind']>(
    order: ViewersOrder,
    kind: K,
  ): Promise<ViewersAnswer & { kind: K }> {
    return new Promise((resolve, reject) => {
      const gone = () => reject(new Error('a process of viewers has ended'));
      const hear = (answer: unknown) => {
        if ((answer as ViewersAnswer).kind !== kind) return;
        this.#child.off('message', hear);
        this.#child.off('exit', gone);
        resolve(answer as ViewersAnswer & { kind: K });
      };
      this.#child.once('exit', gone);
      this.#child.on('message', hear);
      this.#child.send(order);
    });
  }
}

export class SlowViewers {
  readonly #child: ChildProcess = fork(join(import.meta.dirname, 'slow-viewers-process.ts'));

  get pid(): number {
    return this.#child.pid!;
  }

  figures: SlowFigures = { joined: 0, failed: 0, reason: '', cut: 0 };

  constructor(viewers: { url: string; cameraIds: string[] }[]) {
    this.#child.on('message', (figures) => {
      this.figures = figures as SlowFigures;
    });
    this.#child.send({ viewers });
  }

  close(): void {
    this.#child.kill('SIGKILL');
  }
}
