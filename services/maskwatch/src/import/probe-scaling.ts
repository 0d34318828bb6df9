import type { JudgedState } from '@maskwatch/contracts/mask-state';
import { Problem } from '@maskwatch/platform/problem';
import type { ImportOptions } from './import-options.ts';
import { filesOf, type ImportedNetwork, type Probing, softmax } from './imported.ts';
import { pictureFeeds } from './picture-feeds.ts';
import { openTrial, type Trial } from './run-trial.ts';
import { type ScalingName, scalingNames, scalings } from './scaling.ts';
import { type LabelledPicture, labelledPictures } from './test-pictures.ts';

export interface ChosenScaling {
  name: ScalingName;
  /** Every scaling that was tried, best first; absent where it was stated. */
  probing?: Probing[];
}

/**
 * The scaling that was stated, else the one that judges the user's labelled pictures best; of equal
 * ones the one that was surer of what is right. Problems: import-scale without either, import-pictures.
 */
export async function chooseScaling(
  network: ImportedNetwork,
  { size, classes, options }: { size: number; classes: JudgedState[]; options: ImportOptions },
): Promise<ChosenScaling> {
  const { scaling, pictures, map } = options;
  if (scaling !== undefined) return { name: scaling };
  if (pictures === undefined) {
    throw new Problem('import-scale', 'It is not known how this network wants its pixels scaled.', {
      action: `Say it with --scale (${scalingNames.join(', ')}), or give --pictures DIR with a folder per class, and all are tried.`,
      status: 400,
    });
  }
  const fit = { task: 'classifier', size, shape: options.crop.shape } as const;
  const labelled = await labelledPictures(pictures, { fit, names: map });
  const trial = await openTrial(filesOf(network, 'network'));
  try {
    const probing: (Probing & { name: ScalingName })[] = [];
    for (const name of scalingNames) {
      const figures = await judge(trial, labelled, { name, classes, options });
      probing.push({ name, scaling: name, ...figures });
    }
    probing.sort((a, b) => b.accuracy - a.accuracy || a.loss - b.loss);
    const { name } = probing[0]!;
    return { name, probing: probing.map(({ name: _, ...rest }) => rest) };
  } finally {
    await trial.close();
  }
}

/** Of the labelled pictures whose state the classifier knows. */
async function judge(
  trial: Trial,
  labelled: readonly LabelledPicture[],
  { name, classes, options }: { name: ScalingName; classes: JudgedState[]; options: ImportOptions },
): Promise<Omit<Probing, 'scaling'>> {
  const reading = { ...scalings[name], colourOrder: options.colourOrder };
  const right = new Map<JudgedState, boolean[]>();
  const losses: number[] = [];
  for (const { state, picture } of labelled) {
    const wanted = classes.indexOf(state);
    if (wanted < 0) continue;
    const { logits } = await trial.run(pictureFeeds(picture, reading));
    const shares = [...softmax(logits?.data ?? new Float32Array())];
    const best = shares.indexOf(Math.max(...shares));
    right.set(state, [...(right.get(state) ?? []), best === wanted]);
    losses.push(-Math.log(Math.max(shares[wanted] ?? 0, 1e-7)));
  }
  const accuracies = [...right.values()].map((all) => mean(all.map(Number)));
  return { accuracy: mean(accuracies), loss: mean(losses), pictures: losses.length };
}

const mean = (values: readonly number[]) =>
  values.reduce((sum, value) => sum + value, 0) / Math.max(1, values.length);
