import type { MaskState } from '@maskwatch/contracts/mask-state';

/** A part of a report; each is drawn with words, so that nothing depends on colour alone. */
export type Section = { title: string; note?: string } & (
  | { kind: 'facts'; facts: [name: string, value: string][] }
  | { kind: 'table'; columns: string[]; rows: string[][] }
  | {
      kind: 'curves';
      x: { label: string; values: number[] };
      y: { label: string; least?: number; most?: number };
      /** A value a step; undefined leaves a gap. */
      lines: { name: string; values: (number | undefined)[] }[];
    }
  /** Points in any order of x: precision over recall, right over stated. */
  | {
      kind: 'scatter';
      x: { label: string; least: number; most: number };
      y: { label: string; least: number; most: number };
      lines: { name: string; points: [x: number, y: number][] }[];
    }
  /** Rows are labels, columns what was said. */
  | { kind: 'matrix'; labels: string[]; said: string[]; counts: number[][] }
  | { kind: 'sheet'; tiles: Tile[] }
);

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
