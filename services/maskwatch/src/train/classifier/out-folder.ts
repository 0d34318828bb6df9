import { mkdir, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { messageOf, Problem } from '@maskwatch/platform/problem';
import { placeOfModel } from '@maskwatch/runtime/registry';

export interface OutFolder {
  name: string;
  folder: string;
  log: string;
  report: string;
}

/**
 * Makes the folder that a training writes to. A model that no training made is never replaced.
 * Problems: out-name, out-taken, out-folder.
 */
export async function openOutFolder(out: string): Promise<OutFolder> {
  const { name, folder } = placeOfModel(out);
  if (!/^[A-Za-z0-9][\w.-]*$/.test(name)) {
    throw new Problem('out-name', `"${name}" is no name for a model.`, {
      action: 'Take letters, digits, ".", "-" and "_", or a folder with a slash in it.',
      status: 422,
    });
  }
  const files = await readdir(folder).catch(() => [] as string[]);
  if (files.includes('model.json') && !files.includes('log.csv')) {
    throw new Problem('out-taken', `${folder} holds a model that no training made.`, {
      action: 'Choose another --out.',
      status: 422,
    });
  }
  await mkdir(folder, { recursive: true }).catch((cause: unknown) => {
    throw new Problem('out-folder', `${folder} cannot be made: ${messageOf(cause)}`, {
      action: 'Choose another --out, or set MASKWATCH_MODELS to a folder that can be written.',
      ...{ cause, status: 422 },
    });
  });
  return { name, folder, log: join(folder, 'log.csv'), report: join(folder, 'report.html') };
}
