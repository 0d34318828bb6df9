import type { DetectLine } from '@maskwatch/contracts/detection';
import { cocoFormat } from './coco.ts';
import { csvFormat } from './csv.ts';
import { jsonLine, tableRows } from './report.ts';

/** How what was found is written to stdout, piece by piece: nothing is held back for the end. */
export interface LineFormat {
  /** Before the first picture. */
  head?: string;
  /** Of one picture or frame; undefined where it has nothing to say. */
  line(line: DetectLine): string | undefined;
  /** After the last one. */
  tail?(): string;
}

export const lineFormats = {
  table: (): LineFormat => ({ line: tableRows }),
  json: (): LineFormat => ({ line: jsonLine }),
  csv: csvFormat,
  coco: cocoFormat,
} satisfies Record<string, () => LineFormat>;

export type LineFormatName = keyof typeof lineFormats;
