import { string } from '../graph.ts';
import { add, type LayerUse, nameOf, onlyMap, refuse, refuseChannelsFirst } from './layer-use.ts';
import type { LayerValue } from './layers-graph.ts';
import { toRow } from './shape-layers.ts';
import { type Windows, windowAttributes, windowsOf } from './window-padding.ts';

export function maxPooling2d(use: LayerUse): LayerValue {
  refuseChannelsFirst(use);
  const input = onlyMap(use);
  const windows = poolWindows(use, input);
  return input.padded === undefined
    ? pool(use, 'MaxPool', { input, windows })
    : maxWithBorder(use, { ...input.padded, windows });
}

/** Where a window reaches over the border, TensorFlow counts only what is inside; so does ONNX. */
export function averagePooling2d(use: LayerUse): LayerValue {
  refuseChannelsFirst(use);
  const input = onlyMap(use);
  return pool(use, 'AveragePool', { input, windows: poolWindows(use, input) });
}

function poolWindows(use: LayerUse, { shape }: LayerValue): Windows {
  const kernel = use.layer.config.pair('pool_size', [2, 2]);
  const strides = use.layer.config.pair('strides', kernel);
  return windowsOf(use, [shape[0]!, shape[1]!], { kernel, strides });
}

function pool(
  use: LayerUse,
  op: 'MaxPool' | 'AveragePool',
  { input, windows }: { input: LayerValue; windows: Windows },
): LayerValue {
  const attributes = windowAttributes(windows);
  const value = add(use, op, { inputs: [input.value], attributes, step: 'pool' });
  return { value, shape: [...windows.out, input.shape[2]!] };
}

/**
 * The maximum over a map with a border of zeros. ONNX Runtime 1.30 joins Pad and MaxPool as if the
 * border were below every number, so the zeros come in afterwards, where a window touches them.
 */
function maxWithBorder(
  use: LayerUse,
  {
    inside,
    pads: border,
    windows,
  }: { inside: LayerValue; pads: readonly number[]; windows: Windows },
): LayerValue {
  const pads = windows.pads.map((pad, i) => pad + border[i]!) as Windows['pads'];
  if (pads.some((pad, i) => pad >= windows.kernel[i % 2]!)) {
    throw refuse(use, 'its windows lie wholly in the border of the layer before it');
  }
  const wide = { ...windows, pads };
  const pooled = pool(use, 'MaxPool', { input: inside, windows: wide });
  const zeros = use.graph.floats(
    `${nameOf(use)}/border`,
    [1, 1, ...windows.out],
    borderZeros(wide, { border, size: [inside.shape[0]!, inside.shape[1]!] }),
  );
  return { value: add(use, 'Max', { inputs: [pooled.value, zeros] }), shape: pooled.shape };
}

/** For each window 0 when it touches the border, else the least number there is. */
function borderZeros(
  { kernel, strides, pads, out }: Windows,
  { border, size }: { border: readonly number[]; size: [number, number] },
): Float32Array {
  const touches = [0, 1].map((axis) =>
    Array.from({ length: out[axis]! }, (_, i) => {
      const first = i * strides[axis]! - pads[axis]!;
      const last = first + kernel[axis]! - 1;
      const before = first < 0 && border[axis]! > 0;
      return before || (last >= size[axis]! && border[axis + 2]! > 0);
    }),
  );
  const [rows, columns] = [touches[0]!, touches[1]!];
  const zeros = new Float32Array(rows.length * columns.length).fill(-3.4e38);
  for (const [y, row] of rows.entries()) {
    for (const [x, column] of columns.entries()) {
      if (row || column) zeros[y * columns.length + x] = 0;
    }
  }
  return zeros;
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
  const widths = use.graph.integers(`${nameOf(use)}/pads`, [
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
