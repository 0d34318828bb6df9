import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { messageOf, Problem } from '@maskwatch/platform/problem';
import { renderReport } from '@maskwatch/training/report/render-report';
import type { Evaluation } from './evaluation.ts';

/** Writes report.html and figures.json. Problem report-folder where they cannot be written. */
export async function writeEvaluation(
  folder: string,
  { figures, lead, sections }: Evaluation,
): Promise<void> {
  try {
    await mkdir(folder, { recursive: true });
    const title = `Evaluation: ${String(figures.task)}`;
    await writeFile(join(folder, 'report.html'), renderReport({ title, lead, sections }));
    await writeFile(join(folder, 'figures.json'), `${JSON.stringify(figures, undefined, 2)}\n`);
  } catch (cause) {
    throw new Problem('report-folder', `${folder} cannot be written: ${messageOf(cause)}`, {
      action: 'Name another folder with --report.',
      cause,
    });
  }
}
