import { Problem } from '@maskwatch/platform/problem';
import type { RawOutput } from './onnx-results.ts';
import type { OnnxSession, PictureBatch } from './onnx-session.ts';
import type { PictureSession } from './session.ts';

export interface LastingOptions {
  /** Of the network, as people know it. */
  name: string;
  first: OnnxSession;
  /** Why the first is not what was asked for. */
  fallback?: string | undefined;
  openCpu(): Promise<OnnxSession>;
  onFallback?: ((sentence: string) => void) | undefined;
}

/**
 * A session that outlives its GPU: a run that fails there is done once more on a session of the
 * CPU. Where that succeeds, the GPU is lost and the CPU stays; where it fails as well, the fault
 * is in what was asked, and the GPU stays.
 */
export class LastingSession implements PictureSession {
  #session: OnnxSession;
  #fallback: string | undefined;
  readonly #options: LastingOptions;

  constructor(options: LastingOptions) {
    this.#options = options;
    this.#session = options.first;
    this.#fallback = options.fallback;
  }

  get provider() {
    return this.#session.provider;
  }

  get fallback() {
    return this.#fallback;
  }

  get takesMany() {
    return this.#session.takesMany;
  }

  async run(batch: PictureBatch): Promise<Record<string, RawOutput>> {
    const session = this.#session;
    try {
      return await session.run(batch);
    } catch (thrown) {
      const failed = thrown instanceof Problem && thrown.code === 'inference-run';
      if (!failed || session.provider === 'cpu') throw thrown;
      // Another run may have found out meanwhile.
      if (this.#session !== session) return this.#session.run(batch);
      return this.#onCpu(batch, { lost: session, why: thrown.message });
    }
  }

  release(): Promise<void> {
    return this.#session.release();
  }

  async #onCpu(batch: PictureBatch, { lost, why }: { lost: OnnxSession; why: string }) {
    const cpu = await this.#options.openCpu();
    let taken = false;
    try {
      const outputs = await cpu.run(batch);
      taken = this.#session === lost;
      if (taken) await this.#take(cpu, { lost, why });
      return outputs;
    } finally {
      if (!taken) await cpu.release();
    }
  }

  async #take(cpu: OnnxSession, { lost, why }: { lost: OnnxSession; why: string }) {
    this.#session = cpu;
    const { name, onFallback } = this.#options;
    this.#fallback = `${name} computes on cpu, since ${lost.provider} was lost: ${why}`;
    onFallback?.(this.#fallback);
    // What a lost GPU says to it changes nothing.
    await lost.release().catch(() => undefined);
  }
}
