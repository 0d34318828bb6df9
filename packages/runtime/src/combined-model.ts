import type {
  ClassifierEnsemble,
  ClassifierModel,
  DetectorEnsemble,
  DetectorModel,
} from '@maskwatch/contracts/model';
import { Problem } from '@maskwatch/platform/problem';

/**
 * Several classifiers as their users see one: crops of the size that the largest wants,
 * probabilities that are calibrated already. File and golden outputs are those of the first member
 * and are never asked for. Problem model-members where they differ in classes or crop.
 */
export function combinedClassifier(
  { members: _, task, threshold, ...described }: ClassifierEnsemble,
  members: readonly ClassifierModel[],
): ClassifierModel {
  const [first] = members;
  for (const member of members) {
    refuseDifference(described.name, { first: first!, member, of: classifierParts });
  }
  const size = Math.max(...members.map(({ input }) => input.size));
  return {
    ...first!,
    ...described,
    task,
    input: { ...first!.input, size },
    calibration: { temperature: 1, threshold },
    smallestFace: Math.max(...members.map(({ smallestFace }) => smallestFace)),
  };
}

/**
 * Several detectors as their users see one. It finds no smaller face than each of them does.
 * File, layout, heads and golden outputs are those of the first member and are never asked for.
 * Problem model-members where they differ in input or classes.
 */
export function combinedDetector(
  { members: _, task, thresholds, ...described }: DetectorEnsemble,
  members: readonly DetectorModel[],
): DetectorModel {
  const [first] = members;
  for (const member of members) {
    refuseDifference(described.name, { first: first!, member, of: detectorParts });
  }
  const judges = members.flatMap((member) => member.judges ?? []);
  const strictest = {
    threshold: Math.max(...judges.map(({ threshold }) => threshold)),
    smallestFace: Math.max(...judges.map(({ smallestFace }) => smallestFace)),
  };
  return {
    ...first!,
    ...described,
    ...{ task, thresholds },
    smallestFace: Math.max(...members.map(({ smallestFace }) => smallestFace)),
    ...(judges.length === 0 ? {} : { judges: strictest }),
  };
}

type Parts = Record<string, string | number | boolean>;

/** In any order: what several networks say is joined by its name. */
function named(classes: readonly string[]): string {
  return [...new Set(classes)].sort().join(', ');
}

function classifierParts({ classes, crop }: ClassifierModel): Parts {
  return { classes: named(classes), 'crop.shape': crop.shape, 'crop.side': crop.side };
}

function detectorParts({ classes, input, judges }: DetectorModel): Parts {
  return {
    classes: named(classes),
    'input.size': input.size,
    'input.multiple': input.multiple,
    'input.padding': input.padding,
    'input.square': input.square,
    judges: judges === undefined ? 'absent' : 'there',
  };
}

function refuseDifference<M extends { name: string }>(
  ensemble: string,
  { first, member, of }: { first: M; member: M; of: (model: M) => Parts },
): void {
  const expected = of(first);
  for (const [part, value] of Object.entries(of(member))) {
    if (value === expected[part]) continue;
    const what = `${part} of ${member.name} is ${value}, of ${first.name} ${expected[part]}`;
    throw new Problem('model-members', `The members of ${ensemble} do not fit: ${what}.`, {
      action: 'Combine models that take the same input and say the same classes.',
    });
  }
}
