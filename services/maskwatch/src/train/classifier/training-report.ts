import { classifierSections } from '@maskwatch/training/evaluation/classifier-sections';
import { percent } from '@maskwatch/training/evaluation/figure-text';
import type { Prediction } from '@maskwatch/training/evaluation/prediction';
import { augmentationText } from '@maskwatch/training/features/augmentation';
import { renderReport } from '@maskwatch/training/report/render-report';
import type { Section } from '@maskwatch/training/report/section';
import type { DataCounts } from './card.ts';
import type { ClassifierOptions } from './options.ts';
import type { Outcome } from './outcome.ts';
import { endingText, type TrainedBy } from './result.ts';
import { trainingSections } from './training-sections.ts';

export interface ReportFacts {
  name: string;
  options: ClassifierOptions;
  counts: DataCounts;
  skipped: { file: string; reason: string }[];
  outcome: Outcome;
  /** With crops where they are drawn. */
  predictions: Prediction[];
  trained: TrainedBy;
  leakyAccuracy: number | undefined;
  sheet: Section;
}

/** Listed one by one; more are counted. */
const mostSkipped = 200;

/** The report of a training as one HTML page. */
export function trainingReport(facts: ReportFacts): string {
  const { name, counts, outcome, predictions, trained, sheet } = facts;
  const learned = total(counts.training);
  const kept = total(counts.validation);
  const { accuracy, balancedAccuracy } = outcome.figures;
  return renderReport({
    title: `Training of ${name}`,
    lead: `Learned ${counts.classes.join(', ')} from ${learned} faces. Of ${kept} faces kept apart ${percent(accuracy)} are judged right; balanced over the classes ${percent(balancedAccuracy)}.`,
    sections: [
      factsSection(facts),
      ...trainingSections(trained.epochs, trained.best),
      ...classifierSections(outcome.figures, predictions),
      sheet,
      ...skippedSection(facts.skipped),
    ],
  });
}

function factsSection(report: ReportFacts): Section {
  const { options, counts, trained, outcome, leakyAccuracy } = report;
  const { mode, dense, activation, dropout, imageSize, views, augment } = options;
  const perClass = (numbers: Record<string, number>) =>
    counts.classes.map((state) => `${numbers[state] ?? 0} ${state}`).join(', ');
  const facts: [string, string][] = [
    ['learned from', perClass(counts.training)],
    ['validated on', perClass(counts.validation)],
    ['look-alikes', `${counts.groups} groups; none is on both sides`],
    [
      'faces',
      `${counts.from.label} as labelled, ${counts.from.detector} found by the detector, ${counts.from.picture} pictures taken whole`,
    ],
    ['left out', `${counts.skipped} files`],
    [
      'network',
      `MobileNetV2 at ${imageSize} px, mode ${mode}${mode === 'full' ? `, the last ${options.unfreeze} convolutions learn` : ''}`,
    ],
    ['head', `${dense.join(', ') || 'no dense layer'} (${activation}), dropout ${dropout}`],
    ['pictures', `${views} views each: ${augmentationText(augment).replaceAll(',', ', ')}`],
    [
      'steps',
      `Adam ${options.learningRate}, batches of ${options.batchSize}, class weights ${options.classWeights}, seed ${options.seed}`,
    ],
    ['ended', `${endingText(trained)}, with ${trained.backend}`],
    ['temperature', outcome.temperature.toFixed(2)],
    ['threshold', `${outcome.threshold.toFixed(2)}; below it a look is unknown`],
    ...(leakyAccuracy === undefined
      ? []
      : [
          [
            'leaky accuracy',
            `${percent(leakyAccuracy)} with the same options after a naive split, which puts look-alikes on both sides; do not quote it`,
          ] as [string, string],
        ]),
  ];
  const note =
    'Epoch, temperature and threshold were chosen on the validation part: its figures are a little too good.';
  return { title: 'This training', note, kind: 'facts', facts };
}

function skippedSection(skipped: ReportFacts['skipped']): Section[] {
  if (skipped.length === 0) return [];
  return [
    {
      title: 'Left out',
      note: `${skipped.length} files.`,
      kind: 'table',
      columns: ['file', 'why'],
      rows: skipped.slice(0, mostSkipped).map(({ file, reason }) => [file, reason]),
    },
  ];
}

function total(numbers: Record<string, number>): number {
  return Object.values(numbers).reduce((a, b) => a + b, 0);
}
