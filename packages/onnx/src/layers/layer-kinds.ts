import { activation, elu, leakyRelu, relu, softmaxLayer } from './activation-layers.ts';
import { conv2d, depthwiseConv2d, separableConv2d } from './convolution-layers.ts';
import { batchNormalization, dense } from './dense-layers.ts';
import type { ConvertLayer } from './layer-use.ts';
import { concatenate, merge } from './merging-layers.ts';
import {
  averagePooling2d,
  globalAveragePooling2d,
  globalMaxPooling2d,
  maxPooling2d,
  zeroPadding2d,
} from './pooling-layers.ts';
import { arithmetic, normalization, rescaling } from './scaling-layers.ts';
import { flatten, reshape, unchanged } from './shape-layers.ts';

/** What only trains: it does nothing when a network is run. */
const TRAINING_ONLY = [
  ...['Dropout', 'SpatialDropout2D', 'GaussianDropout', 'AlphaDropout', 'GaussianNoise'],
  ...['ActivityRegularization', 'RandomFlip', 'RandomRotation', 'RandomZoom'],
  ...['RandomTranslation', 'RandomContrast', 'RandomBrightness'],
];

/** How each class of layer is converted; docs/design/layers.md lists them for readers. */
export const LAYER_KINDS: ReadonlyMap<string, ConvertLayer> = new Map([
  ['Conv2D', conv2d],
  ['Convolution2D', conv2d],
  ['DepthwiseConv2D', depthwiseConv2d],
  ['SeparableConv2D', separableConv2d],
  ['Dense', dense],
  ['BatchNormalization', batchNormalization],
  ['Activation', activation],
  ['ReLU', relu],
  ['LeakyReLU', leakyRelu],
  ['ELU', elu],
  ['Softmax', softmaxLayer],
  ['ZeroPadding2D', zeroPadding2d],
  ['MaxPooling2D', maxPooling2d],
  ['AveragePooling2D', averagePooling2d],
  ['GlobalAveragePooling2D', globalAveragePooling2d],
  ['GlobalMaxPooling2D', globalMaxPooling2d],
  ['Flatten', flatten],
  ['Reshape', reshape],
  ['Add', merge],
  ['Subtract', merge],
  ['Multiply', merge],
  ['Maximum', merge],
  ['Minimum', merge],
  ['Concatenate', concatenate],
  ['Rescaling', rescaling],
  ['Normalization', normalization],
  ['TFOpLambda', arithmetic],
  ['TrueDivide', arithmetic],
  ['Divide', arithmetic],
  ...TRAINING_ONLY.map((name): [string, ConvertLayer] => [name, unchanged]),
]);
