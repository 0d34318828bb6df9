// Makes the .onnx files of the shipped models from their sources and writes the hash and the
// golden outputs into their model.json; everything else there is kept.
//
//   node models/build.ts DETECTOR.cfg DETECTOR.weights CLASSIFIER.onnx
import { createHash } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import type { Model } from '@maskwatch/contracts/model';
import { convertDarknet } from '@maskwatch/onnx/darknet-to-graph';
import type { Graph } from '@maskwatch/onnx/graph';
import { readOnnx } from '@maskwatch/onnx/onnx-reader';
import { writeOnnx } from '@maskwatch/onnx/onnx-writer';
import { COLOUR, OFFSET, PLANES, withPictureInput } from '@maskwatch/onnx/picture-input';
import { evenSamples, goldenPattern } from '@maskwatch/vision/golden-pattern';
import { InferenceSession, Tensor } from 'onnxruntime-node';
import { modelPath, readModel, writeModel } from './model-folder.ts';

// A prime, so that the samples do not fall on the same few channels of a map.
const SAMPLES = 61;

const [cfg, weights, classifier] = process.argv.slice(2);
if (cfg === undefined || weights === undefined || classifier === undefined) {
  console.error('usage: node models/build.ts DETECTOR.cfg DETECTOR.weights CLASSIFIER.onnx');
  process.exit(2);
}

const detector = convertDarknet(readFileSync(cfg, 'utf8'), readFileSync(weights));
const found = readModel('face-yolov4-mobilenetv2');
if (found.task === 'detector') {
  found.heads = detector.heads.map(({ output, stride, anchors, scaleXY }) => {
    return { output, stride, anchors, scaleXY };
  });
}
await build(found, detector.graph);
await build(readModel('mask-mobilenetv2'), readOnnx(readFileSync(classifier)));

async function build(model: Model, graph: Graph): Promise<void> {
  const bytes = writeOnnx(withPictureInput({ ...graph, name: model.name }));
  writeFileSync(modelPath(model.name, model.file), bytes);
  model.sha256 = createHash('sha256').update(bytes).digest('hex');
  model.golden.outputs = await goldenOutputs(model, bytes);
  writeModel(model);
  console.log(`${model.name}: ${bytes.length} bytes, sha256 ${model.sha256}`);
}

async function goldenOutputs(model: Model, bytes: Uint8Array): Promise<Model['golden']['outputs']> {
  const { width, height } = model.golden;
  const session = await InferenceSession.create(bytes, { intraOpNumThreads: 1 });
  const { scale, offset } = model;
  const colour = Float32Array.of(scale, 0, 0, 0, scale, 0, 0, 0, scale);
  const results = await session.run({
    [PLANES]: new Tensor('uint8', goldenPattern(width, height), [1, 3, height, width]),
    [COLOUR]: new Tensor('float32', colour, [3, 3, 1, 1]),
    [OFFSET]: new Tensor('float32', Float32Array.of(offset, offset, offset), [3]),
  });
  await session.release();
  return Object.entries(results).map(([name, tensor]) => {
    const values = tensor.data as Float32Array;
    const range = round(Math.max(...values) - Math.min(...values));
    return {
      name,
      shape: [...tensor.dims],
      range,
      samples: evenSamples(values, SAMPLES).map(round),
    };
  });
}

function round(value: number): number {
  return Number(value.toPrecision(7));
}
