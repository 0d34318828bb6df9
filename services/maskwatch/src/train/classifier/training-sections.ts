import type { EpochFigures } from '@maskwatch/training/head/checkpoint';
import type { Section } from '@maskwatch/training/report/section';

/** The curves of a training, with the epoch whose weights were kept. */
export function trainingSections(epochs: readonly EpochFigures[], best: EpochFigures): Section[] {
  const values = epochs.map(({ epoch }) => epoch);
  const marks = [{ x: best.epoch, words: 'kept' }];
  const line = (name: string, of: (figures: EpochFigures) => number) => {
    return { name, values: epochs.map(of) };
  };
  return [
    {
      title: 'Loss by epoch',
      note: 'Training is measured with dropout on augmented pictures, validation without: it may well be lower.',
      kind: 'curves',
      x: { label: 'epoch', values },
      y: { label: 'cross-entropy', least: 0 },
      lines: [
        line('training', ({ loss }) => loss),
        line('validation', ({ validationLoss }) => validationLoss),
      ],
      marks,
    },
    {
      title: 'Accuracy by epoch',
      kind: 'curves',
      x: { label: 'epoch', values },
      y: { label: 'share that is right', most: 1 },
      lines: [
        line('training', ({ accuracy }) => accuracy),
        line('validation', ({ validationAccuracy }) => validationAccuracy),
      ],
      marks,
    },
  ];
}
