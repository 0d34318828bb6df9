import type { Section } from '../report/section.ts';
import type { DetectorFigures, DetectorRow } from './detector-figures.ts';
import { decimals, percent, stateText, withRange } from './figure-text.ts';
import type { ServiceFigures } from './service-figures.ts';

export const rowColumns = ['', 'labelled', 'AP', '95 %', 'precision', 'recall'];

/** The parts of the report of a detector or, with `service`, of a pipeline. */
export function detectorSections(figures: DetectorFigures, service?: ServiceFigures): Section[] {
  const threshold = `at confidence ${figures.threshold}`;
  const bySize = figures.rows.filter(({ source }) => source === undefined);
  const bySource = figures.rows.filter(({ source }) => source !== undefined);
  return [
    { title: 'Figures', kind: 'facts', facts: detectorFacts(figures) },
    {
      title: 'By size',
      note: `Size: square root of width times height, in pixels of the stored picture. A hit overlaps by half (IoU 0.5). Precision and recall are ${threshold}; from 8 to 16 px only the recall is told.`,
      ...tableOf(bySize),
    },
    {
      title: 'Found at all',
      note: 'A hit overlaps by 0.35: sources differ in how tight they draw a face, and most of what IoU 0.5 counts as false is a right face in a larger box.',
      ...tableOf(figures.found),
    },
    { title: 'By source', note: `From 16 px on, IoU 0.5, ${threshold}.`, ...tableOf(bySource) },
    ...(service === undefined ? [] : serviceSections(service)),
  ];
}

/** The figures that a reader looks for first. */
export function detectorFacts(figures: DetectorFigures): [string, string][] {
  const { noFace } = figures;
  const judged = noFace.judged === undefined ? '' : `; ${noFace.judged} would be given a state`;
  return [
    ['pictures', String(figures.pictures)],
    ['AP of faces from 16 px on', decimals(figures.faceAp)],
    ['the same, found at all', decimals(figures.foundAp)],
    ...(figures.statesAp === undefined
      ? []
      : ([['mean AP of the states from 16 px on', decimals(figures.statesAp)]] as [
          string,
          string,
        ][])),
    [
      'false detections per 1,000 pictures without a face',
      noFace.perThousand === undefined
        ? 'there is no picture without a face'
        : `${noFace.perThousand.toFixed(0)} (${noFace.detections} on ${noFace.pictures})${judged}`,
    ],
  ];
}

/** "mask 16 to 32 px", with the source where the row is of one. */
export function rowName({ of, low, high, source }: DetectorRow): string {
  const size = high === undefined ? `from ${low} px` : `${low} to ${high} px`;
  return `${stateText(of)} ${size}${source === undefined ? '' : `, ${source}`}`;
}

export function rowCells(row: DetectorRow): string[] {
  const interval = row.interval === undefined ? '' : withRange(row.ap, row.interval);
  return [
    ...[rowName(row), String(row.faces), decimals(row.ap)],
    interval.replace(/^\S+ \((.*)\)$/, '$1'),
    ...[decimals(row.precision), decimals(row.recall)],
  ];
}

function tableOf(rows: readonly DetectorRow[]) {
  return { kind: 'table' as const, columns: rowColumns, rows: rows.map(rowCells) };
}

/** What becomes of each labelled face that the service would judge. */
export function serviceSections(service: ServiceFigures): Section[] {
  const { judgedShare, rightOfJudged, smallestFace, strays } = service;
  const found =
    judgedShare === undefined
      ? 'None was found.'
      : `${percent(judgedShare)} of those found get a state, of these ${percent(rightOfJudged)} the labelled one.`;
  return [
    {
      title: 'As the service judges',
      note: `Faces from ${smallestFace} px on, found at the shipped confidence (an overlap of 0.35), with the model's own threshold. ${found} ${strays.judged} of ${strays.boxes} further boxes get a state too.`,
      kind: 'matrix',
      labels: service.labels.map(stateText),
      said: service.said.map(stateText),
      counts: service.counts,
    },
  ];
}
