import type { Detection } from '@maskwatch/contracts/detection';
import { JudgedState, likeliest } from '@maskwatch/contracts/mask-state';
import { averagePrecision, precisionRecall } from './average-precision.ts';
import { type BootstrapOptions, bootstrapInterval } from './bootstrap.ts';
import { foundOverlap, matchFaces, type ScoredPicture, usualOverlap } from './face-matching.ts';
import type { Interval } from './intervals.ts';
import type { PicturePrediction } from './prediction.ts';
import { present } from './present.ts';
import { type SizeRange, stateTally, type Tally, tally, wantedOf } from './tally.ts';

export interface DetectorFigureOptions extends BootstrapOptions {
  /** Precision and recall are of what is found from this confidence on. */
  threshold: number;
  /** Below this probability a state is not believed; absent where no states are evaluated. */
  believeFrom?: number | undefined;
  /** States that the models can say; empty for a detector of faces. */
  states: readonly JudgedState[];
}

/** One line of the table: faces of one kind, of one range of sizes, of one source. */
export interface DetectorRow {
  of: 'face' | JudgedState;
  low: number;
  /** Absent: no upper end. */
  high?: number;
  /** Absent: all of them. */
  source?: string;
  /** How many are asked for. */
  faces: number;
  /** Area under precision over recall; absent from 8 to 16 px, where only the recall is told. */
  ap?: number;
  interval?: Interval;
  precision?: number;
  recall?: number;
}

export interface DetectorFigures {
  pictures: number;
  threshold: number;
  /** AP of all faces from 16 px on. */
  faceAp?: number;
  /** The same where an overlap of 0.35 is a hit: was the face found at all? */
  foundAp?: number;
  /** Mean of the AP of the states that occur, from 16 px on. */
  statesAp?: number;
  rows: DetectorRow[];
  /** All sources from 16 and from 32 px on, at the lower overlap. */
  found: DetectorRow[];
  noFace: NoFaceFigures;
}

/** Of pictures without a face: what is found there is false. */
export interface NoFaceFigures {
  pictures: number;
  detections: number;
  perThousand?: number;
  /** Of them with a state that would be believed. */
  judged?: number;
}

const end = Number.POSITIVE_INFINITY;
/** Smallest face that the main figures ask for. */
export const smallestAsked = 16;
const recallOnly: SizeRange = [8, smallestAsked];
const ranges: SizeRange[] = [
  ...([[smallestAsked, end], [32, end], recallOnly] satisfies SizeRange[]),
  ...([
    [16, 32],
    [32, 64],
    [64, 128],
    [128, end],
    [64, end],
  ] satisfies SizeRange[]),
];

/** All figures of a detector, with states those of a pipeline, on labelled pictures. */
export function detectorFigures(
  pictures: readonly PicturePrediction[],
  options: DetectorFigureOptions,
): DetectorFigures {
  const usual = scored(pictures, usualOverlap);
  const found = scored(pictures, foundOverlap);
  const rows = [
    ...ranges.map((range) => rowOf(tally(usual, range), { of: 'face', range, ...options })),
    ...sourceRows(pictures, options),
    ...options.states.flatMap((of) =>
      ranges.map((range) => rowOf(stateTally(usual, of, range), { of, range, ...options })),
    ),
  ];
  const foundRows = ranges
    .slice(0, 2)
    .flatMap((range) => [
      rowOf(tally(found, range), { of: 'face', range, ...options }),
      ...options.states.map((of) => rowOf(stateTally(found, of, range), { of, range, ...options })),
    ]);
  const aps = JudgedState.options.flatMap((of) => mainRow(rows, of)?.ap ?? []);
  const mean = aps.reduce((a, b) => a + b, 0) / aps.length;
  return {
    pictures: pictures.length,
    threshold: options.threshold,
    ...present('faceAp', mainRow(rows, 'face')?.ap),
    ...present('foundAp', foundRows[0]!.ap),
    ...present('statesAp', aps.length === 0 ? undefined : mean),
    ...{ rows, found: foundRows, noFace: noFaceFigures(pictures, options) },
  };
}

/** The row that stands for all of its kind: every source, from the smallest face asked on. */
export function mainRow(
  rows: readonly DetectorRow[],
  of: DetectorRow['of'],
): DetectorRow | undefined {
  return rows.find(
    (row) =>
      row.of === of &&
      row.low === smallestAsked &&
      row.high === undefined &&
      row.source === undefined,
  );
}

export function scored(pictures: readonly PicturePrediction[], least: number): ScoredPicture[] {
  return pictures.map(({ detections, faces, partial }) => ({
    ...matchFaces(detections, faces, least),
    ...present('partial', partial),
  }));
}

type RowOptions = DetectorFigureOptions & Pick<DetectorRow, 'of' | 'source'> & { range: SizeRange };

function rowOf(counts: Tally, options: RowOptions): DetectorRow {
  const [low, high] = options.range;
  const { precision, recall } = precisionRecall(counts, options.threshold);
  const row = {
    ...{ of: options.of, low, faces: wantedOf(counts) },
    ...present('high', high === end ? undefined : high),
    ...present('source', options.source),
    ...present('recall', recall),
  };
  if (options.range === recallOnly) return row;
  const interval = bootstrapInterval(
    counts.wanted.length,
    (weights) => averagePrecision(counts, weights),
    options,
  );
  return {
    ...row,
    ...present('ap', averagePrecision(counts)),
    ...present('interval', interval),
    ...present('precision', precision),
  };
}

function sourceRows(
  pictures: readonly PicturePrediction[],
  options: DetectorFigureOptions,
): DetectorRow[] {
  const sources = [...new Set(pictures.map(({ source }) => source))].sort();
  const range = ranges[0]!;
  return sources.flatMap((source) => {
    const some = scored(
      pictures.filter((picture) => picture.source === source),
      usualOverlap,
    );
    const row = { range, source, ...options };
    const states = options.states.map((of) => rowOf(stateTally(some, of, range), { of, ...row }));
    return [
      rowOf(tally(some, range), { of: 'face', ...row }),
      ...states.filter(({ faces }) => faces > 0),
    ];
  });
}

function noFaceFigures(
  pictures: readonly PicturePrediction[],
  { believeFrom, threshold }: DetectorFigureOptions,
): NoFaceFigures {
  const empty = pictures.filter(({ faces, partial }) => faces.length === 0 && partial !== true);
  const found = empty.flatMap(({ detections }) =>
    detections.filter(({ confidence }) => confidence >= threshold),
  );
  const perThousand = empty.length === 0 ? undefined : (1000 * found.length) / empty.length;
  return {
    ...{ pictures: empty.length, detections: found.length },
    ...present('perThousand', perThousand),
    ...present('judged', believeFrom === undefined ? undefined : judgedOf(found, believeFrom)),
  };
}

function judgedOf(detections: readonly Detection[], believeFrom: number): number {
  return detections.filter(({ probabilities = {} }) => {
    const said = likeliest(probabilities);
    return said !== undefined && said.probability >= believeFrom;
  }).length;
}
