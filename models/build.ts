// Makes the .onnx files of the shipped models from their sources and writes the hash and the
// golden outputs into their model.json; everything else there is kept.
//
//   node models/build.ts DETECTOR.cfg DETECTOR.weights CLASSIFIER.onnx FEATURES.npz
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Model } from '@maskwatch/contracts/model';
import { convertDarknet } from '@maskwatch/onnx/darknet-to-graph';
import type { Graph } from '@maskwatch/onnx/graph';
import { readOnnx } from '@maskwatch/onnx/onnx-reader';
import { writeOnnx } from '@maskwatch/onnx/onnx-writer';
import { withPictureInput } from '@maskwatch/onnx/picture-input';
import { writeModelFolder } from '@maskwatch/runtime/model-folder';
import { loadModel } from '@maskwatch/runtime/registry';
import { mobilenetv2Features } from './mobilenetv2-graph.ts';
import { readNpz } from './npz.ts';

const [cfg, weights, classifier, npz] = process.argv.slice(2);
if (cfg === undefined || weights === undefined || classifier === undefined || npz === undefined) {
  const names = 'DETECTOR.cfg DETECTOR.weights CLASSIFIER.onnx FEATURES.npz';
  console.error(`usage: node models/build.ts ${names}`);
  process.exit(2);
}

const detector = convertDarknet(readFileSync(cfg, 'utf8'), readFileSync(weights));
const { model: found } = await loadModel('face-yolov4-mobilenetv2', import.meta.dirname);
if (found.task === 'detector') {
  found.heads = detector.heads.map(({ output, stride, anchors, scaleXY }) => {
    return { output, stride, anchors, scaleXY };
  });
}
await build(found, detector.graph);
const { model: judge } = await loadModel('mask-mobilenetv2', import.meta.dirname);
await build(judge, readOnnx(readFileSync(classifier)));
const { model: features } = await loadModel('mobilenetv2-imagenet', import.meta.dirname);
await build(features, mobilenetv2Features(features.name, readNpz(readFileSync(npz))));

async function build(model: Model, graph: Graph): Promise<void> {
  const onnx = writeOnnx(withPictureInput({ ...graph, name: model.name }));
  const folder = join(import.meta.dirname, model.name);
  const written = await writeModelFolder({ folder, model, onnx });
  console.log(`${model.name}: ${onnx.length} bytes, sha256 ${written.model.sha256}`);
}
