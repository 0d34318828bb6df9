import { type ClassifierModel, type DetectorModel, judgingOf } from '@maskwatch/contracts/model';
import { Problem } from '@maskwatch/platform/problem';
import { type LoadedModel, loadClassifier, loadDetector, modelsFolder } from './registry.ts';

/** A state is believed for its lead over another one. */
const leastStates = 2;

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
 * model-judges-nothing where they say nothing of masks, or the same of every face.
 */
export async function loadPair(names: PairNames, folder = modelsFolder()): Promise<ModelPair> {
  const detector = await loadDetector(names.detector, folder);
  const alone = detector.model.judges !== undefined;
  const pair =
    alone || names.classifier === undefined
      ? { detector }
      : { detector, classifier: await loadClassifier(names.classifier, folder) };
  const { states } = judgingOf(modelsOf(pair));
  if (states.length >= leastStates) return pair;
  const judge = pair.classifier?.model.name ?? detector.model.name;
  if (!alone && pair.classifier === undefined) {
    throw new Problem('model-judges-nothing', `The detector ${judge} only finds faces.`, {
      action: 'Name a classifier as well, or a detector that judges by itself.',
    });
  }
  const what = states.length === 0 ? 'no mask state' : `${states[0]} of every face`;
  throw new Problem('model-judges-nothing', `The model ${judge} judges, but says ${what}.`, {
    action: `It needs two or three of mask, no_mask, incorrect among its classes${alone ? ', or no "judges" in its model.json' : ''}.`,
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
