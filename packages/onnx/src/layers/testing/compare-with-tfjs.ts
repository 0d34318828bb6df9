import '@tensorflow/tfjs-backend-cpu';
import assert from 'node:assert/strict';
import * as tf from '@tensorflow/tfjs-core';
import type { LayersModel } from '@tensorflow/tfjs-layers';
import { InferenceSession, Tensor } from 'onnxruntime-node';
import { writeOnnx } from '../../onnx-writer.ts';
import { type ConvertedClassifier, convertLayers } from '../convert-layers.ts';
import type { LayersNetwork } from '../layers-network.ts';
import { readTfjsModel } from '../read-tfjs-folder.ts';

/** Numbers from 0 to 1, the same for the same seed (mulberry32). */
export function random(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** Gives every weight random values, small enough that nothing runs away. */
export function randomise(model: LayersModel, seed: number): void {
  const next = random(seed);
  const fresh = model.weights.map((weight) => {
    const shape = weight.shape.map((side) => side ?? 1);
    const size = shape.reduce((a, b) => a * b, 1);
    const fanIn = shape.length < 2 ? 1 : size / shape.at(-1)!;
    const least = weight.name.includes('variance') || weight.name.includes('gamma') ? 0.5 : -0.5;
    const spread = shape.length < 2 ? 1 : 3 / Math.sqrt(fanIn);
    return tf.tensor(
      Array.from({ length: size }, () => (next() + least) * spread),
      shape,
    );
  });
  model.setWeights(fresh);
  tf.dispose(fresh);
}

/** The two kinds of files that TensorFlow.js would write, in memory. */
export async function savedTfjs(
  model: LayersModel,
): Promise<{ json: Uint8Array; weights: Uint8Array }> {
  let saved: tf.io.ModelArtifacts | undefined;
  await model.save(
    tf.io.withSaveHandler((artifacts) => {
      saved = artifacts;
      const modelArtifactsInfo = { dateSaved: new Date(0), modelTopologyType: 'JSON' as const };
      return Promise.resolve({ modelArtifactsInfo });
    }),
  );
  assert.ok(saved);
  const manifest = [{ paths: ['weights.bin'], weights: saved.weightSpecs }];
  const json = {
    format: saved.format,
    modelTopology: saved.modelTopology,
    weightsManifest: manifest,
  };
  return {
    json: new TextEncoder().encode(JSON.stringify(json)),
    weights: new Uint8Array(saved.weightData as ArrayBuffer),
  };
}

export async function readSaved(model: LayersModel): Promise<LayersNetwork> {
  const { json, weights } = await savedTfjs(model);
  return readTfjsModel(json, () => Promise.resolve(weights));
}

/** The converted network's logits of pictures [n, height, width, 3]. */
export async function runConverted(
  { graph, classes }: ConvertedClassifier,
  pictures: Float32Array,
  [n, height, width]: [number, number, number],
): Promise<number[][]> {
  const session = await InferenceSession.create(writeOnnx(graph), { intraOpNumThreads: 1 });
  const planes = new Float32Array(pictures.length);
  const area = height * width;
  for (let i = 0; i < pictures.length; i++) {
    const [cell, channel] = [Math.floor(i / 3), i % 3];
    const picture = Math.floor(cell / area);
    planes[(picture * 3 + channel) * area + (cell % area)] = pictures[i]!;
  }
  const results = await session.run({
    picture: new Tensor('float32', planes, [n, 3, height, width]),
  });
  await session.release();
  const logits = results.logits!;
  assert.deepEqual(logits.dims, [n, classes]);
  return Array.from({ length: n }, (_, i) => [
    ...(logits.data as Float32Array).subarray(i * classes, (i + 1) * classes),
  ]);
}

export function softmax(logits: number[]): number[] {
  const most = Math.max(...logits);
  const powers = logits.map((value) => Math.exp(value - most));
  const sum = powers.reduce((a, b) => a + b, 0);
  return powers.map((value) => value / sum);
}

/** The largest difference of probabilities between TensorFlow.js and the converted network. */
export async function largestDifference(model: LayersModel, size: [number, number]) {
  const converted = convertLayers(await readSaved(model));
  const [height, width] = size;
  const next = random(7);
  const pictures = Float32Array.from({ length: 3 * height * width * 3 }, () => next() * 255);
  const { scale, offset } = converted.rescaling ?? { scale: 1, offset: 0 };
  const scaled = pictures.map((v) => v * (scale as number) + (offset as number));
  const tensor = tf.tensor4d(pictures, [3, height, width, 3]);
  // Without a layer that scales, the numbers are made small by hand, on both sides.
  const small = converted.rescaling === undefined ? 1 / 128 : 1;
  const expected = (model.predict(tf.mul(tensor, small)) as tf.Tensor).arraySync() as number[][];
  const input = scaled.map((v) => v * small);
  const logits = await runConverted(converted, input, [3, height, width]);
  const ours = logits.map((row) => softmax(row));
  const theirs = expected.map((row) => (row.length === 1 ? [1 - row[0]!, row[0]!] : row));
  const difference = Math.max(
    ...ours.flatMap((row, i) => row.map((value, j) => Math.abs(value - theirs[i]![j]!))),
  );
  return { difference, converted, theirs };
}
