import type { Detection } from '@maskwatch/contracts/detection';
import type { DetectorModel } from '@maskwatch/contracts/model';
import { Problem } from '@maskwatch/platform/problem';
import { detectionsOf } from '@maskwatch/vision/detections';
import type { Colour } from '@maskwatch/vision/picture';
import { candidatesOf } from './detector-outputs.ts';
import type { OpenNetwork } from './golden-check.ts';
import type { LoadedModel } from './registry.ts';
import { openSession } from './session.ts';

/** A picture in the detector's input, and how it lies there: DetectorGeometry of vision fits. */
export interface DetectorLook {
  /** uint8 [3, height, width], padded. */
  planes: Uint8Array;
  width: number;
  height: number;
  colour: Colour;
  /** Boxes from this confidence on are wanted. */
  minConfidence: number;
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
 * Opens a detector on the calling thread; problems as those of a session, and inference-output
 * where the network answers in another shape than its description says.
 */
export async function openDetector(loaded: LoadedModel<DetectorModel>): Promise<Detector> {
  const { model } = loaded;
  refuseHeadless(model);
  const session = await openSession(loaded);
  return {
    model,
    networks: [{ model, session }],
    async detect({ planes, width, height, colour, minConfidence, ...geometry }) {
      const outputs = await session.run({ planes, count: 1, width, height, colour });
      const candidates = candidatesOf(outputs, { model, width, height, minConfidence });
      return detectionsOf(candidates, { iou: model.thresholds.iou, geometry });
    },
    release: () => session.release(),
  };
}

function refuseHeadless({ name, layout, heads }: DetectorModel): void {
  if (layout !== 'yolo' || heads.length > 0) return;
  throw new Problem('model-invalid', `The model.json of ${name} names no heads.`, {
    action: 'A detector of the layout yolo needs its heads, with strides and anchors.',
  });
}
