import type { Detection } from '@maskwatch/contracts/detection';
import type { DetectorModel } from '@maskwatch/contracts/model';
import { Problem } from '@maskwatch/platform/problem';
import { inPicture } from '@maskwatch/vision/detections';
import { suppress } from '@maskwatch/vision/non-maximum-suppression';
import {
  type Finder,
  findTogether,
  type InputLook,
  type MemberFinder,
} from './detector-ensemble.ts';
import { candidatesOf } from './detector-outputs.ts';
import type { OpenNetwork } from './golden-check.ts';
import type { LoadedMember, LoadedModel } from './registry.ts';
import { openSession } from './session.ts';

/** And how the picture lies in the detector's input: DetectorGeometry of vision fits. */
export interface DetectorLook extends InputLook {
  /** Pixels of the picture per pixel of the input. */
  scale: number;
  /** Boxes are cut at the border of the picture. */
  pictureWidth: number;
  pictureHeight: number;
}

export interface Detector {
  model: DetectorModel;
  /** What it consists of, for the golden check. */
  networks: OpenNetwork[];
  /** Faces in pixels of the picture, most confident first, at most 300. */
  detect(look: DetectorLook): Promise<Detection[]>;
  /** Frees the memory; no run may be under way or follow. */
  release(): Promise<void>;
}

/**
 * Opens a detector or an ensemble on the calling thread; problems as those of a session, and
 * inference-output where a network answers in another shape than its description says.
 */
export async function openDetector(loaded: LoadedModel<DetectorModel>): Promise<Detector> {
  const { model, members } = loaded;
  if (members !== undefined) return openEnsemble(model, members);
  const finder = await openFinder(loaded);
  return {
    model,
    networks: [finder],
    async detect(look) {
      return inPicture(await finder.find(look), look);
    },
    release: () => finder.session.release(),
  };
}

async function openEnsemble(
  model: DetectorModel,
  members: LoadedMember<DetectorModel>[],
): Promise<Detector> {
  const finders: MemberFinder[] = [];
  for (const { loaded, weight, flip } of members) {
    finders.push({ ...(await openFinder(loaded)), weight, flip });
  }
  return {
    model,
    networks: finders,
    async detect(look) {
      return inPicture(await findTogether(look, finders), look);
    },
    async release() {
      for (const { session } of finders) await session.release();
    },
  };
}

async function openFinder(loaded: LoadedModel<DetectorModel>): Promise<Finder> {
  const { model } = loaded;
  refuseHeadless(model);
  const session = await openSession(loaded);
  return {
    ...{ model, session },
    async find({ planes, width, height, colour, minConfidence }) {
      const outputs = await session.run({ planes, count: 1, width, height, colour });
      const candidates = candidatesOf(outputs, { model, width, height, minConfidence });
      return suppress(candidates, { iou: model.thresholds.iou });
    },
  };
}

function refuseHeadless({ name, layout, heads }: DetectorModel): void {
  if (layout !== 'yolo' || heads.length > 0) return;
  throw new Problem('model-invalid', `The model.json of ${name} names no heads.`, {
    action: 'A detector of the layout yolo needs its heads, with strides and anchors.',
  });
}
