import { JudgedState, type Probabilities } from '@maskwatch/contracts/mask-state';

export interface WeightedLook {
  probabilities: Probabilities;
  /** Above 0. */
  weight: number;
}

/** The weighted mean of what several classifiers said of one crop; they say the same states. */
export function meanProbabilities(looks: readonly WeightedLook[]): Probabilities {
  const sum = looks.reduce((total, { weight }) => total + weight, 0);
  const mean: Probabilities = {};
  for (const state of JudgedState.options) {
    if (!looks.some(({ probabilities }) => probabilities[state] !== undefined)) continue;
    const parts = looks.map(({ probabilities, weight }) => weight * (probabilities[state] ?? 0));
    mean[state] = parts.reduce((a, b) => a + b, 0) / sum;
  }
  return mean;
}
