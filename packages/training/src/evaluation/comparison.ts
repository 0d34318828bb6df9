import type { JudgedState } from '@maskwatch/contracts/mask-state';
import { averagePrecision } from './average-precision.ts';
import { type BootstrapOptions, onceEach, resamples, type WeightedFigure } from './bootstrap.ts';
import { answersOf, cutOf } from './classifier-figures.ts';
import { accuracyOf, balancedAccuracyOf, confusionOf } from './confusion.ts';
import { scored, smallestAsked } from './detector-figures.ts';
import { usualOverlap } from './face-matching.ts';
import { decimals, rangeText, stateText } from './figure-text.ts';
import { type Interval, middleOf } from './intervals.ts';
import type { PicturePrediction, Prediction } from './prediction.ts';
import { stateTally, tally } from './tally.ts';

/** One figure of two models on the same pictures. */
export interface Difference {
  figure: string;
  value: number;
  against: number;
  /** `value` less `against`. */
  difference: number;
  /** 95 % of the difference when pictures are drawn anew. */
  interval: Interval;
  /** An interval that holds zero is no difference. */
  verdict: 'better' | 'worse' | 'no difference';
}

/** The two whose difference is asked for, of the same `pictures` under the same numbers. */
export interface Pair {
  figure: string;
  pictures: number;
  one: WeightedFigure;
  other: WeightedFigure;
}

/**
 * Paired bootstrap (Efron, 1979): both models are measured on the same drawn pictures, so what is
 * hard for both does not hide what differs. Undefined where one has no value.
 */
export function difference(
  { figure, pictures, one, other }: Pair,
  options: BootstrapOptions = {},
): Difference | undefined {
  const once = onceEach(pictures);
  const [value, against] = [one(once), other(once)];
  if (value === undefined || against === undefined) return undefined;
  const drawn: number[] = [];
  for (const weights of resamples(pictures, options)) {
    const [a, b] = [one(weights), other(weights)];
    if (a !== undefined && b !== undefined) drawn.push(a - b);
  }
  const interval = middleOf(drawn);
  if (interval === undefined) return undefined;
  const better = value > against ? 'better' : 'worse';
  const verdict = interval[0] <= 0 && interval[1] >= 0 ? 'no difference' : better;
  return { figure, value, against, difference: value - against, interval, verdict };
}

/** "accuracy: 0.981 against 0.974, better by 0.007 (0.002 to 0.012)" */
export function differenceText(of: Difference): string {
  return `${of.figure}: ${decimals(of.value)} against ${decimals(of.against)}, ${verdictText(of)}`;
}

/** "better by 0.007 (0.002 to 0.012)" */
export function verdictText({ difference: by, interval, verdict }: Difference): string {
  const [one, other] = interval;
  if (verdict === 'no difference') {
    return `no difference: ${signed(by)} lies between ${signed(one)} and ${signed(other)}`;
  }
  const [low, high] = [Math.abs(one), Math.abs(other)].sort((a, b) => a - b) as Interval;
  return `${verdict} by ${decimals(Math.abs(by))} (${rangeText([low, high])})`;
}

/** Accuracy and balanced accuracy on the labels that both models can say. */
export function classifierDifferences(
  one: JudgedSet,
  other: JudgedSet,
  options: BootstrapOptions & { threshold?: number | undefined } = {},
): Difference[] {
  const classes = one.classes.filter((state) => other.classes.includes(state));
  const answers = [one, other].map(({ predictions, classes: own }) => {
    const asked = predictions.filter(({ label }) => classes.includes(label));
    return answersOf(asked, cutOf({ classes: own, threshold: options.threshold }));
  });
  const pictures = new Set(answers[0]!.map(({ picture }) => picture)).size;
  const pair = (figure: string, of: typeof accuracyOf) => {
    const [a, b] = answers.map(
      (some): WeightedFigure =>
        (weights) =>
          of(confusionOf(some, weights)),
    );
    return difference({ figure, pictures, one: a!, other: b! }, options);
  };
  return [pair('accuracy', accuracyOf), pair('balanced accuracy', balancedAccuracyOf)].filter(
    (found) => found !== undefined,
  );
}

/** What a classifier with these classes said of the same faces, in the same order. */
export interface JudgedSet {
  predictions: readonly Prediction[];
  classes: readonly JudgedState[];
}

/** AP from 16 px on, of faces and of each state given. */
export function detectorDifferences(
  one: readonly PicturePrediction[],
  other: readonly PicturePrediction[],
  { states, ...options }: BootstrapOptions & { states: readonly JudgedState[] },
): Difference[] {
  const range = [smallestAsked, Number.POSITIVE_INFINITY] as const;
  const sets = [one, other].map((set) => scored(set, usualOverlap));
  return (['face', ...states] as const).flatMap((of) => {
    const [a, b] = sets.map((set): WeightedFigure => {
      const counts = of === 'face' ? tally(set, range) : stateTally(set, of, range);
      return (weights) => averagePrecision(counts, weights);
    });
    const figure = `AP of ${stateText(of)} from ${smallestAsked} px`;
    return difference({ figure, pictures: one.length, one: a!, other: b! }, options) ?? [];
  });
}

function signed(value: number): string {
  return `${value < 0 ? '-' : '+'}${decimals(Math.abs(value))}`;
}
