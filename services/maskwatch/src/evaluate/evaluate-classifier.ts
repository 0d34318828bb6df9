import {
  type ClassifierFigures,
  classifierFigures,
  cutOf,
  saidOf,
} from '@maskwatch/training/evaluation/classifier-figures';
import { classifierSections } from '@maskwatch/training/evaluation/classifier-sections';
import { classifierDifferences, type Difference } from '@maskwatch/training/evaluation/comparison';
import { namesText } from './chosen-models.ts';
import { type ClassifierRun, runClassifier } from './classifier-run.ts';
import {
  type Besides,
  besidesSections,
  type Evaluation,
  type EvaluationOptions,
} from './evaluation.ts';
import { memberFigures, type NamedFigure } from './members.ts';
import { pairsOf } from './pairs.ts';

/** Wrong answers that a terminal shows; the report and `--json` have all. */
const mostShown = 40;

/** Figures of a classifier on labelled faces, and each face with what was said of it. */
export async function evaluateClassifier(options: EvaluationOptions): Promise<Evaluation> {
  const { names, data, set, stderr, drawn, threshold } = options;
  const run = await runClassifier({ names, set, drawn, stderr });
  const figures = figuresOf(run, threshold);
  if (threshold !== undefined && figures.threshold === undefined) {
    stderr.write(
      '--threshold changes nothing: this model has three classes, the likeliest is taken\n',
    );
  }
  const besides: Besides = {
    skipped: [...set.skipped, ...run.skipped],
    ...(await againstOf(run, options)),
    members: await memberFigures('classifier', names, {
      whole: mainFigures(figures),
      measure: async (others) => {
        const alone = await runClassifier({ names: others, set, drawn: false, stderr });
        return {
          figures: mainFigures(figuresOf(alone, threshold)),
          gains: differencesOf(run, alone, threshold),
        };
      },
    }),
  };
  const own = classifierSections(figures, run.predictions);
  const cuts = cutsSection(run);
  const sections = [own[0]!, cuts, ...own.slice(1), ...besidesSections(besides)];
  const said = run.predictions.map(({ thumbnail: _, ...prediction }) => ({
    ...prediction,
    said: saidOf(prediction, cutOf({ classes: figures.classes, threshold })),
  }));
  return {
    figures: {
      ...{ task: 'classifier', model: names.classifier, data },
      ...{ ...figures, cuts: run.cuts, ...besides, predictions: said },
    },
    sections,
    shown: sections.map((section) => {
      return section.kind === 'table' && section.columns[0] === 'file'
        ? {
            ...section,
            rows: section.rows.filter((row) => row.at(-1) === 'wrong').slice(0, mostShown),
          }
        : section;
    }),
    lead: leadOf(namesText({ classifier: names.classifier }), figures),
  };
}

function figuresOf({ classifier, predictions }: ClassifierRun, threshold?: number) {
  return classifierFigures(predictions, {
    classes: classifier.classes,
    believeFrom: classifier.calibration.threshold,
    threshold,
  });
}

async function againstOf(
  run: ClassifierRun,
  { against, set, stderr, threshold }: EvaluationOptions,
): Promise<Pick<Besides, 'against'>> {
  if (against === undefined) return {};
  const { name, names } = against;
  const other = await runClassifier({ names, set, drawn: false, stderr });
  return { against: { model: name, differences: differencesOf(run, other, threshold) } };
}

function differencesOf(run: ClassifierRun, other: ClassifierRun, threshold?: number): Difference[] {
  const [ours, theirs] = pairsOf(run.predictions, other.predictions);
  return classifierDifferences(
    { predictions: ours, classes: run.classifier.classes },
    { predictions: theirs, classes: other.classifier.classes },
    { threshold },
  );
}

function mainFigures(figures: ClassifierFigures): NamedFigure[] {
  const { accuracy, accuracyInterval, balancedAccuracy, balancedAccuracyInterval } = figures;
  return [
    { figure: 'accuracy', value: accuracy, interval: accuracyInterval },
    {
      figure: 'balanced accuracy',
      value: balancedAccuracy,
      interval: balancedAccuracyInterval,
    },
  ];
}

function cutsSection({ cuts, classifier }: ClassifierRun) {
  const { shape, side } = classifier.crop;
  const seen =
    shape === 'square' ? `squares of ${side} times the face's longer side` : 'stretched boxes';
  return {
    title: 'Where the faces come from',
    note: `This classifier sees ${seen}.`,
    kind: 'facts' as const,
    facts: [
      ['drawn in the data', String(cuts.label)],
      ['found by the detector, the largest of the picture', String(cuts.detector)],
      ['whole pictures', String(cuts.picture)],
    ] as [string, string][],
  };
}

function leadOf(
  name: string,
  { faces, loss, accuracy, balancedAccuracy }: ClassifierFigures,
): string {
  const [a, b, c] = [accuracy, balancedAccuracy, loss].map((value) => value?.toFixed(3) ?? '-');
  return `${name} on ${faces} faces: accuracy ${a}, balanced accuracy ${b}, loss ${c}.`;
}
