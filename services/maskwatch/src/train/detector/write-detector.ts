import type { DetectorModel } from '@maskwatch/contracts/model';
import { convertDarknet } from '@maskwatch/onnx/darknet-to-graph';
import { writeOnnx } from '@maskwatch/onnx/onnx-writer';
import { withPictureInput } from '@maskwatch/onnx/picture-input';
import { type NewModel, writeModelFolder } from '@maskwatch/runtime/model-folder';
import type { LoadedModel } from '@maskwatch/runtime/registry';
import type { TaughtClass } from '@maskwatch/training/detector/labels-for-detector';

/** Until the validation part says better. */
const provisional = { confidence: 0.4, pixelate: 0.1, iou: 0.45 };
/** Below it no state is judged, as with the shipped classifier; below the other nothing is found. */
const smallestJudged = 32;
const smallestFound = 10;

export interface TrainedNetwork {
  /** Where the model goes, and its name there. */
  folder: string;
  name: string;
  cfg: string;
  /** The .weights file that was trained. */
  weights: Uint8Array;
  classes: readonly TaughtClass[];
  size: number;
  sources: string[];
}

/** Converts what was trained and writes its folder, with thresholds that stand for the time being. */
export async function writeDetector(trained: TrainedNetwork): Promise<LoadedModel<DetectorModel>> {
  const { folder, name, classes, size } = trained;
  const { graph, heads } = convertDarknet(trained.cfg, trained.weights);
  const onnx = writeOnnx(withPictureInput({ ...graph, name }));
  const model: NewModel & { task: 'detector' } = {
    ...{ name, version: '1.0.0', sources: trained.sources, measured: {} },
    licence: 'yours to say, as far as your pictures and the weights you started from allow',
    task: 'detector',
    input: {
      ...{ name: 'planes', size, multiple: Math.max(...heads.map(({ stride }) => stride)) },
      ...{ resize: 'letterbox-topleft', padding: 114, square: false },
    },
    ...{ interpolation: 'area-down-bilinear-up', colourOrder: 'rgb', scale: 1 / 255, offset: 0 },
    layout: 'yolo',
    heads: heads.map(({ output, stride, anchors, scaleXY }) => {
      return { output, stride, anchors, scaleXY };
    }),
    classes: [...classes],
    thresholds: provisional,
    smallestFace: smallestFound,
    ...(classes.includes('face')
      ? {}
      : { judges: { threshold: 0.5, smallestFace: smallestJudged } }),
  };
  const written = await writeModelFolder({ folder, model, onnx });
  return written as LoadedModel<DetectorModel>;
}
