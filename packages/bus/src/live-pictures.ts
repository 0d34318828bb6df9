/** A hub's live pictures: fetched of the cameras that its own viewers watch, the newest of each. */
import type { IngestMessage } from '@maskwatch/contracts/bus';
import type { Redis } from 'ioredis';
import type { Sender } from './bus.ts';
import { decodeWord, type LiveNote, LivePicture, liveKey } from './redis-words.ts';

interface Camera {
  ingestId: string;
  /** The newest that was told, and the newest that was shown or given up. */
  told: number;
  done: number;
  fetching: boolean;
}

export interface LivePicturesOptions {
  redis: Redis;
  onPicture(message: IngestMessage & { kind: 'picture' }, bytes: Uint8Array, sender: Sender): void;
}

export class LivePictures {
  readonly #options: LivePicturesOptions;
  readonly #cameras = new Map<string, Camera>();
  #watched = new Set<string>();
  #skipped = 0;

  constructor(options: LivePicturesOptions) {
    this.#options = options;
  }

  /** Pictures of watched cameras that a newer one overtook, or that were gone. */
  get skipped(): number {
    return this.#skipped;
  }

  watch(cameraIds: readonly string[]): void {
    this.#watched = new Set(cameraIds);
    for (const cameraId of this.#cameras.keys()) {
      if (!this.#watched.has(cameraId)) this.#cameras.delete(cameraId);
    }
  }

  note({ cameraId, ingestId, count }: LiveNote): void {
    if (!this.#watched.has(cameraId)) return;
    const known = this.#cameras.get(cameraId);
    if (known?.ingestId === ingestId) {
      known.told = Math.max(known.told, count);
      if (!known.fetching) void this.#fetch(cameraId, known);
    } else {
      const camera = { ingestId, told: count, done: count - 1, fetching: false };
      this.#cameras.set(cameraId, camera);
      void this.#fetch(cameraId, camera);
    }
  }

  /** One request a camera; what was told in the meantime is fetched next, the newest only. */
  async #fetch(cameraId: string, camera: Camera): Promise<void> {
    camera.fetching = true;
    while (camera.done < camera.told && this.#cameras.get(cameraId) === camera) {
      const { told } = camera;
      const raw = await this.#options.redis.getBuffer(liveKey(cameraId)).catch(() => null);
      if (this.#cameras.get(cameraId) !== camera) break;
      this.#take(raw, camera, told);
    }
    camera.fetching = false;
  }

  #take(raw: Buffer | null, camera: Camera, told: number): void {
    const heard = raw === null ? undefined : decodeWord(LivePicture, raw);
    if (heard === undefined || heard.word.ingestId !== camera.ingestId) {
      this.#skipped += told - camera.done;
      camera.done = told;
      return;
    }
    const { ingestId, epoch, count, observation } = heard.word;
    this.#skipped += Math.max(0, count - camera.done - 1);
    const isNew = count > camera.done;
    camera.done = Math.max(count, told);
    const message = { kind: 'picture', observation } as const;
    if (isNew) this.#options.onPicture(message, heard.bytes, { ingestId, epoch });
  }
}
