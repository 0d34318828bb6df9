import assert from 'node:assert/strict';
import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { parseCfg } from '@maskwatch/onnx/darknet-cfg';
import type { Head } from '@maskwatch/onnx/darknet-network';
import { convertDarknet } from '@maskwatch/onnx/darknet-to-graph';
import type { Graph } from '@maskwatch/onnx/graph';
import { writeOnnx } from '@maskwatch/onnx/onnx-writer';
import { suppress } from '@maskwatch/vision/non-maximum-suppression';
import { decodeHead } from '@maskwatch/vision/yolo-decode';
import { InferenceSession, Tensor } from 'onnxruntime-node';
import sharp from 'sharp';
import {
  type DarknetNetwork,
  randomNumbers,
  yolov3,
  yolov4,
  yolov4Tiny,
} from './darknet-networks.ts';

// The rival reader is OpenCV's own, as Debian packs it; no other Python on the machine has it.
const PYTHON = '/usr/bin/python3';
const LARGEST_DIFFERENCE = 1e-4;
/** Of boxes, in pixels: OpenCV computes them as shares of the picture in float32. */
const LARGEST_SHIFT = 0.01;
/** Random weights are sure of nothing: about half of all boxes are above it. */
const CONFIDENCE = 0.25;

const folder = mkdtempSync(join(tmpdir(), 'maskwatch-onnx-'));
after(() => rmSync(folder, { recursive: true }));

before(() => {
  const found = spawnSync(PYTHON, ['-c', 'import cv2'], { encoding: 'utf8' });
  assert.equal(
    found.status,
    0,
    'OpenCV for Python is missing: apt-get install --no-install-recommends python3-opencv',
  );
});

test('yolov3 with random weights gives the head maps and boxes of OpenCV', async () => {
  await compare(yolov3(), { width: 96, height: 64 });
});

test('yolov4-tiny with random weights gives the head maps and boxes of OpenCV', async () => {
  await compare(yolov4Tiny({ heads: 2 }), { width: 96, height: 64 });
});

test('yolov4-tiny-3l with random weights gives the head maps and boxes of OpenCV', async () => {
  await compare(yolov4Tiny({ heads: 3 }), { width: 96, height: 64 });
});

test('yolov4 with random weights gives the head maps and boxes of OpenCV', async () => {
  await compare(yolov4(), { width: 64, height: 64 });
});

const shipped = join(weightsFolder(), 'face-yolov4-mobilenetv2');

test('the shipped detector gives the head maps and boxes of OpenCV on its darknet source', async (t) => {
  if (!existsSync(`${shipped}.weights`)) {
    t.skip(`${shipped}.weights is not there; MASKWATCH_WEIGHTS names the folder that has it`);
    return;
  }
  const cfg = readFileSync(`${shipped}.cfg`, 'utf8');
  const weights = readFileSync(`${shipped}.weights`);
  await compare({ cfg, weights }, { width: 192, height: 224 }, await portrait());

  const file = '../../models/face-yolov4-mobilenetv2/face-yolov4-mobilenetv2.onnx';
  const model = readFileSync(join(import.meta.dirname, file));
  const inside = convertDarknet(cfg, weights).graph.initializers.every((tensor) => {
    const { buffer, byteOffset, byteLength } = tensor.data;
    return model.includes(Buffer.from(buffer as ArrayBuffer, byteOffset, byteLength));
  });
  assert.ok(inside, 'the .onnx in models/ was made from other weights');
});

interface Size {
  width: number;
  height: number;
}

async function compare(network: DarknetNetwork, size: Size, picture = noise(size)): Promise<void> {
  const converted = convertDarknet(network.cfg, network.weights);
  const ours = await headMaps(converted.graph, picture, size);
  const theirs = openCvAnswer(network, picture, size);

  assert.ok(ours.length >= 2);
  assert.equal(ours.length, theirs.maps.length);
  for (const [i, map] of ours.entries()) {
    const difference = relativeDifference(map.values, theirs.maps[i]!);
    console.log(`${map.name}: largest difference ${difference.toExponential(1)} of the range`);
    assert.ok(difference <= LARGEST_DIFFERENCE, `${map.name} differs by ${difference}`);
  }
  compareBoxes(boxesOf(converted.heads, ours), theirs.boxes);
}

function noise({ width, height }: Size): Float32Array {
  return Float32Array.from({ length: 3 * width * height }, randomNumbers(11));
}

/** The bare portrait of the scenes, 192 x 224, as planes of 0 to 1. */
async function portrait(): Promise<Float32Array> {
  const path = join(import.meta.dirname, '../scenes/portraits/no_mask.png');
  const pixels = await sharp(path).removeAlpha().resize(192, 224).raw().toBuffer();
  const area = 192 * 224;
  return Float32Array.from(pixels, (_, n) => pixels[3 * (n % area) + Math.floor(n / area)]! / 255);
}

interface HeadMap {
  name: string;
  values: Float32Array;
  width: number;
  height: number;
}

/** Rows of x, y, width, height and confidence behind suppression, surest first. */
function boxesOf(heads: Head[], maps: HeadMap[]): number[][] {
  const candidates = heads.flatMap((head) => {
    const { values, width, height } = maps.find(({ name }) => name === head.output)!;
    const options = { classes: ['face' as const], minConfidence: CONFIDENCE };
    return decodeHead({ data: values, width, height }, head, options);
  });
  return suppress(candidates).map(({ box, confidence }) => [...box, confidence]);
}

function compareBoxes(ours: number[][], theirs: number[][]): void {
  assert.ok(ours.length > 0, 'without boxes nothing is compared');
  assert.equal(ours.length, theirs.length, 'the numbers of boxes behind suppression differ');
  let largest = 0;
  for (const [n, box] of ours.entries()) {
    for (const [i, value] of box.entries()) {
      largest = Math.max(largest, Math.abs(value - theirs[n]![i]!));
    }
  }
  console.log(
    `${ours.length} boxes behind suppression: largest shift ${largest.toExponential(1)} px`,
  );
  assert.ok(largest <= LARGEST_SHIFT, `a box differs by ${largest} pixels`);
}

/** Of the heads in the order of the cfg. */
async function headMaps(
  graph: Graph,
  picture: Float32Array,
  { width, height }: Size,
): Promise<HeadMap[]> {
  const session = await InferenceSession.create(writeOnnx(graph), { intraOpNumThreads: 1 });
  const input = new Tensor('float32', picture, [1, 3, height, width]);
  const results = await session.run({ picture: input });
  await session.release();
  return graph.outputs.map(({ name }) => {
    const { data, dims } = results[name]!;
    return { name, values: data as Float32Array, height: dims[2]!, width: dims[3]! };
  });
}

function openCvAnswer(network: DarknetNetwork, picture: Float32Array, size: Size) {
  const path = (name: string) => join(folder, name);
  writeFileSync(path('net.cfg'), network.cfg);
  writeFileSync(path('net.weights'), network.weights);
  writeFileSync(path('picture.bin'), new Uint8Array(picture.buffer));
  const heads = parseCfg(network.cfg)
    .filter((section) => section.kind === 'yolo')
    .map((section) => String(section.layer - 1));
  const script = join(import.meta.dirname, 'opencv_heads.py');
  const files = [path('net.cfg'), path('net.weights'), path('picture.bin')];
  const numbers = [String(size.width), String(size.height)];
  execFileSync(PYTHON, [script, ...files, ...numbers, folder, ...heads]);
  const bytes = (name: string) => new Uint8Array(readFileSync(path(`${name}.bin`))).buffer;
  const flat = [...new Float64Array(bytes('boxes'))];
  const boxes = Array.from({ length: flat.length / 5 }, (_, n) => flat.slice(5 * n, 5 * n + 5));
  return { maps: heads.map((head) => new Float32Array(bytes(head))), boxes };
}

/** The largest difference over the range of the second. */
function relativeDifference(values: Float32Array, reference: Float32Array): number {
  assert.equal(values.length, reference.length);
  let most = 0;
  let low = Number.POSITIVE_INFINITY;
  let high = Number.NEGATIVE_INFINITY;
  for (const [i, value] of reference.entries()) {
    most = Math.max(most, Math.abs(value - values[i]!));
    low = Math.min(low, value);
    high = Math.max(high, value);
  }
  assert.ok(high > low, 'a map without any range proves nothing');
  return most / (high - low);
}

function weightsFolder(): string {
  const beside = join(import.meta.dirname, '../../../shared/weights');
  return process.env.MASKWATCH_WEIGHTS ?? beside;
}
