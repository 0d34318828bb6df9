import type { JudgedState } from '@maskwatch/contracts/mask-state';

/** One face crop with what a classifier says of it; without label it is no face at all. */
export interface Look {
  label?: JudgedState;
  logits: readonly number[];
}

/** How the classifier's logits become a judgement. */
export interface Calibration {
  classes: readonly JudgedState[];
  temperature: number;
  /** Below it the look is `unknown`. */
  threshold: number;
}

/** Softmax of the logits over the temperature (Guo and others, 2017). */
export function probabilities(logits: readonly number[], temperature: number): number[] {
  const most = Math.max(...logits);
  const powers = logits.map((logit) => Math.exp((logit - most) / temperature));
  const sum = powers.reduce((a, b) => a + b, 0);
  return powers.map((power) => power / sum);
}

/** The temperature in steps of 0.01 under which the labels are likeliest. */
export function likeliestTemperature(
  looks: readonly Look[],
  classes: readonly JudgedState[],
): number {
  let best = { temperature: 1, loss: Number.POSITIVE_INFINITY };
  for (let step = 50; step <= 300; step += 1) {
    const temperature = step / 100;
    const loss = meanLoss(looks, { classes, temperature });
    if (loss < best.loss) {
      best = { temperature, loss };
    }
  }
  return best.temperature;
}

/** Mean negative log likelihood of the labels; looks without one say nothing about it. */
export function meanLoss(
  looks: readonly Look[],
  { classes, temperature }: Pick<Calibration, 'classes' | 'temperature'>,
): number {
  const losses = looks
    .filter((look) => look.label !== undefined)
    .map(({ label, logits }) => {
      return -Math.log(probabilities(logits, temperature)[classes.indexOf(label!)]!);
    });
  return losses.reduce((a, b) => a + b, 0) / losses.length;
}

export interface Judgements {
  /** Faces with a labelled state. */
  faces: number;
  /** Of them: how many got a state at all, and of these how many the right one. */
  judged: number;
  right: number;
  /** Boxes round no face that got a state all the same, and how many such boxes there are. */
  judgedNoFaces: number;
  noFaces: number;
  /** Per labelled state and what it was judged to be, `unknown` among them. */
  counts: Record<string, Record<string, number>>;
}

export function judge(looks: readonly Look[], calibration: Calibration): Judgements {
  const { classes, temperature, threshold } = calibration;
  const result: Judgements = {
    ...{ faces: 0, judged: 0, right: 0, judgedNoFaces: 0, noFaces: 0 },
    counts: {},
  };
  for (const { label, logits } of looks) {
    const chances = probabilities(logits, temperature);
    const most = Math.max(...chances);
    const said = most < threshold ? 'unknown' : classes[chances.indexOf(most)]!;
    const judged = said === 'unknown' ? 0 : 1;
    if (label === undefined) {
      result.noFaces += 1;
      result.judgedNoFaces += judged;
      continue;
    }
    result.faces += 1;
    result.judged += judged;
    result.right += said === label ? 1 : 0;
    result.counts[label] ??= {};
    result.counts[label][said] = (result.counts[label][said] ?? 0) + 1;
  }
  return result;
}

/** The highest threshold in steps of 0.05 that still judges this share of the faces. */
export function strictestThreshold(
  looks: readonly Look[],
  share: number,
  given: Omit<Calibration, 'threshold'>,
): number {
  let strictest = 0.5;
  for (let step = 50; step <= 95; step += 5) {
    const threshold = step / 100;
    const { judged, faces } = judge(looks, { ...given, threshold });
    if (judged >= share * faces) {
      strictest = threshold;
    }
  }
  return strictest;
}
