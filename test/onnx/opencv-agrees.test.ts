import assert from 'node:assert/strict';
import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { parseCfg } from '@maskwatch/onnx/darknet-cfg';
import { convertDarknet } from '@maskwatch/onnx/darknet-to-graph';
import { writeOnnx } from '@maskwatch/onnx/onnx-writer';
import { InferenceSession, Tensor } from 'onnxruntime-node';
import { type DarknetNetwork, randomNumbers, yolov4, yolov4Tiny } from './darknet-networks.ts';

// The rival reader is OpenCV's own, as Debian packs it; no other Python on the machine has it.
const PYTHON = '/usr/bin/python3';
const LARGEST_DIFFERENCE = 1e-4;

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

test('yolov4-tiny with random weights gives the head maps of OpenCV', async () => {
  await compare(yolov4Tiny({ heads: 2 }), { width: 96, height: 64 });
});

test('yolov4-tiny-3l with random weights gives the head maps of OpenCV', async () => {
  await compare(yolov4Tiny({ heads: 3 }), { width: 96, height: 64 });
});

test('yolov4 with random weights gives the head maps of OpenCV', async () => {
  await compare(yolov4(), { width: 64, height: 64 });
});

const shipped = join(weightsFolder(), 'face-yolov4-mobilenetv2');

test('the shipped detector gives the head maps of OpenCV on its darknet source', async (t) => {
  if (!existsSync(`${shipped}.weights`)) {
    t.skip(`${shipped}.weights is not there; MASKWATCH_WEIGHTS names the folder that has it`);
    return;
  }
  const cfg = readFileSync(`${shipped}.cfg`, 'utf8');
  const weights = readFileSync(`${shipped}.weights`);
  await compare({ cfg, weights }, { width: 320, height: 192 });

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

async function compare(network: DarknetNetwork, size: Size): Promise<void> {
  const random = randomNumbers(11);
  const picture = Float32Array.from({ length: 3 * size.width * size.height }, random);
  const ours = await headMaps(network, picture, size);
  const theirs = openCvMaps(network, picture, size);

  assert.ok(ours.length >= 2);
  assert.equal(ours.length, theirs.length);
  for (const [i, map] of ours.entries()) {
    const difference = relativeDifference(map.values, theirs[i]!);
    console.log(`${map.name}: largest difference ${difference.toExponential(1)} of the range`);
    assert.ok(difference <= LARGEST_DIFFERENCE, `${map.name} differs by ${difference}`);
  }
}

/** Of the heads in the order of the cfg. */
async function headMaps(network: DarknetNetwork, picture: Float32Array, { width, height }: Size) {
  const { graph } = convertDarknet(network.cfg, network.weights);
  const session = await InferenceSession.create(writeOnnx(graph), { intraOpNumThreads: 1 });
  const input = new Tensor('float32', picture, [1, 3, height, width]);
  const results = await session.run({ picture: input });
  await session.release();
  return graph.outputs.map(({ name }) => {
    return { name, values: results[name]!.data as Float32Array };
  });
}

function openCvMaps(network: DarknetNetwork, picture: Float32Array, size: Size): Float32Array[] {
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
  return heads.map(
    (head) => new Float32Array(new Uint8Array(readFileSync(path(`${head}.bin`))).buffer),
  );
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
