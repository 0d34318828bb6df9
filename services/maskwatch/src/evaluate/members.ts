import type { Interval } from '@maskwatch/training/evaluation/intervals';

/** One line of the table of a combined model. */
export interface MemberFigures {
  name: string;
  /** AP or accuracies, the same of each member. */
  figures: { figure: string; value?: number; interval?: Interval }[];
  /** What one picture costs. */
  ms: number;
}
