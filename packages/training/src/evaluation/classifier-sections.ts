import { likeliest } from '@maskwatch/contracts/mask-state';
import type { Section, Tile } from '../report/section.ts';
import { type ClassifierFigures, saidOf } from './classifier-figures.ts';
import { decimals, percent, stateText, withRange } from './figure-text.ts';
import { precisionRecallCurve } from './precision-recall.ts';
import type { Prediction } from './prediction.ts';

/** A report stays a page: figures.json has all of them. */
const mostTiles = 200;
const mostRows = 1000;
/** A share of fewer faces jumps about. */
const fewest = 5;

/** The parts of a classifier's report, the figures first, pictures and lists last. */
export function classifierSections(
  figures: ClassifierFigures,
  predictions: readonly Prediction[],
): Section[] {
  const asked = predictions.filter(({ label }) => figures.classes.includes(label));
  const sections = [
    factsOf(figures),
    statesOf(figures),
    matrixOf(figures),
    curvesOf(figures, asked),
    reliabilityOf(figures),
    coverageCurve(figures),
    coverageTable(figures),
    sourcesOf(figures),
    sheetOf(figures, asked),
    listOf(figures, predictions),
  ];
  return sections.filter((section) => !isEmpty(section));
}

/** What to look at first: the surest errors, then the other errors, then what was least sure. */
export function errorsFirst(
  predictions: readonly Prediction[],
  cut?: number,
): { prediction: Prediction; said: string; wrong: boolean; stated: number }[] {
  return predictions
    .map((prediction) => {
      const said = saidOf(prediction, cut);
      const stated =
        prediction.probabilities[said] ?? likeliest(prediction.probabilities)!.probability;
      return { prediction, said, wrong: said !== prediction.label, stated };
    })
    .sort((a, b) => {
      if (a.wrong !== b.wrong) return a.wrong ? -1 : 1;
      return a.wrong ? b.stated - a.stated : a.stated - b.stated;
    });
}

function factsOf(figures: ClassifierFigures): Section {
  const { believed, calibration, threshold } = figures;
  const facts: [string, string][] = [
    ['faces', String(figures.faces)],
    ['loss', decimals(figures.loss)],
    ['accuracy', withRange(figures.accuracy, figures.accuracyInterval)],
    ['balanced accuracy', withRange(figures.balancedAccuracy, figures.balancedAccuracyInterval)],
    ['calibration error', decimals(calibration.error)],
    [
      `unknown (below ${believed.threshold})`,
      `${percent(believed.unknown)}; of the others ${percent(believed.risk)} wrong`,
    ],
    ...figures.apart.map(({ state, faces, said }): [string, string] => [
      `${stateText(state)}, counted apart`,
      `${faces}: this model cannot say it; it said ${saidText(said)}`,
    ]),
  ];
  const note = 'In brackets: what the figure may well be on other pictures of this kind (95 %).';
  const cut = threshold === undefined ? '' : ` The probability of mask is cut at ${threshold}.`;
  return { title: 'Figures', note: note + cut, kind: 'facts', facts };
}

function saidText(said: ClassifierFigures['apart'][number]['said']): string {
  return Object.entries(said)
    .map(([state, count]) => `${stateText(state)} ${count} times`)
    .join(', ');
}

function statesOf({ states }: ClassifierFigures): Section {
  return {
    title: 'By state',
    note: 'Precision: of those said to be so, the share that is. Recall: of those that are so, the share that was said.',
    kind: 'table',
    columns: ['state', 'labelled', 'precision', 'recall', 'F1'],
    rows: states.map(({ state, labelled, precision, recall, f1 }) => [
      stateText(state),
      String(labelled),
      ...[precision, recall, f1].map(({ value, interval }) => withRange(value, interval)),
    ]),
  };
}

function matrixOf({ labels, classes, confusion }: ClassifierFigures): Section {
  return {
    title: 'What was said of what',
    kind: 'matrix',
    labels: labels.map(stateText),
    said: classes.map(stateText),
    counts: confusion,
  };
}

function curvesOf({ labels }: ClassifierFigures, predictions: readonly Prediction[]): Section {
  return {
    title: 'Precision and recall',
    note: 'As the probability asked for is lowered, from left to right.',
    kind: 'scatter',
    x: { label: 'recall', least: 0, most: 1 },
    y: { label: 'precision', least: 0, most: 1 },
    join: 'step',
    lines: labels.map((state) => ({
      name: stateText(state),
      points: precisionRecallCurve(predictions, state),
    })),
  };
}

function reliabilityOf({ calibration }: ClassifierFigures): Section {
  const points = calibration.bins.flatMap(({ stated, right, count }): [number, number][] =>
    stated === undefined || right === undefined || count < fewest ? [] : [[stated, right]],
  );
  return {
    title: 'Stated and right',
    note: `Of the faces whose state was said with this probability, the share that was right. Mean distance ${decimals(calibration.error)} (expected calibration error). Points of fewer than ${fewest} faces are not drawn.`,
    kind: 'scatter',
    x: { label: 'stated probability', least: 0, most: 1 },
    y: { label: 'share that is right', least: 0, most: 1 },
    lines: [{ name: 'this model', points }],
    diagonal: 'right as often as stated',
  };
}

function coverageCurve({ coverage }: ClassifierFigures): Section {
  const most = Math.max(0.05, ...coverage.map(({ risk = 0 }) => risk));
  return {
    title: 'Wrong answers by share answered',
    note: 'Only the surest share is answered, the rest is unknown.',
    kind: 'scatter',
    x: { label: 'share answered', least: 0.5, most: 1 },
    y: { label: 'share that is wrong', least: 0, most },
    lines: [
      {
        name: 'this model',
        points: coverage.flatMap(({ coverage: x, risk }): [number, number][] =>
          risk === undefined ? [] : [[x, risk]],
        ),
      },
    ],
  };
}

function coverageTable({ coverage, believed }: ClassifierFigures): Section {
  const row = (name: string, { coverage: x, risk, threshold }: (typeof coverage)[number]) => [
    ...[name, percent(x), percent(1 - x), percent(risk)],
    decimals(threshold),
  ];
  return {
    title: 'Answered, unknown and wrong',
    kind: 'table',
    columns: ['', 'answered', 'unknown', 'wrong of these', 'from probability'],
    rows: [
      row("at the model's threshold", believed),
      ...coverage.map((point) => row('the surest', point)),
    ],
  };
}

function sourcesOf({ sources }: ClassifierFigures): Section {
  return {
    title: 'By source',
    kind: 'table',
    columns: ['source', 'faces', 'accuracy', 'balanced accuracy'],
    rows: sources.map(({ source, faces, accuracy, balancedAccuracy }) => [
      ...[source, String(faces)],
      ...[decimals(accuracy), decimals(balancedAccuracy)],
    ]),
  };
}

function sheetOf({ threshold }: ClassifierFigures, predictions: readonly Prediction[]): Section {
  const shown = errorsFirst(predictions, threshold).filter(
    ({ prediction }) => prediction.thumbnail,
  );
  const tiles = shown.slice(0, mostTiles).map(
    ({ prediction, said, wrong, stated }): Tile => ({
      jpeg: prediction.thumbnail!,
      caption: `${stateText(prediction.label)}, said ${stateText(said)} ${percent(stated)}`,
      state: prediction.label,
      wrong,
    }),
  );
  const note = `Errors first, the surest at the head, then the least sure of the others; ${tiles.length} of ${predictions.length} faces.`;
  return { title: 'Labelled and said, drawn', note, kind: 'sheet', tiles };
}

/** Faces of a state that the model cannot say stand last: they are no errors of it. */
function listOf(
  { threshold, classes }: ClassifierFigures,
  predictions: readonly Prediction[],
): Section {
  const canSay = ({ label }: Prediction) => classes.includes(label);
  const asked = errorsFirst(predictions.filter(canSay), threshold);
  const apart = errorsFirst(
    predictions.filter((one) => !canSay(one)),
    threshold,
  );
  const row = (verdict: string, { prediction, said, stated }: (typeof asked)[number]) => [
    ...[prediction.file, stateText(prediction.label), stateText(said)],
    ...[decimals(stated), verdict],
  ];
  const rows = [
    ...asked.map((one) => row(one.wrong ? 'wrong' : '', one)),
    ...apart.map((one) => row('cannot be said', one)),
  ].slice(0, mostRows);
  return {
    title: 'Labelled and said, listed',
    note: `Errors first; ${rows.length} of ${predictions.length} faces.`,
    kind: 'table',
    columns: ['file', 'labelled', 'said', 'probability', ''],
    rows,
  };
}

function isEmpty(section: Section): boolean {
  if (section.kind === 'table') return section.rows.length === 0;
  if (section.kind === 'sheet') return section.tiles.length === 0;
  if (section.kind === 'matrix') return section.labels.length === 0;
  return section.kind === 'scatter' && section.lines.every(({ points }) => points.length === 0);
}
