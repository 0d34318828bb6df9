import type { Box } from '@maskwatch/contracts/box';

/** People breathe: no living face stays within this share of its width for so long. */
const stillShare = 0.03;
const posterMs = 5 * 60_000;

/** Watches whether a box has stayed where it was: perhaps a poster. */
export class Stillness {
  #anchor: Box;
  #since: number;

  constructor(box: Box, at: number) {
    this.#anchor = box;
    this.#since = at;
  }

  see(box: Box, at: number): void {
    const allowed = stillShare * this.#anchor[2];
    if (box.every((value, i) => Math.abs(value - this.#anchor[i]!) <= allowed)) return;
    this.#anchor = box;
    this.#since = at;
  }

  poster(at: number): boolean {
    return at - this.#since >= posterMs;
  }
}
