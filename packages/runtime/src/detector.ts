import type { Detection } from '@maskwatch/contracts/detection';
import type { DetectorModel } from '@maskwatch/contracts/model';
import { Problem } from '@maskwatch/platform/problem';
import { inPicture } from '@maskwatch/vision/detections';
import { suppress } from '@maskwatch/vision/non-maximum-suppression';
import { batchSizes } from './batch-sizes.ts';
import {
  type Finder,
  findTogether,
  type InputLook,
  type MemberFinder,
} from './detector-ensemble.ts';
import { candidatesOf } from './detector-outputs.ts';
import type { OpenNetwork } from './golden-check.ts';
import { outputsOfEach } from './onnx-results.ts';
import { type ComputesOn, computesOn, type ProviderOptions } from './provider.ts';
import type { LoadedModel } from './registry.ts';
import { openSession, type PictureSession } from './session.ts';

/** And how the picture lies in the detector's input: DetectorGeometry of vision fits. */
export interface DetectorLook extends InputLook {
  /** Pixels of the picture per pixel of the input. */
  scale: number;
  /** Boxes are cut at the border of the picture. */
  pictureWidth: number;
  pictureHeight: number;
}

export interface Detector extends ComputesOn {
  model: DetectorModel;
  /** What it consists of, for the golden check. */
  networks: OpenNetwork[];
  /** Faces in pixels of the picture, most confident first, at most 300. */
  detect(look: DetectorLook): Promise<Detection[]>;
  /** The same of each look in order; those of one size and colour share a run. */
  detectAll(looks: readonly DetectorLook[]): Promise<Detection[][]>;
  /** Frees the memory; no run may be under way or follow. */
  release(): Promise<void>;
}

/**
 * Opens a detector or an ensemble on the calling thread; problems as those of a session, and
 * inference-output where a network answers in another shape than its description says.
 */
export async function openDetector(
  loaded: LoadedModel<DetectorModel>,
  options: ProviderOptions = {},
): Promise<Detector> {
  const { model, members } = loaded;
  if (members === undefined) {
    const finder = await openFinder(loaded, options);
    return detectorOf(model, { networks: [finder], find: finder.find });
  }
  const finders: MemberFinder[] = [];
  for (const { loaded, weight, flip } of members) {
    finders.push({ ...(await openFinder(loaded, options)), weight, flip });
  }
  return detectorOf(model, { networks: finders, find: (looks) => findTogether(looks, finders) });
}

function detectorOf(
  model: DetectorModel,
  { networks, find }: { networks: Finder[]; find: Finder['find'] },
): Detector {
  const detectAll = async (looks: readonly DetectorLook[]) => {
    const all: Detection[][] = [];
    for (const alike of runsOf(looks)) {
      const found = await find(alike.map(({ look }) => look));
      for (const [n, { at, look }] of alike.entries()) all[at] = inPicture(found[n]!, look);
    }
    return all;
  };
  return {
    model,
    networks,
    get provider() {
      return computesOn(networks).provider;
    },
    get fallback() {
      return computesOn(networks).fallback;
    },
    detect: async (look) => (await detectAll([look]))[0]!,
    detectAll,
    async release() {
      for (const { session } of networks) await session.release();
    },
  };
}

/** Looks that can share a run, each with its place among all. */
function runsOf(looks: readonly DetectorLook[]) {
  const placed = looks.map((look, at) => ({ look, at }));
  const alike = Map.groupBy(placed, ({ look: { width, height, colour } }) => {
    return `${width}x${height} ${colour}`;
  });
  return alike.values();
}

async function openFinder(
  loaded: LoadedModel<DetectorModel>,
  options: ProviderOptions,
): Promise<Finder> {
  const { model } = loaded;
  refuseHeadless(model);
  const session = await openSession(loaded, options);
  return {
    ...{ model, session },
    async find(looks) {
      const outputs = await outputsOf(looks, session);
      return looks.map(({ width, height, minConfidence }, n) => {
        const candidates = candidatesOf(outputs[n]!, { model, width, height, minConfidence });
        return suppress(candidates, { iou: model.thresholds.iou });
      });
    },
  };
}

/** One run for all, where the network takes more than one picture. */
async function outputsOf(looks: readonly InputLook[], session: PictureSession) {
  const [first] = looks;
  if (looks.length === 1 || !session.takesMany) {
    const outputs: Awaited<ReturnType<PictureSession['run']>>[] = [];
    for (const look of looks) outputs.push(await session.run({ ...look, count: 1 }));
    return outputs;
  }
  const count = session.provider === 'cpu' ? looks.length : sizeOfRun(looks.length);
  // Blank pictures fill it up.
  const planes = Buffer.concat(looks.map(planesOf), count * planesOf(first!).length);
  const outputs = outputsOfEach(await session.run({ ...first!, planes, count }), count);
  return outputs.slice(0, looks.length);
}

/** Exactly its own: the bytes of a short one would shift all that follow. Problem inference-input. */
function planesOf({ planes, width, height }: InputLook): Uint8Array {
  const expected = 3 * width * height;
  if (planes.length === expected) return planes;
  throw new Problem(
    'inference-input',
    `A picture of ${width}x${height} takes ${expected} bytes, not ${planes.length}.`,
  );
}

const sizeOfRun = (count: number) => batchSizes.find((size) => size >= count) ?? count;

function refuseHeadless({ name, layout, heads }: DetectorModel): void {
  if (layout !== 'yolo' || heads.length > 0) return;
  throw new Problem('model-invalid', `The model.json of ${name} names no heads.`, {
    action: 'A detector of the layout yolo needs its heads, with strides and anchors.',
  });
}
