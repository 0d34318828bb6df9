import { decimals, percent } from '@maskwatch/training/evaluation/figure-text';
import type { EpochFigures } from '@maskwatch/training/head/checkpoint';
import type { Fitted } from '@maskwatch/training/head/fit';
import type { DataCounts } from './card.ts';
import type { Outcome } from './outcome.ts';

/** What a training came to; with --json it is printed as it is. */
export interface TrainingResult {
  model: string;
  folder: string;
  /** On the validation part, with calibrated probabilities. */
  loss: number | undefined;
  accuracy: number | undefined;
  balancedAccuracy: number | undefined;
  /** What the accuracy would seem to be after a naive split. */
  leakyAccuracy: number | undefined;
  temperature: number;
  threshold: number;
  epochs: number;
  bestEpoch: number;
  ended: Fitted['ended'];
  training: Record<string, number>;
  validation: Record<string, number>;
  facesFrom: DataCounts['from'];
  skipped: number;
  groups: number;
  backend: string;
  /** Between the trained network and its ONNX file, of a logit. */
  onnxDifference: number;
  seconds: number;
}

export interface TrainedBy {
  epochs: EpochFigures[];
  best: EpochFigures;
  ended: Fitted['ended'];
  backend: string;
}

const endings = {
  epochs: 'all epochs done',
  patience: 'stopped early: the validation loss no longer fell',
  interrupted: 'interrupted: the best so far was kept',
} as const;

/** The figures that card, report and terminal show. */
export function shownFigures(
  { figures, temperature, threshold }: Outcome,
  leakyAccuracy: number | undefined,
): [name: string, value: string][] {
  return [
    ['accuracy', percent(figures.accuracy)],
    ['balanced accuracy', percent(figures.balancedAccuracy)],
    ['loss', decimals(figures.loss)],
    ...(leakyAccuracy === undefined
      ? []
      : [
          ['leaky accuracy', `${percent(leakyAccuracy)} (look-alikes on both sides)`] as [
            string,
            string,
          ],
        ]),
    ['temperature', decimals(temperature, 2)],
    [`unknown (below ${decimals(threshold, 2)})`, percent(figures.believed.unknown)],
  ];
}

export function endingText({ ended, epochs, best }: TrainedBy): string {
  return `${epochs.length} epochs, ${endings[ended]}; weights of epoch ${best.epoch}`;
}

/** What the terminal shows at the end. */
export function resultText(
  result: TrainingResult,
  trained: TrainedBy,
  figures: [name: string, value: string][],
): string {
  const widest = Math.max(...figures.map(([name]) => name.length));
  const faces = Object.values(result.validation).reduce((a, b) => a + b, 0);
  const lines = figures.map(([name, value]) => `  ${name.padEnd(widest)}  ${value}`);
  return [
    `${result.model}: ${endingText(trained)}`,
    `on ${faces} faces kept apart (not learned from, not like those learned from):`,
    ...lines,
    `${result.folder}: model.json, ${result.model}.onnx, tfjs/, CARD.md, log.csv, report.html`,
    '',
  ].join('\n');
}
