import { appendFile, readFile, writeFile } from 'node:fs/promises';
import type { EpochFigures } from './checkpoint.ts';

const mostEpochs = 100_000;
const columns = 'epoch,loss,accuracy,val_loss,val_accuracy,learning_rate,seconds';

/** Starts a CSV log anew with the epochs that are done already. */
export async function startEpochLog(path: string, done: readonly EpochFigures[]): Promise<void> {
  await writeFile(path, [columns, ...done.map(line)].map((text) => `${text}\n`).join(''));
}

/** One line more, on the disk when this returns. */
export async function logEpoch(path: string, figures: EpochFigures): Promise<void> {
  await appendFile(path, `${line(figures)}\n`, { flush: true });
}

function line(figures: EpochFigures): string {
  const { epoch, loss, accuracy, validationLoss, validationAccuracy } = figures;
  const measured = [loss, accuracy, validationLoss, validationAccuracy].map((x) => x.toFixed(5));
  return [epoch, ...measured, figures.learningRate, figures.seconds.toFixed(2)].join(',');
}

/** The epochs of a log, whoever wrote it; lines that are cut off are left out. */
export async function readEpochLog(path: string): Promise<EpochFigures[]> {
  const lines = (await readFile(path, 'utf8')).split('\n').slice(1, mostEpochs + 1);
  return lines.flatMap((text) => {
    const [epoch, loss, accuracy, validationLoss, validationAccuracy, learningRate, seconds] = text
      .split(',')
      .map(Number);
    if (seconds === undefined || Number.isNaN(seconds)) return [];
    return [
      {
        ...{ epoch: epoch!, loss: loss!, accuracy: accuracy!, validationLoss: validationLoss! },
        ...{ validationAccuracy: validationAccuracy!, learningRate: learningRate!, seconds },
      },
    ];
  });
}
