import * as layers from '@tensorflow/tfjs-layers';
import { randomise } from './compare-with-tfjs.ts';

type Value = layers.SymbolicTensor;

const then = (value: Value, layer: { apply(input: Value): unknown }) => layer.apply(value) as Value;

/** The first blocks of MobileNetV2, narrow: with relu6, padding, depthwise layers and a residual. */
function mobileNetBase([height, width]: [number, number], name: string): layers.LayersModel {
  const input = layers.input({ shape: [height, width, 3] });
  const conv = (value: Value, filters: number, own: string) => {
    const made = then(
      value,
      layers.layers.conv2d({
        filters,
        kernelSize: 1,
        padding: 'same',
        useBias: false,
        name: `${own}_conv`,
      }),
    );
    return then(made, layers.layers.batchNormalization({ name: `${own}_bn` }));
  };
  const relu6 = (value: Value, own: string) =>
    then(value, layers.layers.reLU({ maxValue: 6, name: `${own}_relu` }));
  let x = then(
    input,
    layers.layers.conv2d({
      filters: 8,
      kernelSize: 3,
      strides: 2,
      padding: 'same',
      useBias: false,
      name: 'stem',
    }),
  );
  x = relu6(then(x, layers.layers.batchNormalization({ name: 'stem_bn' })), 'stem');
  const before = x;
  x = relu6(conv(x, 16, 'expand'), 'expand');
  x = then(
    x,
    layers.layers.depthwiseConv2d({
      kernelSize: 3,
      padding: 'same',
      useBias: false,
      name: 'deep1',
    }),
  );
  x = relu6(then(x, layers.layers.batchNormalization({ name: 'deep1_bn' })), 'deep1');
  x = conv(x, 8, 'project');
  x = layers.layers.add({ name: 'residual' }).apply([before, x]) as Value;
  x = relu6(conv(x, 24, 'expand2'), 'expand2');
  x = then(
    x,
    layers.layers.zeroPadding2d({
      padding: [
        [0, 1],
        [0, 1],
      ],
      name: 'pad',
    }),
  );
  x = then(
    x,
    layers.layers.depthwiseConv2d({
      kernelSize: 3,
      strides: 2,
      padding: 'valid',
      useBias: false,
      name: 'deep2',
    }),
  );
  x = relu6(then(x, layers.layers.batchNormalization({ name: 'deep2_bn' })), 'deep2');
  return layers.model({ inputs: input, outputs: conv(x, 12, 'project2'), name });
}

/** The base's last value continued by a pool and dense layers, as notebooks do it. */
export function mobileNetWithHead(size: [number, number]): layers.LayersModel {
  const base = mobileNetBase(size, 'base');
  let x = then(base.outputs[0]!, layers.layers.globalAveragePooling2d({ name: 'pool' }));
  x = then(x, layers.layers.dense({ units: 10, activation: 'relu', name: 'dense' }));
  x = then(x, layers.layers.dropout({ rate: 0.5, name: 'dropout' }));
  x = then(x, layers.layers.dense({ units: 2, activation: 'softmax', name: 'answer' }));
  const model = layers.model({ inputs: base.inputs, outputs: x });
  randomise(model, 1);
  return model;
}

/** The same base as one layer of a Sequential model. */
export function mobileNetNested(size: [number, number]): layers.LayersModel {
  const model = layers.sequential({
    layers: [
      mobileNetBase(size, 'base'),
      layers.layers.flatten(),
      layers.layers.dense({ units: 3, activation: 'softmax', name: 'answer' }),
    ],
  });
  randomise(model, 2);
  return model;
}

/** The same base used as a layer of a functional model, with a layer before it. */
export function mobileNetApplied(size: [number, number]): layers.LayersModel {
  const input = layers.input({ shape: [...size, 3] });
  const scaled = then(input, layers.layers.rescaling({ scale: 1 / 127.5, offset: -1 }));
  const features = then(scaled, mobileNetBase(size, 'base'));
  const pooled = then(features, layers.layers.globalAveragePooling2d({}));
  const output = then(pooled, layers.layers.dense({ units: 1, activation: 'sigmoid' }));
  const model = layers.model({ inputs: input, outputs: output });
  randomise(model, 8);
  return model;
}
