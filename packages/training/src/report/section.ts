import type { MaskState } from '@maskwatch/contracts/mask-state';

/** A part of a report; each is drawn with words, so that nothing depends on colour alone. */
export type Section = { title: string; note?: string } & (
  | { kind: 'facts'; facts: [name: string, value: string][] }
  | { kind: 'table'; columns: string[]; rows: string[][] }
  | Curves
  | Scatter
  | Matrix
  | { kind: 'sheet'; tiles: Tile[] }
);

/** Lines over steps, as of a training. */
export interface Curves {
  kind: 'curves';
  x: { label: string; values: number[] };
  /** The axis takes in the values where no bounds are given. */
  y: { label: string; least?: number; most?: number };
  /** A value a step; undefined leaves a gap. */
  lines: { name: string; values: (number | undefined)[] }[];
  /** Upright lines, with words for the legend: where the best weights were. */
  marks?: { x: number; words: string }[];
}

/** Points in any order of x: precision over recall, right over stated. */
export interface Scatter {
  kind: 'scatter';
  x: { label: string; least: number; most: number };
  y: { label: string; least: number; most: number };
  lines: { name: string; points: [x: number, y: number][] }[];
  /** How points are joined, in the order given; `line` where absent. */
  join?: 'line' | 'step' | 'none';
  /** Words for the legend; draws the line on which y equals x. */
  diagonal?: string;
}

/** Rows are labels, columns what was said. */
export interface Matrix {
  kind: 'matrix';
  labels: string[];
  said: string[];
  counts: number[][];
}

/** A small picture with its words; `wrong` ones are marked. */
export interface Tile {
  jpeg: Uint8Array;
  caption: string;
  state?: MaskState;
  wrong?: boolean;
}

export interface Report {
  title: string;
  /** One or two sentences: what it is of, and what came out. */
  lead: string;
  sections: Section[];
}
