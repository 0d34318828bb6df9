import { Problem } from '@maskwatch/platform/problem';
import type { ClassNames } from '@maskwatch/training/dataset/class-names';
import type { TaughtClass } from '@maskwatch/training/detector/labels-for-detector';

/** What `maskwatch train detector` was asked for, defaults filled in. */
export interface DetectorOptions {
  data: string;
  /** A data set of its own for validation, instead of a fifth of `data`. */
  validation?: string;
  /** A name of the registry or, with a slash, a folder. */
  out: string;
  names?: ClassNames;
  /** mobilenetv2, tiny-3l, or the path of a cfg. */
  network: string;
  /** `shipped`, `none`, or the path of a .weights file of that cfg. */
  from: string;
  classes: TaughtClass[];
  /** Of the data's boxes, or those of the cfg. */
  anchors: 'data' | 'keep';
  /** Longest side that the detector sees, in pixels. */
  size: number;
  epochs: number;
  minutes?: number;
  batchSize: number;
  learningRate?: number;
  /** Layers, from the first, that do not learn; absent: those below stride 4 when fine-tuning. */
  freeze?: number;
  seed: number;
  python?: string;
  resume: boolean;
}

/** What must be the same for a training to go on; how long it runs may differ. */
export function identityOf(options: DetectorOptions): Record<string, string> {
  const { data, validation, network, from, classes, anchors, size, batchSize } = options;
  return {
    ...{ data, validation: validation ?? 'a fifth of DATA', network, from, anchors },
    ...{ classes: classes.join(','), size: String(size), 'batch-size': String(batchSize) },
    ...{ 'learning-rate': String(options.learningRate ?? 'default') },
    ...{ freeze: String(options.freeze ?? 'default'), seed: String(options.seed) },
  };
}

const combinations: readonly TaughtClass[][] = [
  ['face'],
  ['mask', 'no_mask'],
  ['mask', 'no_mask', 'incorrect'],
];

/** `face`, `mask,no_mask`, `mask,no_mask,incorrect`, or `states` for the last. Problem train-options. */
export function parseClasses(text: string): TaughtClass[] {
  const wanted = text === 'states' ? 'mask,no_mask,incorrect' : text.replaceAll(' ', '');
  const found = combinations.find((classes) => classes.join(',') === wanted);
  if (found !== undefined) return [...found];
  throw new Problem('train-options', `--classes ${text} is not known.`, {
    action: `Give one of: ${combinations.map((classes) => classes.join(',')).join(' | ')}.`,
    status: 422,
  });
}
