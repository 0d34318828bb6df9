import type { CameraLease } from '@maskwatch/store/leadership';

/** The newest epoch of each camera: what an owner says in an older one is not believed. */
export class Epochs {
  #newest = new Map<string, number>();
  #outdated = 0;

  /** Messages that were not believed. */
  get outdated(): number {
    return this.#outdated;
  }

  /** Also a newer one than is known: the active hub may be another. */
  believes(cameraId: string, epoch: number): boolean {
    const newest = this.#newest.get(cameraId) ?? 0;
    if (epoch > newest) this.#newest.set(cameraId, epoch);
    if (epoch < newest) this.#outdated += 1;
    return epoch >= newest;
  }

  granted(cameraId: string, epoch: number): void {
    this.#newest.set(cameraId, epoch);
  }

  /** What the store says is the truth. */
  takeOver(leases: CameraLease[]): void {
    this.#newest = new Map(leases.map(({ cameraId, epoch }) => [cameraId, epoch]));
  }
}
