import { z } from 'zod';

/** What a classifier can say of a face; its probabilities are over these. */
export const JudgedState = z.enum(['mask', 'no_mask', 'incorrect']);
export type JudgedState = z.infer<typeof JudgedState>;

/** What a track is said to be: `unknown` until enough good looks agree. */
export const MaskState = z.enum(['mask', 'no_mask', 'incorrect', 'unknown']);
export type MaskState = z.infer<typeof MaskState>;

/** Calibrated probability of each state; a two-class model leaves `incorrect` out. */
export const Probabilities = z.partialRecord(JudgedState, z.number().min(0).max(1));
export type Probabilities = z.infer<typeof Probabilities>;

/** The state of highest probability, with that probability; undefined of an empty record. */
export function likeliest(
  probabilities: Probabilities,
): { state: JudgedState; probability: number } | undefined {
  let best: { state: JudgedState; probability: number } | undefined;
  for (const state of JudgedState.options) {
    const probability = probabilities[state];
    if (probability !== undefined && (best === undefined || probability > best.probability)) {
      best = { state, probability };
    }
  }
  return best;
}
