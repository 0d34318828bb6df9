import type { DataSet } from '@maskwatch/training/dataset/dataset';
import type { Difference } from '@maskwatch/training/evaluation/comparison';
import type { Section } from '@maskwatch/training/report/section';
import type { ModelNames, Subject } from './chosen-models.ts';
import { differencesSection, type MemberFigures, membersSections } from './members.ts';
import type { Skipped } from './over-pictures.ts';

/** What the command was asked for. */
export interface EvaluationOptions {
  subject: Subject;
  names: ModelNames;
  /** The other model, in place of the one of its task. */
  against?: { name: string; names: ModelNames };
  /** As it was given. */
  data: string;
  set: DataSet;
  threshold?: number;
  /** A report is wanted, with its pictures. */
  drawn: boolean;
  stderr: NodeJS.WritableStream & { isTTY?: boolean };
}

/** What came out, for people and for programs. */
export interface Evaluation {
  /** The object of `--json`. */
  figures: Record<string, unknown>;
  /** Of report.html. */
  sections: Section[];
  /** Of the table on stdout. */
  shown: Section[];
  lead: string;
}

/** What both kinds of evaluation say besides their own figures. */
export interface Besides {
  against?: { model: string; differences: Difference[] };
  /** Of models that consist of others; empty of all others. */
  members: MemberFigures[];
  skipped: Skipped[];
}

/** Parts that stand behind the figures: the other model, the members, what was skipped. */
export function besidesSections({ against, members, skipped }: Besides): Section[] {
  const sections: Section[] = [];
  if (against !== undefined) {
    sections.push(differencesSection(`Against ${against.model}`, against.differences));
  }
  if (members.length > 0) sections.push(...membersSections(members));
  if (skipped.length > 0) {
    sections.push({
      title: 'Skipped',
      note: `${skipped.length} pictures or records could not be used.`,
      kind: 'table',
      columns: ['file', 'why'],
      rows: skipped.slice(0, 200).map(({ file, reason }) => [file, reason]),
    });
  }
  return sections;
}
