import { readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Problem } from '@maskwatch/platform/problem';
import * as tf from '@tensorflow/tfjs-core';
import type { LayersModel } from '@tensorflow/tfjs-layers';
import { z } from 'zod';
import type { FoldedConvolution } from './base-weights.ts';

/** What models/recipes/classifier reads and writes: weights.json names what weights.bin holds. */
const Listing = z.object({
  tensors: z
    .array(z.object({ name: z.string(), shape: z.array(z.number().int().min(1)).min(1).max(4) }))
    .max(1000),
});

interface NamedTensor {
  name: string;
  shape: readonly number[];
  data: Float32Array;
}

export interface DenseWeights {
  /** in, out. */
  kernel: { shape: readonly number[]; data: Float32Array };
  bias: Float32Array;
}

export interface ClassifierWeights {
  convolutions: FoldedConvolution[];
  /** The last gives the logits. */
  dense: DenseWeights[];
}

/** MobileNetV2 with its head takes 10 MB. */
const mostBytes = 256 * 1024 * 1024;

export async function writeWeightsFolder(
  folder: string,
  { convolutions, dense }: ClassifierWeights,
): Promise<void> {
  const tensors = [
    ...convolutions.flatMap(({ kernel, bias }, n) => pair(convolutionName(n), kernel, bias)),
    ...dense.flatMap(({ kernel, bias }, n) => pair(`dense${n}`, kernel, bias)),
  ];
  const listing = tensors.map(({ name, shape }) => ({ name, shape }));
  const values = tensors.map(({ data }) =>
    Buffer.from(data.buffer, data.byteOffset, data.byteLength),
  );
  await writeFile(join(folder, 'weights.bin'), Buffer.concat(values));
  await writeFile(join(folder, 'weights.json'), JSON.stringify({ tensors: listing }));
}

/** Problem weights-invalid where the two files do not fit, or names are missing. */
export async function readWeightsFolder(folder: string): Promise<ClassifierWeights> {
  const paths = ['weights.json', 'weights.bin'].map((file) => join(folder, file));
  for (const path of paths) {
    const size = await stat(path).then(
      (found) => found.size,
      () => mostBytes + 1,
    );
    if (size > mostBytes) throw invalid(folder);
  }
  const listing = Listing.safeParse(parsed(await readFile(paths[0]!, 'utf8')));
  if (!listing.success) throw invalid(folder);
  const bytes = new Uint8Array(await readFile(paths[1]!));
  const values = new Float32Array(bytes.buffer, 0, Math.floor(bytes.length / 4));
  let start = 0;
  const tensors = new Map<string, NamedTensor>();
  for (const { name, shape } of listing.data.tensors) {
    const count = shape.reduce((product, side) => product * side, 1);
    if (start + count > values.length) throw invalid(folder);
    tensors.set(name, { name, shape, data: values.subarray(start, start + count) });
    start += count;
  }
  if (start !== values.length) throw invalid(folder);
  const [convolutions, dense] = [convolutionName, (n: number) => `dense${n}`].map((nameOf) => {
    const found: FoldedConvolution[] = [];
    for (let n = 0; tensors.has(`${nameOf(n)}.weight`); n += 1) {
      const bias = tensors.get(`${nameOf(n)}.bias`);
      if (bias === undefined) throw invalid(folder);
      found.push({ kernel: tensors.get(`${nameOf(n)}.weight`)!, bias: bias.data });
    }
    return found;
  }) as [FoldedConvolution[], DenseWeights[]];
  return { convolutions, dense };
}

/** The dense layers of a network in their order. */
export function denseWeightsOf(network: LayersModel): DenseWeights[] {
  return denseLayers(network).map((layer) => {
    const [kernel, bias] = layer.getWeights();
    return {
      kernel: { shape: kernel!.shape, data: kernel!.dataSync<'float32'>().slice() },
      bias: bias!.dataSync<'float32'>().slice(),
    };
  });
}

/** Problem weights-invalid where the shapes are those of another head. */
export function loadDenseWeights(network: LayersModel, dense: readonly DenseWeights[]): void {
  const layers = denseLayers(network);
  if (layers.length !== dense.length) throw invalid('The recipe');
  layers.forEach((layer, n) => {
    const { kernel, bias } = dense[n]!;
    const wanted = layer.getWeights()[0]!.shape;
    if (!tf.util.arraysEqual([...kernel.shape], wanted)) throw invalid('The recipe');
    tf.tidy(() => {
      layer.setWeights([tf.tensor(kernel.data, [...kernel.shape]), tf.tensor1d(bias)]);
    });
  });
}

function denseLayers(network: LayersModel) {
  return network.layers.filter((layer) => layer.getClassName() === 'Dense');
}

const convolutionName = (n: number) => `conv${String(n).padStart(2, '0')}`;

function pair(name: string, kernel: DenseWeights['kernel'], bias: Float32Array): NamedTensor[] {
  return [
    { name: `${name}.weight`, ...kernel },
    { name: `${name}.bias`, shape: [bias.length], data: bias },
  ];
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function invalid(folder: string): Problem {
  return new Problem('weights-invalid', `${folder} does not hold the weights of this network.`, {
    action: 'Start the training anew, without --resume.',
  });
}
