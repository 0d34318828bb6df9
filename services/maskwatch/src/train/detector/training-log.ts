import { readFile } from 'node:fs/promises';
import type { Section } from '@maskwatch/training/report/section';

/** One epoch of the recipe's log.csv; `validationLoss` where there is a validation list. */
export interface LoggedEpoch {
  epoch: number;
  loss: number;
  box: number;
  objectness: number;
  class: number;
  validationLoss: number | undefined;
}

/** Lines that cannot be read are passed over; no file means no epochs. */
export async function readTrainingLog(path: string): Promise<LoggedEpoch[]> {
  const text = await readFile(path, 'utf8').catch(() => '');
  const [head = '', ...lines] = text.trim().split('\n');
  const columns = head.split(',');
  return lines.flatMap((line) => {
    const cells = line.split(',');
    const value = (name: string) => {
      const cell = cells[columns.indexOf(name)];
      return cell === undefined || cell === '' ? Number.NaN : Number(cell);
    };
    const validation = value('val_loss');
    const row = {
      ...{ epoch: value('epoch'), loss: value('loss'), box: value('box') },
      ...{ objectness: value('objectness'), class: value('class') },
      validationLoss: Number.isNaN(validation) ? undefined : validation,
    };
    return Number.isNaN(row.epoch + row.loss) ? [] : [row];
  });
}

/** Curves of the loss and its parts. */
export function logSections(epochs: readonly LoggedEpoch[]): Section[] {
  if (epochs.length === 0) return [];
  const x = { label: 'epoch', values: epochs.map(({ epoch }) => epoch) };
  const line = (name: string, of: (epoch: LoggedEpoch) => number | undefined) => {
    return { name, values: epochs.map(of) };
  };
  return [
    {
      title: 'Loss',
      note: 'Training: augmented samples, several sizes. Validation: the pictures as they are, with the moving average of the weights.',
      kind: 'curves',
      x,
      y: { label: 'loss', least: 0 },
      lines: [
        line('training', ({ loss }) => loss),
        line('validation', ({ validationLoss }) => validationLoss),
      ],
    },
    {
      title: 'Parts of the training loss',
      kind: 'curves',
      x,
      y: { label: 'loss', least: 0 },
      lines: [
        line('box', ({ box }) => box),
        line('objectness', ({ objectness }) => objectness),
        line('class', (epoch) => epoch.class),
      ],
    },
  ];
}
