import type { JudgedState } from '@maskwatch/contracts/mask-state';
import type { ClassifierModel, DetectorClass, DetectorModel } from '@maskwatch/contracts/model';
import { PLANES } from '@maskwatch/onnx/picture-input';
import type { NewModel } from '@maskwatch/runtime/model-folder';
import type { ImportOptions } from './import-options.ts';
import type { Reading } from './picture-feeds.ts';
import type { SourceFile } from './sources.ts';

/** Defaults that nobody has measured for this network; the card says so. */
const classifierDefaults = { temperature: 1, threshold: 0.7, smallestFace: 32 };
const detectorDefaults = { iou: 0.45, smallestFace: 10, padding: 114 };
/** YuNet is sure of more than the others: its makers start at 0.6 and above. */
const thresholds = {
  yolo: { confidence: 0.4, pixelate: 0.1 },
  yolov8: { confidence: 0.4, pixelate: 0.1 },
  yunet: { confidence: 0.6, pixelate: 0.3 },
};
/** Of a one-stage detector: as of the shipped classifier. */
const judgesDefaults = { threshold: 0.7, smallestFace: 32 };

export interface Common {
  name: string;
  options: ImportOptions;
  sources: readonly SourceFile[];
  reading: Reading;
}

function described({ name, options, sources, reading }: Common) {
  return {
    name,
    version: '1.0.0',
    licence: options.licence,
    sources: sources.map((file) => `${file.name}, sha256 ${file.sha256}`),
    measured: {},
    interpolation: 'area-down-bilinear-up' as const,
    colourOrder: reading.colourOrder,
    scale: reading.scale,
    offset: reading.offset,
  };
}

export function newDetector(
  common: Common,
  own: {
    layout: DetectorModel['layout'];
    size: number;
    multiple: number;
    square: boolean;
    heads: DetectorModel['heads'];
    classes: DetectorClass[];
  },
): NewModel {
  const { iou, padding, smallestFace } = detectorDefaults;
  const states = own.classes.filter((name) => name !== 'face' && name !== 'ignore');
  return {
    ...described(common),
    task: 'detector',
    input: {
      name: PLANES,
      size: own.size,
      multiple: own.multiple,
      resize: 'letterbox-topleft',
      padding,
      square: own.square,
    },
    layout: own.layout,
    heads: own.heads,
    classes: own.classes,
    thresholds: { ...thresholds[own.layout], iou },
    smallestFace,
    ...(states.length > 0 ? { judges: judgesDefaults } : {}),
  };
}

export function newClassifier(
  common: Common,
  { size, classes }: { size: number; classes: JudgedState[] },
): Extract<NewModel, { task: 'classifier' }> {
  const { temperature, threshold, smallestFace } = classifierDefaults;
  const output: ClassifierModel['output'] = 'logits';
  return {
    ...described(common),
    task: 'classifier',
    input: { name: PLANES, size },
    crop: common.options.crop,
    output,
    classes,
    calibration: { temperature, threshold },
    smallestFace,
  };
}
