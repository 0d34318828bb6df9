import { type JudgedState, likeliest } from '@maskwatch/contracts/mask-state';
import { type BootstrapOptions, bootstrapInterval } from './bootstrap.ts';
import { type CalibrationError, calibrationError, type Statement } from './calibration-error.ts';
import {
  type Answer,
  accuracyOf,
  balancedAccuracyOf,
  confusionOf,
  countsOf,
  f1Of,
  share,
} from './confusion.ts';
import { type Interval, wilson } from './intervals.ts';
import type { Prediction } from './prediction.ts';
import { present } from './present.ts';
import { type CoveragePoint, coverageAt, riskByCoverage } from './risk-coverage.ts';

/** Keras's: a certain error costs 16, not without end. */
const leastProbability = 1e-7;

export interface ClassifierFigureOptions extends BootstrapOptions {
  /** The model's, in its order. */
  classes: readonly JudgedState[];
  /** Of two classes, P(mask) is cut here; absent, and of three, the likeliest state is taken. */
  threshold?: number | undefined;
  /** The model's own threshold: below it the service says `unknown`. */
  believeFrom: number;
}

/** A figure with the interval that it may well have, 95 %. */
export interface Figure {
  value?: number;
  interval?: Interval;
}

export interface StateFigures {
  state: JudgedState;
  labelled: number;
  precision: Figure;
  recall: Figure;
  f1: Figure;
}

export interface ClassifierFigures {
  classes: JudgedState[];
  /** Faces with a label that the model can say; the figures are of them. */
  faces: number;
  /** Mean negative log likelihood of the labels, nats. */
  loss?: number;
  accuracy?: number;
  balancedAccuracy?: number;
  accuracyInterval?: Interval;
  balancedAccuracyInterval?: Interval;
  /** Where P(mask) was cut; absent where the likeliest state was taken. */
  threshold?: number;
  states: StateFigures[];
  /** Rows as `labels`, columns as `classes`. */
  labels: JudgedState[];
  confusion: number[][];
  calibration: CalibrationError;
  coverage: CoveragePoint[];
  /** At the model's own threshold: what the service would do. */
  believed: CoveragePoint & { unknown: number };
  sources: { source: string; faces: number; accuracy?: number; balancedAccuracy?: number }[];
  /** Faces of a state that the model cannot say, and what it said of them. */
  apart: { state: JudgedState; faces: number; said: Partial<Record<JudgedState, number>> }[];
}

/** All figures of a classifier on labelled faces; probabilities are the calibrated ones. */
export function classifierFigures(
  predictions: readonly Prediction[],
  options: ClassifierFigureOptions,
): ClassifierFigures {
  const { classes, believeFrom } = options;
  const cut = cutOf(options);
  const asked = predictions.filter(({ label }) => classes.includes(label));
  const answers = answersOf(asked, cut);
  const confusion = confusionOf(answers);
  const labels = classes.filter((state) => confusion.has(state));
  const statements = asked.map(statementOf);
  const pictures = new Set(answers.map(({ picture }) => picture)).size;
  const interval = (of: (weighed: ReturnType<typeof confusionOf>) => number | undefined) =>
    bootstrapInterval(pictures, (weights) => of(confusionOf(answers, weights)), options);
  const right = answers.filter(({ label, said }) => label === said).length;
  const believed = coverageAt(statements, believeFrom);
  return {
    classes: [...classes],
    faces: asked.length,
    ...present('loss', meanLossOf(asked)),
    ...present('accuracy', accuracyOf(confusion)),
    ...present('balancedAccuracy', balancedAccuracyOf(confusion)),
    ...present('accuracyInterval', wilson(right, answers.length)),
    ...present('balancedAccuracyInterval', interval(balancedAccuracyOf)),
    ...present('threshold', cut),
    states: classes.map((state) => {
      const { labelled, said, right } = countsOf(confusion, state);
      return {
        ...{ state, labelled },
        precision: proportion(right, said),
        recall: proportion(right, labelled),
        f1: {
          ...present('value', f1Of(confusion, state)),
          ...present(
            'interval',
            interval((weighed) => f1Of(weighed, state)),
          ),
        },
      };
    }),
    labels,
    confusion: labels.map((label) => classes.map((said) => confusion.get(label)?.get(said) ?? 0)),
    calibration: calibrationError(statements),
    coverage: riskByCoverage(statements),
    believed: { ...believed, unknown: 1 - believed.coverage },
    sources: sourcesOf(asked, cut),
    apart: apartFrom(predictions, options),
  };
}

/** Of two classes with mask among them P(mask) can be cut; the likeliest of three needs no cut. */
export function cutOf({
  classes,
  threshold,
}: Pick<ClassifierFigureOptions, 'classes' | 'threshold'>): number | undefined {
  return classes.length === 2 && classes.includes('mask') ? threshold : undefined;
}

/** What is said of a face. The probabilities are those of at least one state. */
export function saidOf(
  { probabilities }: Pick<Prediction, 'probabilities'>,
  cut?: number,
): JudgedState {
  const most = likeliest(probabilities)!.state;
  if (cut === undefined) return most;
  if ((probabilities.mask ?? 0) >= cut) return 'mask';
  const { mask: _, ...others } = probabilities;
  return likeliest(others)?.state ?? most;
}

/** Pictures are numbered by their files, in the order in which they come. */
export function answersOf(predictions: readonly Prediction[], cut?: number): Answer[] {
  const numbers = new Map<string, number>();
  return predictions.map((prediction) => {
    const picture = numbers.get(prediction.file) ?? numbers.size;
    numbers.set(prediction.file, picture);
    return { label: prediction.label, said: saidOf(prediction, cut), picture };
  });
}

function statementOf({ label, probabilities }: Prediction): Statement {
  const { state, probability } = likeliest(probabilities)!;
  return { stated: probability, right: state === label };
}

function meanLossOf(predictions: readonly Prediction[]): number | undefined {
  const losses = predictions.map(({ label, probabilities }) => {
    return -Math.log(Math.max(leastProbability, probabilities[label] ?? 0));
  });
  return share(
    losses.reduce((a, b) => a + b, 0),
    losses.length,
  );
}

function proportion(hits: number, count: number): Figure {
  return { ...present('value', share(hits, count)), ...present('interval', wilson(hits, count)) };
}

function sourcesOf(predictions: readonly Prediction[], cut?: number) {
  const sources = [...new Set(predictions.map(({ source }) => source))].sort();
  return sources.map((source) => {
    const some = predictions.filter((prediction) => prediction.source === source);
    const confusion = confusionOf(answersOf(some, cut));
    return {
      ...{ source, faces: some.length },
      ...present('accuracy', accuracyOf(confusion)),
      ...present('balancedAccuracy', balancedAccuracyOf(confusion)),
    };
  });
}

function apartFrom(
  predictions: readonly Prediction[],
  options: ClassifierFigureOptions,
): ClassifierFigures['apart'] {
  const states = [...new Set(predictions.map(({ label }) => label))];
  const others = states.filter((state) => !options.classes.includes(state));
  return others.map((state) => {
    const some = predictions.filter(({ label }) => label === state);
    const said: Partial<Record<JudgedState, number>> = {};
    for (const prediction of some) {
      const answer = saidOf(prediction, cutOf(options));
      said[answer] = (said[answer] ?? 0) + 1;
    }
    return { state, faces: some.length, said };
  });
}
