/** For how long a camera was not judged, seen from the page. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Camera } from '@maskwatch/contracts/camera';

const lookMs = 200;

export interface Dark {
  cameraId: string;
  from: number;
  to: number;
}

/** Looks until it is told to stop. A page that does not answer says nothing of a camera. */
export class DarkTimes {
  readonly #look: () => Promise<Camera[]>;
  readonly #last = new Map<string, number>();
  readonly #dark: Dark[] = [];
  #stopped = false;
  readonly #running: Promise<void>;

  constructor(look: () => Promise<Camera[]>) {
    this.#look = look;
    this.#running = this.#run();
  }

  /** The longest of each camera since a time, in milliseconds. */
  longest(since: number): Map<string, number> {
    const ids = [...this.#last.keys()];
    const of = (id: string) =>
      this.#dark.filter(({ cameraId, to }) => cameraId === id && to >= since);
    return new Map(ids.map((id) => [id, Math.max(0, ...of(id).map(({ from, to }) => to - from))]));
  }

  /** All that were longer. */
  longerThan(ms: number): Dark[] {
    return this.#dark.filter(({ from, to }) => to - from > ms);
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    await this.#running;
  }

  async #run(): Promise<void> {
    while (!this.#stopped) {
      const cameras = await this.#look().catch(() => []);
      for (const { id, lastJudgedAt } of cameras) {
        if (lastJudgedAt === undefined) continue;
        const before = this.#last.get(id) ?? lastJudgedAt;
        if (lastJudgedAt <= before && this.#last.has(id)) continue;
        this.#dark.push({ cameraId: id, from: before, to: lastJudgedAt });
        this.#last.set(id, lastJudgedAt);
      }
      await sleep(lookMs);
    }
  }
}
