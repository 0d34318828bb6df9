import { string } from '../graph.ts';
import { add, type LayerUse, onlyMap, refuseChannelsFirst } from './layer-use.ts';
import type { LayerValue } from './layers-graph.ts';
import { toRow } from './shape-layers.ts';
import { windowAttributes, windowsOf } from './window-padding.ts';

export function maxPooling2d(use: LayerUse): LayerValue {
  return pool(use, 'MaxPool');
}

/** Where a window reaches over the border, TensorFlow counts only what is inside; so does ONNX. */
export function averagePooling2d(use: LayerUse): LayerValue {
  return pool(use, 'AveragePool');
}

function pool(use: LayerUse, op: 'MaxPool' | 'AveragePool'): LayerValue {
  refuseChannelsFirst(use);
  const { value, shape } = onlyMap(use);
  const kernel = use.layer.config.pair('pool_size', [2, 2]);
  const strides = use.layer.config.pair('strides', kernel);
  const windows = windowsOf(use, [shape[0], shape[1]], { kernel, strides });
  const attributes = windowAttributes(windows);
  return {
    value: add(use, op, { inputs: [value], attributes }),
    shape: [...windows.out, shape[2]],
  };
}

export function globalAveragePooling2d(use: LayerUse): LayerValue {
  return globalPool(use, 'GlobalAveragePool');
}

export function globalMaxPooling2d(use: LayerUse): LayerValue {
  return globalPool(use, 'GlobalMaxPool');
}

function globalPool(use: LayerUse, op: string): LayerValue {
  refuseChannelsFirst(use);
  const { value, shape } = onlyMap(use);
  const pooled = {
    value: add(use, op, { inputs: [value], step: 'pool' }),
    shape: [1, 1, shape[2]],
  };
  return use.layer.config.flag('keepdims', false) ? pooled : toRow(use, pooled);
}

/** A border of zeros: one number, [rows, columns], or [[top, bottom], [left, right]]. */
export function zeroPadding2d(use: LayerUse): LayerValue {
  refuseChannelsFirst(use);
  const input = onlyMap(use);
  const pads = borderOf(use);
  const [top, left, bottom, right] = pads;
  const widths = use.graph.integers(`${use.layer.path.join('/')}/pads`, [
    ...[0, 0, top, left],
    ...[0, 0, bottom, right],
  ]);
  const value = add(use, 'Pad', {
    inputs: [input.value, widths],
    attributes: { mode: string('constant') },
  });
  const [height, width, channels] = input.shape;
  const shape = [height + top + bottom, width + left + right, channels];
  return { value, shape, padded: { inside: input, pads } };
}

function borderOf(use: LayerUse): [number, number, number, number] {
  const given = use.layer.config.get('padding') ?? 1;
  const [rows, columns] = Array.isArray(given) ? given : [given, given];
  const [top, bottom] = Array.isArray(rows) ? rows : [rows, rows];
  const [left, right] = Array.isArray(columns) ? columns : [columns, columns];
  const pads = [top, left, bottom, right];
  if (!pads.every((pad) => Number.isInteger(pad) && pad >= 0 && pad <= 1000)) {
    throw use.layer.config.problem('padding', 'is no border of 0 to 1000 pixels');
  }
  return pads as [number, number, number, number];
}
