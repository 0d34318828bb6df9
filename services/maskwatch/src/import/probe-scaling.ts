import type { JudgedState } from '@maskwatch/contracts/mask-state';
import type { Graph } from '@maskwatch/onnx/graph';
import { writeOnnx } from '@maskwatch/onnx/onnx-writer';
import { withPictureInput } from '@maskwatch/onnx/picture-input';
import { Problem } from '@maskwatch/platform/problem';
import type { ImportOptions } from './import-options.ts';
import type { Probing } from './imported.ts';
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
 * ones the first of --scale's list. Problems: import-scale without either, import-pictures.
 */
export async function chooseScaling(
  graph: Graph,
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
  const trial = await openTrial(writeOnnx(withPictureInput(graph)));
  try {
    const probing: (Probing & { name: ScalingName })[] = [];
    for (const name of scalingNames) {
      const accuracy = await accuracyOf(trial, labelled, { name, classes, options });
      probing.push({ name, scaling: name, accuracy, pictures: labelled.length });
    }
    probing.sort((a, b) => b.accuracy - a.accuracy);
    const { name } = probing[0]!;
    return { name, probing: probing.map(({ name: _, ...rest }) => rest) };
  } finally {
    await trial.close();
  }
}

/** Mean over the states, so that a folder with most of the pictures does not decide. */
async function accuracyOf(
  trial: Trial,
  labelled: readonly LabelledPicture[],
  { name, classes, options }: { name: ScalingName; classes: JudgedState[]; options: ImportOptions },
): Promise<number> {
  const reading = { ...scalings[name], colourOrder: options.colourOrder };
  const right = new Map<JudgedState, boolean[]>();
  for (const { state, picture } of labelled) {
    if (!classes.includes(state)) continue;
    const { logits } = await trial.run(pictureFeeds(picture, reading));
    const values = [...(logits?.data ?? [])];
    const best = values.indexOf(Math.max(...values));
    right.set(state, [...(right.get(state) ?? []), classes[best] === state]);
  }
  const shares = [...right.values()].map((all) => all.filter(Boolean).length / all.length);
  return shares.reduce((sum, share) => sum + share, 0) / Math.max(1, shares.length);
}
