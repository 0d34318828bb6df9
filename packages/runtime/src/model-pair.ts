import { type ClassifierModel, type DetectorModel, judgingOf } from '@maskwatch/contracts/model';
import { Problem } from '@maskwatch/platform/problem';
import { type LoadedModel, loadClassifier, loadDetector, modelsFolder } from './registry.ts';

/** What finds and judges: a detector that judges by itself has no classifier beside it. */
export interface ModelPair {
  detector: LoadedModel<DetectorModel>;
  classifier?: LoadedModel<ClassifierModel>;
}

export interface PairNames {
  detector: string;
  /** Not read where the detector judges. */
  classifier?: string | undefined;
}

/**
 * Reads the models that a config or a command names. Problems: those of the registry, and
 * model-judges-nothing where neither says anything of masks.
 */
export async function loadPair(names: PairNames, folder = modelsFolder()): Promise<ModelPair> {
  const detector = await loadDetector(names.detector, folder);
  const alone = detector.model.judges !== undefined;
  const pair =
    alone || names.classifier === undefined
      ? { detector }
      : { detector, classifier: await loadClassifier(names.classifier, folder) };
  if (judgingOf(modelsOf(pair)).states.length > 0) return pair;
  const what = alone
    ? `has "judges" in its model.json, but no class that is a mask state`
    : 'only finds faces';
  throw new Problem('model-judges-nothing', `The detector ${names.detector} ${what}.`, {
    action: alone
      ? 'Name its classes mask, no_mask or incorrect, or take "judges" away.'
      : 'Name a classifier as well, or a detector that judges by itself.',
  });
}

/** The descriptions alone, as those need them who run nothing. */
export function modelsOf({ detector, classifier }: ModelPair): {
  detector: DetectorModel;
  classifier?: ClassifierModel;
} {
  if (classifier === undefined) return { detector: detector.model };
  return { detector: detector.model, classifier: classifier.model };
}
